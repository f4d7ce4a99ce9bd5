// Results as Markdown.
import { median } from './measure.mjs';

const titles = {
  train: 'Training, images/s',
  infer: 'Answering, images/s',
  conv: 'Convolutions alone, GFLOP/s (two for a multiply-add)',
  memory: 'Memory that training takes at most, MB',
  start: 'From nothing to the first answer of net U, ms: fetched, compiled, built, answered',
};

const figure = (value, unit) => {
  if (value === null) return '–';
  const [two, one] = unit === 'images/s' ? [0, 10] : [10, 100];
  const digits = value < two ? 2 : value < one ? 1 : 0;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
};

const lessIsBetter = (unit) => unit === 'ms' || unit === 'MB';

/**
 * How many times as fast as the best of the others: the median of what each turn gives, since what
 * slows a turn slows its neighbours too.
 */
function against(rows) {
  const known = rows.filter(({ median }) => median !== null);
  const ours = known.find(({ who }) => who === 'convolab-webgpu' || who === 'convolab');
  const slowToFast = known
    .filter(({ who }) => !who.startsWith('convolab'))
    .sort((a, b) => (lessIsBetter(a.unit) ? b.median - a.median : a.median - b.median));
  const best = slowToFast.at(-1);
  if (!ours || !best) return '–';
  const times = ours.rounds.map((figure, i) =>
    lessIsBetter(ours.unit) ? best.rounds[i] / figure : figure / best.rounds[i],
  );
  return `${median(times).toFixed(2)} ×`;
}

const line = (cells) => `| ${cells.join(' | ')} |`;

export function tableOf(rows, runtime) {
  const who = [...new Set(rows.map((row) => row.who))];
  const keys = [...new Set(rows.map(({ net, batch }) => `${net}|${batch}`))];
  const head = ['net', 'batch', ...who, 'against the best other'];
  const body = keys.map((key) => {
    const [net, batch] = key.split('|');
    const here = rows.filter((row) => row.net === net && String(row.batch) === batch);
    const cells = who.map((each) => {
      const row = here.find((one) => one.who === each);
      return row ? figure(row.median, row.unit) : '–';
    });
    return line([net, batch, ...cells, against(here)]);
  });
  const rule = line(head.map((_, i) => (i === 0 ? '---' : '---:')));
  return [`**${runtime}**`, '', line(head), rule, ...body, ''];
}

/** Reasons and notes, each said once. */
export function remarks(rows) {
  const said = new Map();
  for (const { who, net, median, reason, note } of rows) {
    const remark = reason ? `no figure: ${reason}` : note;
    if (!remark || (median === null && !reason)) continue;
    const key = `${who}: ${remark}`;
    said.set(key, (said.get(key) ?? new Set()).add(net));
  }
  return [...said].map(([remark, which]) => `- ${remark} (${[...which].join('; ')})`);
}

export function markdown(results, about) {
  const out = [...about, ''];
  for (const [suite, title] of Object.entries(titles)) {
    const rows = results.filter((row) => row.suite === suite);
    if (rows.length === 0) continue;
    out.push(`## ${title}`, '');
    for (const runtime of ['chromium', 'node', 'native']) {
      const here = rows.filter((row) => row.runtime === runtime);
      if (here.length === 0) continue;
      out.push(...tableOf(here, runtime));
      const remarked = remarks(here);
      if (remarked.length > 0) out.push(...remarked, '');
    }
  }
  return out.join('\n');
}
