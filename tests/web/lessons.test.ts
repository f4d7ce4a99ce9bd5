// The format of lessons: what it becomes, and how a file that is wrong says so.
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileExhibit, compileLesson } from '../../web/lessons/compile';
import { lessonIds, loadLesson } from '../../web/lessons/plugin';
import {
  fallbacks,
  parseNumber,
  parseQuantity,
  parseSetting,
  readSettings,
  settingText,
  writeSettings,
  type Loose,
} from '../../web/src/exhibits/settings';
import { tables } from '../../web/src/exhibits/tables';
import { settingsFor, withSettings } from '../../web/src/lessons/address';

const exhibit = (body: string, head = 'title: A title') => `---\n${head}\n---\n${body}`;
const good = exhibit(
  'Text with $x^2$.\n\n```math\ny = w \\star x\n```\n\n' +
    '```question one\nask: How many?\nanswer: size\nbecause: It is {answer}.\n```\n',
);

describe('an exhibit', () => {
  test('becomes prose, MathML, the widget and its question', () => {
    const { title, html } = compileExhibit('e.md', 'stride', good);
    expect(title).toBe('A title');
    expect(html).toMatch(/<math .*display="block"/);
    expect(html).toContain('<msup><mi>x</mi><mn>2</mn></msup>');
    expect(html).toContain('<conv-exhibit id="stride" exhibit="stride" settings="">');
    expect(html).toContain('<conv-question name="one" answer="size"');
    expect(html).toContain('<strong class="engine-answer">');
    expect(html).not.toMatch(/ style=|class="katex/);
  });

  test('text that looks like HTML is text', () => {
    const source = good.replace('Text', '<img src=x onerror=alert(1)> Text');
    expect(compileExhibit('e.md', 'stride', source).html).toContain('&lt;img src=x');
  });

  test('settings of the file and of the lesson reach the widget', () => {
    const source = good.replace('title: A title', 'title: A title\nstride: 3\nsize: 7');
    const { html } = compileExhibit('e.md', 'stride', source, new URLSearchParams('stride=4'));
    expect(html).toContain('settings="stride=4&amp;size=7"');
  });
});

const wrong: [string, string, string, string | RegExp][] = [
  ['no front matter', 'Text', 'stride', 'e.md:1: expected front matter'],
  ['a line that is none', exhibit('x', 'title'), 'stride', 'e.md:2: expected "key: value"'],
  ['no title', exhibit('x', 'size: 7'), 'stride', 'e.md:1: an exhibit needs "title: …"'],
  [
    'an unknown exhibit',
    good,
    'strides',
    /e\.md:1: unknown exhibit "strides"; known are sliding-window, stride/,
  ],
  [
    'an unknown setting',
    good.replace('title: A title', 'title: A title\nstrid: 3'),
    'stride',
    /e\.md:3: no setting "strid"; expected one of the settings dimensions, size, kernel, stride/,
  ],
  [
    'a value out of range',
    good.replace('title: A title', 'title: A title\nstride: 9'),
    'stride',
    'e.md:3: stride is "9"; expected a whole number from 1 to 6',
  ],
  [
    'a broken formula',
    good.replace('y = w \\star x', 'y = \\frac{1'),
    'stride',
    /e\.md:7: broken formula "y = \\frac\{1":/,
  ],
  [
    'a broken formula in a sentence',
    good.replace('x^2', '\\nonsense'),
    'stride',
    /e\.md:4: broken formula "\\nonsense":/,
  ],
  ['no formula', good.replace(/```math[^`]*```/, ''), 'stride', 'needs a formula'],
  ['no question', good.replace(/```question[^`]*```/, ''), 'stride', 'needs a ```question block'],
  [
    'no answer',
    good.replace('answer: size\n', ''),
    'stride',
    'e.md:10: question "one" needs "answer: …"',
  ],
  [
    'an answer that is not computed',
    good.replace('answer: size', 'answer: colour'),
    'stride',
    'e.md:12: answer is "colour"; expected one of size, output(n), unread',
  ],
  [
    'a question about a setting that is none',
    good.replace('because:', 'given: colour=red\nbecause:'),
    'stride',
    'e.md:13: no setting "colour"',
  ],
  [
    'one choice',
    good.replace('because:', 'choices: a = A\nbecause:'),
    'stride',
    'e.md:13: expected at least two choices',
  ],
  [
    'an unknown block',
    `${good}\n\`\`\`python\nx\n\`\`\``,
    'stride',
    'unknown block "python"; known are math, question, erratum',
  ],
];

test.each(wrong)(
  '%s ends the build with file, line and what was expected',
  (_, source, id, message) => {
    expect(() => compileExhibit('e.md', id, source)).toThrow(message);
  },
);

describe('a lesson', () => {
  const head = '---\ntitle: T\nsummary: S\n---\n';
  const compile = (body: string) =>
    compileLesson('l.md', 'l', head + body, (id) =>
      id === 'stride' ? { file: 'e.md', source: good } : undefined,
    );

  test('strings exhibits together, with settings of its own', () => {
    const { html, exhibits } = compile('Text.\n\n```exhibit stride\nstride: 3\n```\n\nMore.\n');
    expect(exhibits).toEqual(['stride']);
    expect(html).toMatch(/<p>Text\.<\/p>[^]*settings="stride=3"[^]*<p>More\.<\/p>/);
  });

  test.each([
    ['```exhibit sturdy\n```', 'l.md:5: unknown exhibit "sturdy"'],
    ['```exhibit edges\n```', 'l.md:5: exhibit "edges" has no text'],
    [
      '\n```exhibit stride\nstride: 0\n```',
      'l.md:7: stride is "0"; expected a whole number from 1',
    ],
    [
      '```exhibit stride\n```\n```exhibit stride\n```',
      'l.md:7: exhibit "stride" is in this lesson twice',
    ],
  ])('%j is refused', (body, message) => {
    expect(() => compile(body)).toThrow(message);
  });

  test('an error in an exhibit names the exhibit’s file', () => {
    const bad = good.replace('answer: size', 'answer: nothing');
    const broken = () =>
      compileLesson('l.md', 'l', `${head}\`\`\`exhibit stride\n\`\`\``, () => ({
        ...{ file: 'e.md', source: bad },
      }));
    expect(broken).toThrow('e.md:12: answer is "nothing"');
  });
});

test('all lessons and exhibits of the tree compile, and every exhibit is in a lesson', () => {
  const used = lessonIds('web/lessons').flatMap((id) => loadLesson('web/lessons', id).exhibits);
  const files = readdirSync('web/lessons/exhibits').map((name) => name.replace('.md', ''));
  expect([...used].sort()).toEqual(files.sort());
  for (const id of files)
    expect(
      compileExhibit(id, id, readFileSync(`web/lessons/exhibits/${id}.md`, 'utf8')).html,
    ).not.toContain(' style=');
  expect(files.sort()).toEqual(Object.keys(tables).sort());
});

describe('settings', () => {
  const table = tables['sliding-window'] as Loose;

  test('numbers as people write them', () => {
    expect(['2', '-0.5', '−1', '1/4', '.5', '1e2'].map(parseNumber)).toEqual([
      2, -0.5, -1, 0.25, 0.5, 100,
    ]);
    for (const text of ['', 'x', '1/0', '1 2', '1e99', 'NaN', '--1'])
      expect(parseNumber(text)).toBeUndefined();
  });

  test('rows of numbers, written by people and by addresses', () => {
    const value = (text: string) => parseSetting(table, 'kernel', text).value;
    const expected = [
      [0, 1],
      [-1, 0.5],
    ];
    for (const text of ['0 1 / -1 1/2', '0_1*-1_0.5', '0,1;-1,0.5', ' 0  1 / −1 0.5 '])
      expect(value(text)).toEqual(expected);
    for (const text of ['', '1 2 / 3', 'a b', '1 2 3 4 5 6', '1/1/1/1/1/1 / 2'])
      expect(value(text)).toBeUndefined();
  });

  test('what is written is read again, for every exhibit', () => {
    for (const each of Object.values(tables)) {
      const start = fallbacks(each);
      for (const [name, field] of Object.entries(each.fields)) {
        const other = field.options
          ? Object.keys(field.options).at(-1)!
          : Array.isArray(field.fallback)
            ? [[1.5, -2]]
            : field.maximum!;
        const settings = { ...start, [name]: other };
        const text = new URLSearchParams(writeSettings(settings, start)).toString();
        expect(readSettings(each, new URLSearchParams(text))).toEqual(settings);
        expect(text).not.toContain('%');
        expect(settingText(field.fallback)).toBeTruthy();
      }
    }
  });

  test('what makes no sense is as by default', () => {
    const given = new URLSearchParams('stride=99&padding=maybe&constructor=1&__proto__=2&at=3');
    expect(readSettings(table, given)).toEqual({ ...fallbacks(table), at: 3 });
  });

  test('quantities', () => {
    expect(parseQuantity(table, 'output(1, 2)').value).toEqual({ name: 'output', at: [1, 2] });
    for (const text of ['output', 'output(1)', 'toString', 'rows(1)', ''])
      expect(parseQuantity(table, text).expected).toMatch(/^one of output\(n,n\)/);
  });
});

test('a lesson’s address keeps every exhibit apart', () => {
  let hash = withSettings('stride', [['stride', '3']], '');
  hash = withSettings('edges', [['layers', '4']], `#${hash}`);
  hash = withSettings('stride', [['size', '7']], `#${hash}`);
  expect(hash).toBe('edges.layers=4&stride.size=7');
  expect(settingsFor('edges', `#${hash}`)).toEqual([['layers', '4']]);
  expect(settingsFor('stride', `#${hash}`)).toEqual([['size', '7']]);
});
