// Lessons: their pages, and every exhibit by mouse, keyboard and touch.
import type { Locator, Page } from '@playwright/test';
import { violations } from './axe';
import { expect, test } from './lab';

const lesson = 'lesson-what-a-convolution-does.html';
const alone = (exhibit: string, settings = '') => `embed.html#exhibit=${exhibit}${settings}`;

const cells = (page: Page, id: string) => page.locator(`conv-grid#${id} [role=gridcell]`);
const cell = (page: Page, id: string, at: number) => cells(page, id).nth(at);
const marked = (page: Page, id: string, mark: string) =>
  cells(page, id).evaluateAll(
    (all, name) => all.flatMap((each, i) => (each.classList.contains(name) ? [i] : [])),
    mark,
  );

async function tabTo(page: Page, target: Locator) {
  const there = () => target.evaluate((element) => element.matches(':focus'));
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    if (await there()) return;
  }
  throw new Error('Tab never came there');
}

test('from the playground to the lessons and back', async ({ open }) => {
  const page = await open();
  await page.getByRole('link', { name: 'Lessons' }).click();
  await expect(page.getByRole('heading', { name: 'Lessons' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('link', { name: 'What a convolution does' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What a convolution does');
  await expect(cell(page, 'output', 2)).toHaveText('11');
  await page.getByRole('navigation').getByRole('link', { name: 'Playground' }).click();
  await expect(page.getByRole('button', { name: 'Train' })).toBeEnabled();
});

test('exhibits load when they come near, and their text does not wait for them', async ({
  visit,
}) => {
  const page = await visit(lesson);
  const widget = (name: string) => page.locator(`conv-exhibit#${name} conv-${name}`);
  await expect(widget('sliding-window')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Dense against convolutional' })).toBeAttached();
  await expect(widget('dense-against-conv')).toHaveCount(0);
  await page.locator('#dense-against-conv').scrollIntoViewIfNeeded();
  await expect(widget('dense-against-conv')).toBeVisible();
});

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds no violation in a lesson (${scheme})`, async ({ visit, page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await visit(lesson);
    for (const name of ['sliding-window', 'stride', 'edges', 'dense-against-conv']) {
      await page.locator(`conv-exhibit#${name}`).scrollIntoViewIfNeeded();
      await expect(page.locator(`conv-${name}`)).toBeVisible();
    }
    await expect(cell(page, 'map', 0)).toHaveText('4');
    await expect(page.locator('#conv-parameters')).toHaveText('5,386');
    expect(await violations(page)).toEqual([]);
  });
}

for (const width of [360, 768, 2560]) {
  test(`no lesson or exhibit sticks out at ${width} pixels`, async ({ visit, page }) => {
    await page.setViewportSize({ width, height: 800 });
    await visit(lesson);
    for (const name of ['sliding-window', 'stride', 'edges', 'dense-against-conv']) {
      await page.locator(`conv-exhibit#${name}`).scrollIntoViewIfNeeded();
      await expect(page.locator(`conv-${name} button`).first()).toBeVisible();
    }
    await page.locator('#padding').first().selectOption('full');
    await expect(cells(page, 'output').first()).toBeVisible();
    const [wide, room] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(wide).toBeLessThanOrEqual(room ?? 0);
  });
}

test('a lesson’s address keeps the state of its exhibits', async ({ visit }) => {
  const page = await visit(lesson);
  await page.locator('#padding').first().selectOption('same');
  await expect(page).toHaveURL(/#sliding-window\.padding=same/);
  await page.reload();
  await expect(page.locator('#padding').first()).toHaveValue('same');
  await expect(cells(page, 'output').first()).toHaveText('2');
  const link = page.getByRole('link', { name: 'Open this exhibit alone' }).first();
  await expect(link).toHaveAttribute('href', /embed\.html#exhibit=sliding-window&padding=same$/);
});

test.describe('the sliding window', () => {
  test('pointing at one grid lights up the others', async ({ visit }) => {
    const page = await visit(alone('sliding-window'));
    await cell(page, 'output', 4).hover();
    await expect
      .poll(() => marked(page, 'input', 'near'))
      .toEqual([6, 7, 8, 11, 12, 13, 16, 17, 18]);
    await expect(page.locator('#sum')).toHaveText(/row 2, column 2: .*3·1 \+ 1·0 \+ 2·2.* = 11$/);
    await cell(page, 'kernel', 2).hover();
    await expect.poll(() => marked(page, 'input', 'near')).toEqual([2, 3, 4, 7, 8, 9, 12, 13, 14]);
    await expect(page.locator('#sum')).toHaveText(/This weight, 1, is used\s+9 times/);
    await cell(page, 'input', 0).hover();
    await expect.poll(() => marked(page, 'output', 'near')).toEqual([0]);
    await expect.poll(() => marked(page, 'kernel', 'near')).toEqual([0]);
    await cell(page, 'input', 12).hover();
    await expect(page.locator('#sum')).toHaveText(/This input, 2, feeds\s+9 outputs/);
    // A click pins; Escape lets go.
    await cell(page, 'kernel', 4).click();
    await page.mouse.move(0, 0);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await expect.poll(() => marked(page, 'kernel', 'hit')).toEqual([4]);
    await cell(page, 'kernel', 4).press('Escape');
    await expect.poll(() => marked(page, 'kernel', 'hit')).toEqual([]);
  });

  test('the keyboard does what the mouse does', async ({ visit }) => {
    const page = await visit(alone('sliding-window'));
    await expect(cell(page, 'output', 0)).toBeVisible();
    await tabTo(page, cell(page, 'input', 0));
    await expect.poll(() => marked(page, 'output', 'near')).toEqual([0]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await expect(cell(page, 'input', 9)).toBeFocused();
    await page.keyboard.press('7');
    await page.keyboard.press('Enter');
    await expect(cell(page, 'input', 9)).toHaveText('7');
    await expect(cell(page, 'input', 9)).toBeFocused();
    await page.keyboard.press('Control+z');
    await expect(cell(page, 'input', 9)).toHaveText('0');
    await page.keyboard.press('F2');
    await page.keyboard.press('Escape');
    await expect(cell(page, 'input', 9)).toBeFocused();
    await tabTo(page, cell(page, 'kernel', 0));
    await tabTo(page, cell(page, 'output', 0));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect(page.locator('#place')).toHaveText('Output 2 of 9');
  });

  test('numbers are edited in place, undone and reset', async ({ visit }) => {
    const page = await visit(alone('sliding-window'));
    const type = async (text: string) => {
      await cell(page, 'kernel', 4).dblclick();
      await page.getByLabel('New value for row 2, column 2').fill(text);
      await page.keyboard.press('Enter');
    };
    await type('3');
    await expect(cell(page, 'output', 2)).toHaveText('14');
    await expect(page).toHaveURL(/kernel=0_0_1\*0_3_0\*1_1_0/);
    await type('-1/2');
    await expect(cell(page, 'kernel', 4)).toHaveText('−0.5');
    await type('many');
    await expect(page.getByText('“many” is not a number')).toBeVisible();
    await expect(cell(page, 'kernel', 4)).toHaveText('−0.5');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(cell(page, 'kernel', 4)).toHaveText('3');
    await expect(page).toHaveURL(/kernel=0_0_1\*0_3_0\*1_1_0/);
    await page.reload();
    await expect(cell(page, 'output', 2)).toHaveText('14');
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect(cell(page, 'output', 2)).toHaveText('11');
    await expect(page).toHaveURL(/#exhibit=sliding-window&?(at=\d+)?$/);
  });

  test('numbers without room are rounded, never cut, and stay as they are', async ({ visit }) => {
    const page = await visit(alone('sliding-window', '&input=-999999_1&kernel=0.333333'));
    await expect(cell(page, 'input', 0)).toHaveText('−1e6');
    await expect(cell(page, 'kernel', 0)).toHaveText('0.333');
    await cell(page, 'kernel', 0).dblclick();
    await expect(page.getByLabel('New value for row 1, column 1')).toHaveJSProperty(
      'selectionStart',
      0,
    ); // all of it, to be typed over
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/kernel=0.333333/);
    await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
  });

  test('it steps, plays to the end and pauses', async ({ visit, page }) => {
    await page.clock.install();
    await visit(alone('sliding-window'));
    const place = page.locator('#place');
    await expect(place).toHaveText('Output 1 of 9');
    await page.getByRole('button', { name: 'Step' }).click();
    await expect(place).toHaveText('Output 2 of 9');
    await expect.poll(() => marked(page, 'output', 'hit')).toEqual([1]);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.clock.runFor(1500);
    await expect(place).toHaveText('Output 4 of 9');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.clock.runFor(5000);
    await expect(place).toHaveText('Output 4 of 9');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.clock.runFor(10_000);
    await expect(place).toHaveText('Output 9 of 9');
    await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
    await page.locator('#scrubber').fill('4');
    await expect(place).toHaveText('Output 5 of 9');
  });
});

test.describe('by touch', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 800 } });

  test('a tap points and stays, a second one types', async ({ visit }) => {
    const page = await visit(alone('sliding-window'));
    await cell(page, 'kernel', 2).tap();
    await expect.poll(() => marked(page, 'input', 'near')).toHaveLength(9);
    await expect(page.locator('#sum')).toHaveText(/This weight, 1/);
    await cell(page, 'kernel', 2).tap();
    await page.getByLabel('New value for row 1, column 3').fill('2');
    await page.keyboard.press('Enter');
    await expect(cell(page, 'kernel', 2)).toHaveText('2');
    await cell(page, 'output', 8).tap();
    await expect(page.locator('#place')).toHaveText('Output 9 of 9');
    await expect(page.locator('#sum')).toHaveText(/row 3, column 3: .* = 2$/);
  });
});

test('a question wants a guess before it tells', async ({ visit }) => {
  const page = await visit(alone('sliding-window'));
  const question = page.locator('conv-question[name=centre]');
  const reveal = question.getByRole('button', { name: 'Reveal' });
  await reveal.click();
  await expect(question.getByText('Guess a number first')).toBeVisible();
  await expect(question.getByText('The middle of that window')).toBeHidden();
  await question.getByLabel('Your guess').fill('13,5');
  await reveal.click();
  await expect(question.getByText('“13,5” is not a number')).toBeVisible();
  await question.getByLabel('Your guess').fill('13');
  await question.getByLabel('Your guess').press('Enter');
  await expect(question.getByText('Not this time.')).toBeVisible();
  await expect(question.locator('.result')).toBeFocused(); // the button is gone, the keyboard not
  await expect(question.getByText('The engine: 14')).toBeVisible();
  await expect(question.locator('.engine-answer')).toHaveText('14');
  await question.getByRole('button', { name: 'Show it above' }).click();
  await expect(cell(page, 'output', 2)).toHaveText('14');
  await question.getByRole('button', { name: 'Guess again' }).click();
  await expect(question.getByLabel('Your guess')).toBeFocused();
  await question.getByLabel('Your guess').fill('14');
  await reveal.click();
  await expect(question.getByText('Right.')).toBeVisible();
});

test('without a connection an exhibit says so, and comes when it is back', async ({ browser }) => {
  // A page of its own: what cannot be loaded is said on the console, too.
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(lesson);
  await expect(page.locator('conv-sliding-window #sum')).toBeVisible();
  await context.setOffline(true);
  const edges = page.locator('.exhibit').filter({ has: page.locator('[exhibit=edges]') });
  await edges.scrollIntoViewIfNeeded();
  await expect(edges.getByRole('alert')).toContainText('could not be loaded');
  await edges.getByLabel('Your guess').fill('9');
  await edges.getByRole('button', { name: 'Reveal' }).click();
  await expect(edges.locator('conv-question').getByText('could not be loaded')).toBeVisible();
  await context.setOffline(false);
  await expect(edges.locator('#complete')).toHaveText('49 of 81');
  await edges.getByRole('button', { name: 'Reveal' }).click();
  await expect(edges.getByText('Right.')).toBeVisible();
  await context.close();
});

test('stride: the formula, what is left out, and settings that cannot work', async ({ visit }) => {
  const page = await visit(alone('stride', '&padding=valid&stride=4'));
  await expect(page.locator('#formula')).toHaveText('⌊(9 + 0 + 0 − 1·(3 − 1) − 1) / 4⌋ + 1 = 2');
  await expect(page.getByText('Inputs that no window reads: number 4, 8, 9.')).toBeVisible();
  await expect.poll(() => marked(page, 'input', 'idle')).toEqual([3, 7, 8]);
  await expect.poll(() => marked(page, 'all', 'near')).toEqual([0, 4]);
  // The kernel's slider ends where the kernel would not fit.
  await page.locator('input#size').fill('3');
  await expect(page.locator('input#kernel')).toHaveAttribute('max', '3');
  await page.locator('#padding').selectOption('full');
  await page.locator('input#kernel').fill('5');
  await expect(page.locator('#border option[value=reflect]')).toBeDisabled();
  await expect(page.locator('#border option[value=reflect]')).toHaveText(/has 2 to copy, not 4/);
  await expect(page).toHaveURL(/size=3/);
});

test('stride in a picture marks what no window reads', async ({ visit }) => {
  const page = await visit(alone('stride', '&dimensions=2&size=5&padding=valid&stride=3'));
  await expect(page.getByText('16 of 25, hatched')).toBeVisible();
  await expect(cells(page, 'output')).toHaveCount(1);
});

test('edges: the counts, and no more layers than there is room for', async ({ visit }) => {
  const page = await visit(alone('edges'));
  await expect(page.locator('#complete')).toHaveText('49 of 81');
  await page.locator('input#layers').fill('3');
  await expect(page.locator('#complete')).toHaveText('9 of 81');
  await cell(page, 'map', 0).hover();
  await expect(page.getByText('Output in row 1, column 1: 16 real inputs.')).toBeVisible();
  await page.locator('#padding').selectOption('valid');
  await expect(page.locator('input#layers')).toHaveAttribute('max', '4');
  await expect(page.getByText('After 4 layers with this kernel')).toBeVisible();
});

test('dense against convolutional: two networks, one press, and the smaller one wins', async ({
  visit,
}) => {
  test.setTimeout(300_000); // thirty epochs of two networks
  const page = await visit(alone('dense-against-conv'));
  await expect(page.locator('#dense-parameters')).toHaveText('178,110');
  await expect(page.locator('#conv-parameters')).toHaveText('5,386');
  for (const shape of ['24×24×8', '12×12×8', '10×10×16', '5×5×16', '400', '10'])
    await expect(page.locator('#conv-shapes')).toContainText(shape);
  const question = page.locator('conv-question[name=winner]');
  await question.getByLabel('The convolutional network').check();
  await question.getByRole('button', { name: 'Reveal' }).click();
  await expect(question.getByText('Your guess is kept')).toBeVisible();
  await page.getByRole('button', { name: 'Train both' }).click();
  await expect(page.locator('#conv-epoch')).toHaveText(/^[1-9]\d* of 30$/);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('4,000 training and 1,000 validation')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Train again' })).toBeVisible({ timeout: 240_000 });
  await expect(page.locator('#dense-epoch')).toHaveText('30 of 30');
  await expect(question.getByText('Right.')).toBeVisible();
  const shown = async (id: string) => parseFloat(await page.locator(id).innerText());
  const [dense, conv] = [await shown('#dense-accuracy'), await shown('#conv-accuracy')];
  expect(conv).toBeGreaterThan(dense);
  const margin = page.locator('conv-question[name=margin]');
  await margin.getByLabel('Your guess').fill(String(conv - dense));
  await margin.getByRole('button', { name: 'Reveal' }).click();
  await expect(margin.getByText('Right.')).toBeVisible();
  await page.getByRole('button', { name: 'New seed' }).click();
  await expect(page.locator('#conv-accuracy')).toHaveText('–');
  await expect(page).toHaveURL(/seed=2/);
});

test('the same seed trains both to the same figures again', async ({ visit }) => {
  const page = await visit(alone('dense-against-conv', '&epochs=1'));
  const figures = () => page.locator('table.figures').innerText();
  const again = page.getByRole('button', { name: 'Train again' });
  await page.getByRole('button', { name: 'Train both' }).dblclick(); // an impatient hand
  await expect(again).toBeVisible({ timeout: 30_000 });
  const first = await figures();
  expect(first).toContain('1 of 1');
  await again.click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(again).toBeVisible({ timeout: 30_000 });
  expect(await figures()).toBe(first);
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect(page.locator('#conv-epoch')).toHaveText('0 of 1');
  await expect(page.getByRole('button', { name: 'Train both' })).toBeVisible();
});
