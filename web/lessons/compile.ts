// Turns the Markdown of lessons and exhibits into HTML while the page is built. Formulas become
// MathML, which browsers draw by themselves; whatever is wrong in a file ends the build with the
// file, the line and what was expected. The format is described in CONTRIBUTING.md.
import katex from 'katex';
import MarkdownIt, { type Token } from 'markdown-it';
import { parseQuantity, parseSetting, settingText, type Loose } from '../src/exhibits/settings';
import { tables } from '../src/exhibits/tables';

export class LessonError extends Error {
  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
    this.stack = this.message; // who wrote the file cares for the file, not for us
  }
}

/** One line "key: value" and where it stands. */
interface Entry {
  value: string;
  line: number;
}
type Entries = Map<string, Entry>;

interface Parts {
  file: string;
  head: Entries;
  body: string;
  /** The line of the file on which the body begins, from 1. */
  bodyLine: number;
}

export interface Exhibit {
  id: string;
  title: string;
  html: string;
}

export interface Lesson {
  id: string;
  title: string;
  summary: string;
  html: string;
  exhibits: string[];
}

export const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

/** "key: value" lines, as in front matter and fenced blocks. */
function readEntries(file: string, lines: string[], first: number): Entries {
  const entries: Entries = new Map();
  for (const [i, text] of lines.entries()) {
    if (text.trim() === '') continue;
    const [, key, value] = /^([a-z][\w-]*):\s*(.*)$/.exec(text) ?? [];
    const line = first + i;
    if (key === undefined || value === undefined)
      throw new LessonError(file, line, `expected "key: value", found "${text.trim()}"`);
    if (entries.has(key)) throw new LessonError(file, line, `"${key}" is given twice`);
    entries.set(key, { value: value.trim(), line });
  }
  return entries;
}

function splitFile(file: string, text: string): Parts {
  const lines = text.split(/\r?\n/);
  const end = lines.indexOf('---', 1);
  if (lines[0] !== '---' || end < 0)
    throw new LessonError(file, 1, 'expected front matter between two lines of "---"');
  return {
    file,
    head: readEntries(file, lines.slice(1, end), 2),
    body: lines.slice(end + 1).join('\n'),
    bodyLine: end + 2,
  };
}

function need(file: string, entries: Entries, key: string, where: string, line: number): Entry {
  const entry = entries.get(key);
  if (!entry || entry.value === '')
    throw new LessonError(file, entry?.line ?? line, `${where} needs "${key}: …"`);
  return entry;
}

function tableOf(file: string, line: number, id: string): Loose {
  if (Object.hasOwn(tables, id)) return tables[id] as Loose;
  const known = Object.keys(tables).join(', ');
  throw new LessonError(file, line, `unknown exhibit "${id}"; known are ${known}`);
}

/** Checks settings and gives them as an address has them. */
function settingsText(file: string, table: Loose, given: Iterable<[string, Entry]>): string {
  const pairs: [string, string][] = [];
  for (const [key, { value, line }] of given) {
    const { value: parsed, expected } = parseSetting(table, key, value);
    if (expected !== undefined) {
      const found = Object.hasOwn(table.fields, key)
        ? `${key} is "${value}"`
        : `no setting "${key}"`;
      throw new LessonError(file, line, `${found}; expected ${expected}`);
    }
    pairs.push([key, settingText(parsed)]);
  }
  return new URLSearchParams(pairs).toString();
}

function formula(file: string, line: number, tex: string, displayMode: boolean) {
  try {
    const made = katex.renderToString(tex, {
      displayMode,
      output: 'mathml',
      throwOnError: true,
      strict: 'error',
    });
    const bare = made.replace(/^<span class="katex">|<\/span>$/g, '');
    return displayMode ? `<div class="formula">${bare}</div>` : bare;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LessonError(file, line, `broken formula "${tex.trim()}": ${why}`);
  }
}

type Env = {
  file: string;
  /** The line of the file on which the text begins. */
  firstLine: number;
  /** Of the paragraph at work. */
  line: number;
  blocks: Record<string, (token: Token, env: Env) => string>;
};

const markdown = new MarkdownIt({ html: false, typographer: true, quotes: '“”‘’' });

