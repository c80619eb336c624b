/** Descriptions on their way out: what is ready, as what, what that changes, and where to. */
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './axe';
import { callsOf, FULL, startEngine, type EngineOptions } from './engine';

const FAILS = { code: 'storage' as const, message: 'The disk is full.', detail: null };
const CAME_IN = [
  { name: 'old.csv', program: '', nReady: 0 },
  { name: 'shopify.csv', program: 'Shopify', nReady: 118 },
];
const SOME: EngineOptions = {
  ...FULL,
  review: { n: 12, nDecided: 2 },
  lists: { cameIn: CAME_IN },
};

async function start(page: Page, options: EngineOptions = SOME) {
  await startEngine(page, options);
  await page.goto('/');
  await page.getByTestId('to-review').click();
  await expect(page.locator('main.review article')).toBeFocused();
}

async function open(page: Page, options: EngineOptions = SOME) {
  await start(page, options);
  await page.keyboard.press('Control+e');
  await expect(dialog(page)).toBeVisible();
}

const dialog = (page: Page) => page.getByTestId('send-out');
const write = (page: Page) => page.getByTestId('send-write');
const numbers = (page: Page) => page.getByTestId('send-numbers');
const choice = (page: Page, name: RegExp) => dialog(page).getByRole('radio', { name });

test('what is ready, and the list that came in with its old words against the new', async ({
  page,
}) => {
  await open(page);
  await expect(page.getByTestId('send-ready')).toHaveText('120 decided, 14 wait and stay behind.');
  await expect(choice(page, /^shopify.csv as it came in, with new words only/)).toBeChecked();
  await expect(choice(page, /^shopify.csv/)).toBeFocused();
  await expect(numbers(page)).toHaveText(
    '348 cells get new words, of 118 products. Everything else stays as it is.',
  );
  await expect(page.getByTestId('send-change')).toHaveCount(30);
  const first = page.getByTestId('send-change').first();
  await expect(first).toContainText('VT-1001');
  await expect(first).toContainText('no. 2');
  await expect(first.locator('del')).toHaveText(['Mug, large']);
  await expect(first.locator('ins')).toHaveText(['Red stoneware mug with white dots']);
  const second = page.getByTestId('send-change').nth(1);
  await expect(second.locator('ins')).toHaveText(['Navy', 'shoulder']);
  await expect(page.getByTestId('send-change').nth(2)).toContainText('empty');
  await expect(page.getByTestId('send-more')).toHaveText('and 318 more');
  await expect(page.getByTestId('send-not-written')).toContainText('no column for the alt text');
  expect(await callsOf(page, 'preview_export')).toEqual([{ target: { as: 'list', list: 1 } }]);
  expect(await callsOf(page, 'export_dialog')).toEqual([]);
});

test('every choice asks for what it would write; it is written once a place is chosen', async ({
  page,
}) => {
  await open(page);
  await choice(page, /^WooCommerce/).check();
  await expect(numbers(page)).toHaveText('A new file with 120 products.');
  await expect(dialog(page).getByRole('columnheader')).toHaveText(['Product', 'Column', 'Words']);
  await choice(page, /^Text files/).check();
  await expect(numbers(page)).toHaveText('348 files for the photos of 120 products.');
  await expect(dialog(page).getByRole('columnheader')).toHaveText(['Product', 'File', 'Words']);
  await expect(write(page)).toHaveText('Write 120 products…');
  await write(page).click();
  await expect(dialog(page)).toHaveCount(0);
  expect(await callsOf(page, 'export_dialog')).toEqual([
    { target: { as: 'sidecars', form: 'text' } },
  ]);
  await expect(page.getByTestId('news')).toContainText(
    '120 products written to “descriptions”. 3 files were there already and stay as they are.',
  );
  await expect(page.locator('main.review article')).toBeFocused();
  // The next time begins with what was chosen last.
  await page.getByTestId('review-send-out').click();
  await expect(choice(page, /^Text files/)).toBeChecked();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('review-send-out')).toBeFocused();
});

test('by keys alone: arrows choose, the last choice alone is asked for, Enter writes', async ({
  page,
}) => {
  await open(page);
  await expect(choice(page, /^shopify.csv/)).toBeFocused();
  await expect(numbers(page)).toContainText('348 cells');
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowDown');
  await expect(choice(page, /^Shopify Import/)).toBeChecked();
  await expect(write(page)).toBeEnabled();
  await expect(numbers(page)).toHaveText('A new file with 120 products.');
  expect(await callsOf(page, 'preview_export')).toEqual([
    { target: { as: 'list', list: 1 } },
    { target: { as: 'file', form: 'shopify' } },
  ]);
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toHaveCount(0);
  expect(await callsOf(page, 'export_dialog')).toEqual([
    { target: { as: 'file', form: 'shopify' } },
  ]);
});

test('the focus stays inside and comes back', async ({ page }) => {
  await open(page);
  await expect(write(page)).toBeEnabled();
  for (let stop = 0; stop < 14; stop += 1) {
    await page.keyboard.press('Tab');
    const isInside = await page.evaluate(
      () => document.activeElement === document.body || !!document.activeElement?.closest('dialog'),
    );
    expect(isInside).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.locator('main.review article')).toBeFocused();
});

