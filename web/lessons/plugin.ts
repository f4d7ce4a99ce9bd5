// The lessons in the build: every lesson becomes a page of its own, lesson-<id>.html, made of
// page.html and its Markdown; exhibits' texts can be imported, for embeds.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { compileExhibit, compileLesson, escapeHtml, type Lesson } from './compile';

const here = fileURLToPath(new URL('.', import.meta.url));

const read = (path: string) => readFileSync(path, 'utf8');
const shown = (path: string) => relative(resolve(here, '../..'), path);

function exhibitSource(folder: string) {
  return (id: string) => {
    const path = join(folder, 'exhibits', `${id}.md`);
    return existsSync(path) ? { file: shown(path), source: read(path) } : undefined;
  };
}

/** The ids of the lessons of a folder. */
export function lessonIds(folder: string) {
  const found = readdirSync(folder).filter((name) => name.endsWith('.md'));
  return found.map((name) => basename(name, '.md')).sort();
}

export function loadLesson(folder: string, id: string): Lesson {
  const path = join(folder, `${id}.md`);
  return compileLesson(shown(path), id, read(path), exhibitSource(folder));
}

function lessonPage(folder: string, id: string) {
  const { title, summary, html } = loadLesson(folder, id);
  return read(join(folder, 'page.html'))
    .replaceAll('{title}', () => escapeHtml(title))
    .replaceAll('{summary}', () => escapeHtml(summary))
    .replace('{lesson}', () => html);
}

function contents(folder: string) {
  const items = lessonIds(folder).map((id) => {
    const { title, summary } = loadLesson(folder, id);
    return `<li><a href="./lesson-${id}.html">${escapeHtml(title)}</a><p>${escapeHtml(summary)}</p></li>`;
  });
  return `<ol class="contents">\n${items.join('\n')}\n</ol>`;
}

/** The pages that Vite builds besides index.html. */
export const lessonPages = (root: string, folder = here) =>
  lessonIds(folder).map((id) => join(root, `lesson-${id}.html`));

const pageId = (path: string) => /(?:^|\/)lesson-([\w-]+)\.html$/.exec(path)?.[1];

export function lessons(root: string, folder = here): Plugin {
  return {
    name: 'convolab-lessons',
    enforce: 'pre',
    resolveId(id) {
      const name = pageId(id);
      return name && lessonIds(folder).includes(name) ? join(root, basename(id)) : undefined;
    },
    load(id) {
      const name = pageId(id);
      if (!name || !lessonIds(folder).includes(name)) return undefined;
      for (const file of readdirSync(join(folder, 'exhibits')))
        this.addWatchFile(join(folder, 'exhibits', file));
      return lessonPage(folder, name);
    },
    transform(source, id) {
      if (!id.startsWith(join(folder, 'exhibits')) || !id.endsWith('.md')) return undefined;
      const exhibit = compileExhibit(shown(id), basename(id, '.md'), source);
      return { code: `export default ${JSON.stringify(exhibit)};`, map: null };
    },
    transformIndexHtml: {
      order: 'pre',
      handler: (html, { filename }) =>
        basename(filename) === 'lessons.html' ? html.replace('{lessons}', contents(folder)) : html,
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname;
        const name = pageId(path);
        if (!name || !lessonIds(folder).includes(name)) return next();
        server
          .transformIndexHtml(path, lessonPage(folder, name))
          .then((html) => response.setHeader('Content-Type', 'text/html').end(html), next);
      });
    },
  };
}