// $…$ inside a sentence; a dollar before a space is a dollar.
markdown.inline.ruler.after('escape', 'formula', (state, silent) => {
  const { src, pos } = state;
  if (src[pos] !== '$' || /\s/.test(src[pos + 1] ?? ' ')) return false;
  const end = src.indexOf('$', pos + 1);
  if (end < 0 || /\s/.test(src[end - 1] ?? ' ')) return false;
  if (!silent) state.push('formula', '', 0).content = src.slice(pos + 1, end);
  state.pos = end + 1;
  return true;
});
markdown.renderer.rules.formula = (tokens, i, _options, env) => {
  const { file, line } = env as Env;
  return formula(file, line, tokens[i]?.content ?? '', false);
};

// Fenced blocks are ours: math, exhibit, question, erratum.
markdown.renderer.rules.fence = (tokens, i, _options, given) => {
  const env = given as Env;
  const token = tokens[i] as Token;
  const kind = token.info.trim().split(/\s+/)[0] ?? '';
  const line = env.firstLine + (token.map?.[0] ?? 0);
  if (kind === 'math') return formula(env.file, line + 1, token.content, true);
  const block = Object.hasOwn(env.blocks, kind) ? env.blocks[kind] : undefined;
  if (block) return block(token, { ...env, line });
  const known = ['math', ...Object.keys(env.blocks)].join(', ');
  throw new LessonError(env.file, line, `unknown block "${kind}"; known are ${known}`);
};

function render(text: string, env: Env): string {
  const tokens = markdown.parse(text, env);
  // A block at a time, so that a formula knows the line of its paragraph.
  let html = '';
  for (let from = 0; from < tokens.length;) {
    let to = from;
    for (let depth = 0; to < tokens.length; to++) {
      depth += tokens[to]?.nesting ?? 0;
      if (depth === 0) break;
    }
    env.line = env.firstLine + (tokens[from]?.map?.[0] ?? 0);
    html += markdown.renderer.render(tokens.slice(from, to + 1), markdown.options, env);
    from = to + 1;
  }
  if (/<[^>]* style=/.test(html))
    throw new LessonError(
      env.file,
      env.firstLine,
      'aligned tables need a style attribute; leave the alignment out',
    );
  return html;
}

const inline = (text: string, env: Env) =>
  markdown.renderer.render(markdown.parseInline(text, env), markdown.options, env);

/** What a fenced block says: the words after its kind, and its lines. */
function blockOf(token: Token, env: Env) {
  const words = token.info.trim().split(/\s+/).slice(1);
  return { words, lines: token.content.replace(/\n$/, '').split('\n'), first: env.line + 1 };
}

function choicesOf(file: string, entry: Entry): [string, string][] {
  const pairs = entry.value.split('|').map((part) => {
    const [, key, title] = /^\s*([\w.-]+)\s*=\s*(.+?)\s*$/.exec(part) ?? [];
    if (!key || !title)
      throw new LessonError(
        file,
        entry.line,
        `expected choices like "dense = The dense one | conv = The other", found "${part.trim()}"`,
      );
    return [key, title] as [string, string];
  });
  if (pairs.length < 2) throw new LessonError(file, entry.line, 'expected at least two choices');
  return pairs;
}

const questionKeys = ['ask', 'answer', 'choices', 'because', 'given', 'unit', 'within'];

function question(token: Token, env: Env, table: Loose): string {
  const { words, lines, first } = blockOf(token, env);
  const { file, line } = env;
  const [id = ''] = words;
  if (!/^[a-z][\w-]*$/.test(id))
    throw new LessonError(file, line, 'expected a name after "question", as in ```question corner');
  const entries = readEntries(file, lines, first);
  for (const [key, { line: at }] of entries)
    if (!questionKeys.includes(key))
      throw new LessonError(
        file,
        at,
        `unknown "${key}"; a question has ${questionKeys.join(', ')}`,
      );
  const where = `question "${id}"`;
  const ask = need(file, entries, 'ask', where, line);
  const answer = need(file, entries, 'answer', where, line);
  const because = need(file, entries, 'because', where, line);
  const { expected } = parseQuantity(table, answer.value);
  if (expected !== undefined)
    throw new LessonError(file, answer.line, `answer is "${answer.value}"; expected ${expected}`);
  const given = entries.get('given');
  const pairs: [string, Entry][] = [...new URLSearchParams(given?.value ?? '')].map(
    ([key, value]) => [key, { value, line: given?.line ?? line }],
  );
  const choices = entries.get('choices');
  const attributes = {
    name: id,
    answer: answer.value,
    given: settingsText(file, table, pairs),
    ...(choices ? { choices: JSON.stringify(choicesOf(file, choices)) } : {}),
    ...(entries.has('unit') ? { unit: entries.get('unit')?.value ?? '' } : {}),
    ...(entries.has('within') ? { within: entries.get('within')?.value ?? '' } : {}),
  };
  const text = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeHtml(value)}"`)
    .join('');
  const part = (slot: string, entry: Entry) => {
    const html = inline(entry.value, { ...env, line: entry.line });
    const filled = html.replaceAll('{answer}', '<strong class="engine-answer">…</strong>');
    return `<p slot="${slot}">${filled}</p>`;
  };
  return `<conv-question${text}>${part('ask', ask)}${part('because', because)}</conv-question>\n`;
}

