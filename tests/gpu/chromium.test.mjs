// A problem or two for every kernel in Chromium over SwiftShader, in a worker as in the page.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { chromium } from '@playwright/test';
import { root } from '../../scripts/lib/run.mjs';
import { shaderSources } from '../../scripts/lib/webgpu.mjs';
import { answer } from '../../scripts/serve.mjs';

const chosen = [
  ...['conv2d_batch_13', 'conv2d_dilation_2_stride_3', 'conv2d_depthwise_times_2_stride_2'],
  ...['conv2d_tanh_batch_3', 'conv2d_several_parts', 'linear_13_to_7_batch_3_relu'],
  ...['linear_127_to_10_batch_13', 'pad2d_reflect_batch_13', 'relu_pad2d_circular_wide'],
  ...['max_pool2d_dilated', 'relu_max_pool2d_3x3_stride_2_batch_13', 'softmax_10_by_13'],
  ...['avg_pool2d_padding_not_counted', 'adaptive_avg_pool2d_uneven', 'activation_sigmoid_127'],
  ...['batch_norm2d_training_127', 'batch_norm2d_evaluation_13', 'dropout_127', 'copy_part'],
  ...['cross_entropy_127_batch_5', 'mse_10_batch_13', 'update_sgd_nesterov_127'],
  ...['update_rmsprop_momentum_127', 'update_adamw_127'],
];

/** A folder with all the page needs, named as a server names what may be a module. */
function layOut() {
  const folder = join(root, 'build', 'gpu-page');
  mkdirSync(folder, { recursive: true });
  const copy = (from, to) => copyFileSync(join(root, from), join(folder, to));
  copy('tests/gpu/page/index.html', 'index.html');
  copy('tests/gpu/page/main.mjs', 'main.js');
  copy('tests/gpu/page/worker.mjs', 'worker.js');
  copy('tests/gpu/prove.mjs', 'prove.js');
  copy('web/src/engine/gpu-device.mjs', 'gpu-device.js');
  for (const ending of ['js', 'wasm'])
    copy(`build/wasm/convolab_gpu_proofs.${ending}`, `convolab_gpu_proofs.${ending}`);
  writeFileSync(join(folder, 'shaders.json'), JSON.stringify(shaderSources()));
  return folder;
}

const folder = layOut();
const server = createServer((request, response) => answer(folder, request, response));
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  ],
});
const page = await browser.newPage();
await page.goto(`http://localhost:${server.address().port}/`);
await page.waitForFunction(() => globalThis.document.title === 'ready');
const ask = async (question) => {
  const said = await page.evaluate((asked) => globalThis.ask(asked), question);
  assert.equal(said.error, undefined);
  return said;
};
const { name: adapter, names, kernels } = await ask({});

after(async () => {
  await browser.close();
  server.close();
});

describe(`kernels in Chromium on ${adapter}`, () => {
  it('every kernel has a problem here', () => {
    const indexes = chosen.map((name) => names.indexOf(name));
    assert.ok(!indexes.includes(-1), 'a problem that there is not');
    const here = new Set(indexes.flatMap((index) => kernels[index]));
    const missing = new Set(kernels.flat().filter((kernel) => !here.has(kernel)));
    assert.deepEqual([...missing], []);
  });

  for (const name of chosen) {
    for (const accumulate of [false, true]) {
      it(`${name}: ${accumulate ? 'accumulates' : 'agrees with the reference'}`, async () => {
        const { wrong } = await ask({ index: names.indexOf(name), accumulate });
        assert.equal(wrong, '');
      });
    }
  }
});
