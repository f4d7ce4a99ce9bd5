// Dear ImGui's sources, which the inspector is built from, into build/imgui. Debian has them as a
// source package (its binary package is a library for the host alone); elsewhere, or where Debian's
// are of another version, they are those of the pinned release. cmake/imgui.sha256 says what they
// must be, wherever they come from.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fail, root } from './run.mjs';

const version = '1.86';
const release = `https://github.com/ocornut/imgui/archive/refs/tags/v${version}.tar.gz`;
export const imguiFolder = join(root, 'build', 'imgui');

const files = readFileSync(join(root, 'cmake', 'imgui.sha256'), 'utf8')
  .split('\n')
  .filter((line) => line && !line.startsWith('#'))
  .map((line) => line.split(/\s+/));

const hash = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
const complete = (folder) =>
  files.every(([sum, name]) => existsSync(join(folder, name)) && hash(join(folder, name)) === sum);

/** The text that a command prints, or undefined when it fails. */
function run(command, args, cwd) {
  const { status, stdout } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

function unpack(folder, ending) {
  const archive = readdirSync(folder).find((name) => name.endsWith(ending));
  return archive !== undefined && run('tar', ['xf', archive], folder) !== undefined;
}

/** The folder in `folder` that an archive made. */
const unpacked = (folder) => {
  const name = readdirSync(folder).find((each) => /^imgui-[\d.]+$/.test(each));
  return name ? join(folder, name) : undefined;
};

/** By apt, from the archives that this machine uses already, without touching its configuration. */
function fromDebian(folder) {
  const archives = run('apt-get', [
    ...['indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)'],
    'Created-By: Packages',
  ]);
  const lines = (archives ?? '').split('\n').filter((line) => line.endsWith(' Debian'));
  if (lines.length === 0) return undefined;
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  mkdirSync(join(folder, 'lists', 'partial'), { recursive: true });
  writeFileSync(
    join(folder, 'sources.list'),
    lines.map((line) => `deb-src ${signed}${line.split(' ').slice(0, 3).join(' ')}\n`).join(''),
  );
  const options = [
    ...['-o', `Dir::Etc::sourcelist=${join(folder, 'sources.list')}`],
    ...['-o', 'Dir::Etc::sourceparts=/dev/null'],
    ...['-o', `Dir::State::lists=${join(folder, 'lists')}`],
    ...['-o', 'APT::Sandbox::User=root'], // as whoever calls: the folder is theirs
  ];
  if (run('apt-get', [...options, 'update', '--quiet']) === undefined) return undefined;
  const source = ['source', '--download-only', '--quiet', 'imgui'];
  if (run('apt-get', [...options, ...source], folder) === undefined) return undefined;
  return unpack(folder, '.orig.tar.xz') ? unpacked(folder) : undefined;
}

async function fromRelease(folder) {
  try {
    const answer = await globalThis.fetch(release);
    if (!answer.ok) return undefined;
    writeFileSync(join(folder, 'release.tar.gz'), new Uint8Array(await answer.arrayBuffer()));
  } catch {
    return undefined; // no way there
  }
  return unpack(folder, 'release.tar.gz') ? unpacked(folder) : undefined;
}

/** Puts the sources into build/imgui, unless they are there. */
export async function fetchImgui() {
  if (complete(imguiFolder)) return;
  console.log(`Fetching the sources of Dear ImGui ${version}`);
  const folder = `${imguiFolder}-fetched`;
  for (const from of [fromDebian, fromRelease]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const found = await from(folder);
    if (!found || !complete(found)) continue;
    rmSync(imguiFolder, { recursive: true, force: true });
    cpSync(found, imguiFolder, { recursive: true });
    rmSync(folder, { recursive: true, force: true });
    return;
  }
  fail(
    `The sources of Dear ImGui ${version} could not be fetched: neither as Debian's source package\n` +
      `"imgui" nor from ${release}.\nUnpack that release into ${imguiFolder} and try again.`,
  );
}