function erratum(token: Token, env: Env): string {
  const text = token.content.trim().replace(/\s*\n\s*/g, ' ');
  return `<p class="erratum"><strong>Seen elsewhere:</strong> ${inline(text, env)}</p>\n`;
}

/** An exhibit's file: title and settings in front, then its sentences, errata and questions. */
export function compileExhibit(
  file: string,
  id: string,
  source: string,
  overrides = new URLSearchParams(),
): Exhibit {
  const { head, body, bodyLine } = splitFile(file, source);
  const table = tableOf(file, 1, id);
  const title = need(file, head, 'title', 'an exhibit', 1).value;
  head.delete('title');
  const own = new URLSearchParams(settingsText(file, table, head));
  for (const [key, value] of overrides) own.set(key, value);
  const after: string[] = [];
  let asked = 0;
  const later = (html: string) => (after.push(html), '');
  const env: Env = {
    ...{ file, firstLine: bodyLine, line: bodyLine },
    blocks: {
      question: (token, at) => (asked++, later(question(token, at, table))),
      erratum: (token, at) => later(erratum(token, at)),
    },
  };
  const prose = render(body, env);
  if (!/class="formula"/.test(prose))
    throw new LessonError(file, bodyLine, 'an exhibit needs a formula: a ```math block');
  if (asked === 0) throw new LessonError(file, bodyLine, 'an exhibit needs a ```question block');
  const settings = escapeHtml(own.toString());
  const html =
    `<section class="exhibit" aria-labelledby="${id}-title">\n` +
    `<h2 id="${id}-title">${inline(title, env)}</h2>\n<div class="prose">\n${prose}</div>\n` +
    `<conv-exhibit id="${id}" exhibit="${id}" settings="${settings}">` +
    `<p class="waiting">This exhibit needs JavaScript: its numbers are computed in this page.</p>` +
    `</conv-exhibit>\n${after.join('')}</section>\n`;
  return { id, title, html };
}

/** A lesson's file: title and summary in front, then its text with exhibits in between. */
export function compileLesson(
  file: string,
  id: string,
  source: string,
  exhibitSource: (id: string) => { file: string; source: string } | undefined,
): Lesson {
  const { head, body, bodyLine } = splitFile(file, source);
  const title = need(file, head, 'title', 'a lesson', 1).value;
  const summary = need(file, head, 'summary', 'a lesson', 1).value;
  for (const [key, { line }] of head)
    if (key !== 'title' && key !== 'summary')
      throw new LessonError(file, line, `unknown "${key}"; a lesson has title and summary`);
  const exhibits: string[] = [];
  const exhibit = (token: Token, env: Env) => {
    const { words, lines, first } = blockOf(token, env);
    const [name = ''] = words;
    const table = tableOf(file, env.line, name);
    const found = exhibitSource(name);
    if (!found)
      throw new LessonError(
        file,
        env.line,
        `exhibit "${name}" has no text in web/lessons/exhibits/`,
      );
    if (exhibits.includes(name))
      throw new LessonError(file, env.line, `exhibit "${name}" is in this lesson twice`);
    exhibits.push(name);
    const text = settingsText(file, table, readEntries(file, lines, first));
    return compileExhibit(found.file, name, found.source, new URLSearchParams(text)).html;
  };
  const env: Env = { file, firstLine: bodyLine, line: bodyLine, blocks: { exhibit } };
  const html = render(body, env);
  return { id, title, summary, html, exhibits };
}