test('a place that is not chosen leaves the dialog as it was', async ({ page }) => {
  await open(page, { ...SOME, closesDialogs: true });
  await write(page).click();
  await expect.poll(() => callsOf(page, 'export_dialog')).toHaveLength(1);
  await expect(write(page)).toBeEnabled();
  await expect(page.getByTestId('news')).toHaveCount(0);
});

test('what goes wrong stays readable, and the dialog open', async ({ page }) => {
  await open(page, { ...SOME, errors: { export_choices: FAILS } });
  await expect(dialog(page).getByRole('alert')).toHaveText('The disk is full.');
  await page.evaluate((error) => (window.engine.options.errors = { preview_export: error }), FAILS);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('send-preview').getByRole('alert')).toHaveText('The disk is full.');
  await expect(write(page)).toHaveCount(0);
  await page.evaluate((error) => (window.engine.options.errors = { export_dialog: error }), FAILS);
  await page.getByRole('button', { name: 'Try again' }).click();
  await write(page).click();
  await expect(dialog(page).getByRole('alert')).toHaveText('The disk is full.');
  await expect(write(page)).toBeEnabled();
  await page.evaluate(() => (window.engine.options.errors = {}));
  await write(page).click();
  await expect(dialog(page)).toHaveCount(0);
});

test('without a decision there is nothing to send, and a way to decide', async ({ page }) => {
  await open(page, { ...SOME, lists: { nReady: 0 } });
  await expect(page.getByRole('heading', { name: 'Nothing is decided yet' })).toBeVisible();
  await expect(dialog(page)).toContainText('14 descriptions wait for that in Review.');
  const go = page.getByRole('button', { name: 'Go to Review' });
  await expect(go).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.locator('main.review article')).toBeFocused();
  expect(await callsOf(page, 'preview_export')).toEqual([]);
});

test('a choice that can write nothing says so', async ({ page }) => {
  await open(page);
  await choice(page, /^old.csv/).check();
  await expect(numbers(page)).toHaveText('Nothing of this can be written.');
  await expect(write(page)).toBeDisabled();
});

test('decisions reach the engine before it is asked what is ready', async ({ page }) => {
  await start(page);
  await page.keyboard.press('a');
  await page.keyboard.press('Control+e');
  await expect(write(page)).toBeEnabled();
  const calls = await page.evaluate(() => window.engine.calls.map(([name]) => name));
  expect(calls.indexOf('decide_review')).toBeGreaterThan(0);
  expect(calls.indexOf('decide_review')).toBeLessThan(calls.indexOf('export_choices'));
});

test('the key waits while words are edited, and the sheet of keys has it', async ({ page }) => {
  await start(page);
  await page.keyboard.press('e');
  await expect(page.locator('.editor textarea').first()).toBeFocused();
  await page.keyboard.press('Control+e');
  await expect(dialog(page)).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByText('Send out what is decided')).toBeVisible();
  await expect(page.getByText('Add a product list', { exact: true })).toBeVisible();
});

test('once all is decided, the screen offers to send it out', async ({ page }) => {
  await startEngine(page, { ...SOME, review: { n: 3, nDecided: 3 } });
  await page.goto('/');
  await page.getByTestId('to-review').click();
  await page.getByRole('button', { name: 'Send the descriptions out…' }).click();
  await expect(write(page)).toBeEnabled();
});

interface State {
  name: string;
  options?: EngineOptions;
  reach?: (page: Page) => Promise<unknown>;
}

const STATES: State[] = [
  { name: 'a list that came in', reach: (page) => expect(write(page)).toBeEnabled() },
  {
    name: 'a new file',
    reach: async (page) => {
      await choice(page, /^Akeneo/).check();
      await expect(numbers(page)).toContainText('A new file');
    },
  },
  { name: 'nothing decided', options: { ...SOME, lists: { nReady: 0 } } },
  { name: 'loading', options: { ...SOME, lists: { choicesDelay: 9000 } } },
  { name: 'a failure', options: { ...SOME, errors: { export_choices: FAILS } } },
  { name: 'no preview', options: { ...SOME, errors: { preview_export: FAILS } } },
  {
    name: 'a refusal',
    options: { ...SOME, errors: { export_dialog: FAILS } },
    reach: (page) => write(page).click(),
  },
  {
    name: 'written',
    reach: async (page) => {
      await write(page).click();
      await expect(page.getByTestId('news')).toBeVisible();
    },
  },
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const { name, options, reach } of STATES) {
    for (const width of name === 'a list that came in' ? [1280, 640] : [1280]) {
      test(`axe: ${name}, ${colorScheme}, ${width}`, async ({ page }) => {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: width === 640 ? 480 : 800 });
        await open(page, options);
        await reach?.(page);
        await page.waitForTimeout(300);
        await expectAccessible(page);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow).toBe(0);
      });
    }
  }
}
