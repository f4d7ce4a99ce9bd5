// Measures all libraries on one case, turn by turn, in whatever thread it is called: a worker of
// the page, or node.
import { floatsOf, fromChannelsLast, picturesOf, weightsOf } from './nets.mjs';

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const most = (list) => list.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a), -Infinity);

const softmax = (values) => {
  const top = most(values);
  const powers = values.map((value) => Math.exp(value - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

/**
 * Runs a job for some time, in a program of its own if it has one; resolves to images/s. What a GPU
 * has on its way at the end is waited for, and counts.
 */
async function slice(job, milliseconds) {
  if (job.slice) return job.slice(milliseconds);
  const began = performance.now();
  let runs = 0;
  let passed;
  do {
    const done = job.run();
    if (done instanceof Promise) await done;
    runs++;
    passed = performance.now() - began;
  } while (passed < milliseconds);
  if (job.drain) {
    runs += await job.drain();
    passed = performance.now() - began;
  }
  return (runs * job.images * 1000) / passed;
}

/** What a job answers for the first picture, in PyTorch's order. */
async function firstAnswer(job, net) {
  const out = Array.from(await job.run());
  const shape = net.layers.at(-1).to;
  const one = out.slice(
    0,
    shape.reduce((product, n) => product * n, 1),
  );
  return job.channelsLast ? Array.from(fromChannelsLast(one, 1, shape)) : one;
}

/** Who does not answer as the first one does is not measured. */
async function checkAnswers(jobs, net, refuse) {
  let truth;
  for (const each of [...jobs]) {
    const { who, job } = each;
    try {
      const answer = await firstAnswer(job, net);
      truth ??= { who, answer };
      const expected = job.probabilities ? softmax(truth.answer) : truth.answer;
      const off = most(answer.map((value, i) => Math.abs(value - expected[i])));
      if (!(answer.length === expected.length && off < 1e-3))
        throw new Error(`its answer is ${off} from that of ${truth.who}`);
    } catch (error) {
      refuse(each, error);
    }
  }
}

/** Trains for some time before it is measured; the loss has to stay a number. */
async function warmTraining(job, milliseconds) {
  await slice(job, milliseconds);
  if (job.run && !Number.isFinite(await job.run())) throw new Error('its loss is not a number');
  await job.drain?.();
}

async function openJob(peer, { suite, net, batch }, weights) {
  const count = suite === 'train' ? Math.max(64, batch) * 4 : batch;
  const pictures = picturesOf(net, count);
  return suite === 'train'
    ? peer.train(net, batch, { ...pictures, weights })
    : peer.infer(net, batch, weights, floatsOf(pictures.bytes));
}

/**
 * One case, {suite, net, batch}, by `peers`, [{who, peer}] or [{who, reason}]. Resolves to a list
 * of {who, median, rates, note} or {who, reason}, rates in images/s.
 */
export async function measure(asked, peers, { rounds, ms, warm }) {
  const weights = weightsOf(asked.net);
  const results = [];
  const jobs = [];
  const refuse = (each, error) => {
    if (jobs.includes(each)) jobs.splice(jobs.indexOf(each), 1);
    each.job?.close();
    results.push({ who: each.who, reason: error.message });
  };
  for (const { who, peer, reason } of peers) {
    try {
      if (reason) throw new Error(reason);
      jobs.push({ who, job: await openJob(peer, asked, weights), rates: [] });
    } catch (error) {
      refuse({ who }, error);
    }
  }
  const answers = asked.suite !== 'train';
  if (answers && jobs.every(({ job }) => job.run)) await checkAnswers(jobs, asked.net, refuse);
  for (const each of [...jobs]) {
    try {
      await (answers ? slice : warmTraining)(each.job, warm);
    } catch (error) {
      refuse(each, error);
    }
  }
  for (let round = 0; round < rounds; round++)
    for (const { job, rates } of jobs) rates.push(await slice(job, ms));
  for (const { who, job, rates } of jobs) {
    results.push({ who, median: median(rates), rates, note: job.note, device: job.device });
    job.close();
  }
  const order = peers.map(({ who }) => who);
  return results.sort((a, b) => order.indexOf(a.who) - order.indexOf(b.who));
}

export { median };
