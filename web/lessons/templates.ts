// Takes out of the elements' templates what only their authors read: comments of styles, line breaks
// and indentation. A line break in a template is a space to the browser, as it is here.
import type { Plugin } from 'vite';

interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

const shorter: Record<string, (text: string) => string> = {
  css: (text) =>
    text
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/\s+/g, ' ')
      .replace(/ ?([{};]) ?/g, '$1'),
  html: (text) => text.replace(/\s*\n\s*/g, ' '),
};

/** The places of all templates with one of these tags in a tree. */
function* templatesIn(node: unknown): Generator<{ tag: string; start: number; end: number }> {
  if (Array.isArray(node)) {
    for (const each of node) yield* templatesIn(each);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const { type, tag, quasi } = node as Node;
  if (type === 'TaggedTemplateExpression') {
    const name = (tag as { name?: string }).name ?? '';
    if (name in shorter)
      for (const { start, end } of (quasi as { quasis: Node[] }).quasis)
        yield { tag: name, start, end };
  }
  for (const value of Object.values(node)) yield* templatesIn(value);
}

export function shortTemplates(): Plugin {
  return {
    name: 'convolab-short-templates',
    apply: 'build',
    enforce: 'post',
    transform(code, id) {
      if (!/\/web\/src\/.*\.ts$/.test(id) || !/(css|html)`/.test(code)) return undefined;
      const places = [...templatesIn(this.parse(code))].sort((a, b) => b.start - a.start);
      let out = code;
      for (const { tag, start, end } of places)
        out = out.slice(0, start) + (shorter[tag]?.(code.slice(start, end)) ?? '') + out.slice(end);
      return { code: out, map: null };
    },
  };
}
