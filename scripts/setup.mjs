// Sets up what is missing: Debian packages, node_modules, then Dear ImGui's sources. Quick when
// nothing is.
//
//   node scripts/setup.mjs [page] [native] [tests] [webgpu]    (everything when nothing is named)
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchImgui } from './lib/imgui.mjs';
import { fail, must, root, which } from './lib/run.mjs';

// Tools are asked for by the command they bring, so that one from elsewhere (an emsdk, say) will do.
const chromium = { [process.env.CHROMIUM ?? 'chromium']: 'chromium' };
const needs = {
  page: {
    tools: { emcc: 'emscripten', cmake: 'cmake', ninja: 'ninja-build', xz: 'xz-utils' },
    packages: [
      ...['libxsimd-dev', 'nlohmann-json3-dev', 'libexpected-dev', 'googletest'],
      'fonts-roboto-unhinted',
    ],
  },
  native: {
    tools: { 'g++': 'g++', cmake: 'cmake', ninja: 'ninja-build', xz: 'xz-utils' },
    packages: [
      ...['libxsimd-dev', 'nlohmann-json3-dev', 'libexpected-dev'],
      ...['libcli11-dev', 'zlib1g-dev', 'libstb-dev', 'libgtest-dev', 'googletest'],
      // The inspector: a window, OpenGL with or without one, its font.
      ...['libglfw3-dev', 'libegl-dev', 'libgl-dev', 'libopengl-dev', 'fonts-roboto-unhinted'],
    ],
  },
  tests: {
    tools: {
      'clang++': 'clang',
      'clang-format': 'clang-format',
      ...chromium,
    },
    // The sanitizers' runtime; OpenGL in software.
    packages: ['libclang-rt-14-dev', 'libgl1-mesa-dri', 'libegl1'],
  },
  // WebGPU in node: what finds a Vulkan driver, and the one that needs no GPU, which Chromium brings.
  webgpu: {
    tools: process.env.CONVOLAB_GPU === 'real' ? {} : chromium,
    packages: ['libvulkan1'],
  },
};

function installed(names) {
  const { stdout } = spawnSync(
    'dpkg-query',
    ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names],
    {
      encoding: 'utf8',
    },
  );
  return new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
}

function debianPackages(kinds) {
  const missing = new Set();
  const wanted = new Set();
  for (const kind of kinds) {
    for (const [command, name] of Object.entries(needs[kind].tools)) {
      if (!which(command)) missing.add(name);
    }
    for (const name of needs[kind].packages) wanted.add(name);
  }
  if (!which('dpkg-query')) {
    if (missing.size === 0) return; // not Debian: the tools are there, CMake looks for the libraries
    fail(
      `Convolab needs what Debian calls ${[...missing, ...wanted].join(' ')}.\nPlease install it.`,
    );
  }
  const present = installed([...wanted]);
  for (const name of wanted) if (!present.has(name)) missing.add(name);
  if (missing.size === 0) return;

  const install = ['install', '--yes', '--no-install-recommends', ...[...missing].sort()];
  const isRoot = process.getuid?.() === 0;
  const isSudoer = !isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  if (!which('apt-get') || !(isRoot || isSudoer)) {
    fail(
      'Some Debian packages are missing. Install them with\n\n' +
        `  sudo apt-get update && sudo apt-get ${install.join(' ')}\n\nand try again.`,
    );
  }
  console.log(`Installing ${[...missing].sort().join(' ')} (Debian packages)`);
  const prefix = isRoot ? [] : ['sudo', '-n'];
  const apt = (...args) => {
    const [command, ...rest] = [
      ...prefix,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      ...args,
    ];
    must(command, rest);
  };
  apt('update', '--quiet');
  apt(...install, '--quiet');
}

/** Does node_modules hold what package-lock.json says? npm leaves a lock of its own in it. */
function nodeModulesAreCurrent() {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const have = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(want).every(
    ([path, { integrity, optional }]) =>
      path === '' || (optional && !have[path]) || have[path]?.integrity === integrity,
  );
}

export async function setup(...kinds) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22)) {
    fail(`Convolab needs Node.js 20.19, 22.12 or newer; this is ${process.versions.node}.`);
  }
  debianPackages(kinds);
  if (!nodeModulesAreCurrent()) {
    console.log('Installing npm packages');
    must('npm', ['ci'], { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' });
  }
  if (kinds.some((kind) => kind === 'page' || kind === 'native')) await fetchImgui();
}

if (process.argv[1] === import.meta.filename) {
  const kinds = process.argv.slice(2);
  await setup(...(kinds.length > 0 ? kinds : Object.keys(needs)));
}
