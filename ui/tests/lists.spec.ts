/** Product lists on their way in: dropped or chosen, looked at, said what their columns mean, taken in. */
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './axe';
import {
  callsOf,
  emit,
  EMPTY,
  FULL,
  LIST,
  startEngine,
  type EngineOptions,
  type ListsOptions,
} from './engine';

const FAILS = { code: 'storage' as const, message: 'The disk is full.', detail: null };
const withLists = (lists: ListsOptions, more: EngineOptions = FULL): EngineOptions => ({
  ...more,
  lists,
});

async function start(page: Page, options: EngineOptions = FULL) {
  await startEngine(page, options);
  await page.goto('/');
}

/** With the list that a person chose. */
async function open(page: Page, options: EngineOptions = FULL) {
  await start(page, options);
  await page.getByTestId('add-list').click();
  await expect(dialog(page)).toBeVisible();
}

const dialog = (page: Page) => page.getByTestId('list-import');
const take = (page: Page) => page.getByTestId('list-take');
const numbers = (page: Page) => page.getByTestId('list-numbers');
const meaning = (page: Page, header: string) =>
  page.getByRole('combobox', { name: `What “${header}” means` });
const finding = (page: Page, trouble: string) =>
  page.locator(`[data-testid=list-finding][data-trouble=${trouble}]`);
const held = (phase: string, summary: object) => ({
  phase,
  x: 600,
  y: 600,
  summary: { nFolders: 0, nPictures: 0, nLists: 0, nOther: 0, ...summary },
  drop: phase === 'drop' ? 7 : null,
});

test('a list is shown with what its columns mean and what it would bring', async ({ page }) => {
  await open(page);
  await expect(dialog(page)).toContainText('shopify.csv');
  await expect(page.getByTestId('list-kind')).toHaveText(
    'CSV for Shopify, Windows-1252, 1,204 rows',
  );
  await expect(page.getByTestId('list-origin')).toHaveText(
    'Guessed from the names of the columns.',
  );
  await expect(meaning(page, 'Variant SKU')).toHaveValue('field:sku');
  await expect(meaning(page, 'Column 11')).toHaveValue('ignored');
  await expect(dialog(page).getByRole('columnheader')).toHaveCount(12);
  await expect(dialog(page).getByRole('cell', { name: 'VT-1001' })).toBeVisible();
  await expect(numbers(page)).toHaveText(
    '412 products with 1,020 variants: 398 have photos here; 14 have none; 23 photos are in no row; 400 were here before and are brought up to date.',
  );
  await expect(take(page)).toHaveText('Take in 412 products');
  expect(await callsOf(page, 'preview_list')).toEqual([{ token: 1, meanings: null }]);
  expect(await callsOf(page, 'import_list')).toEqual([]);
});

test('what may be wrong opens by line, the first hundred and how many more', async ({ page }) => {
  await open(page);
  await finding(page, 'badPrice').locator('summary').click();
  await expect(finding(page, 'badPrice')).toContainText('Line 31“on request” is no price.');
  await meaning(page, 'Image Src').selectOption('ignored');
  await expect(finding(page, 'noPhoto')).toContainText('412 products without a photo');
  await finding(page, 'noPhoto').locator('summary').focus();
  await page.keyboard.press('Enter');
  await expect(finding(page, 'noPhoto').locator('ol > li')).toHaveCount(101);
  await expect(finding(page, 'noPhoto')).toContainText('and 312 more');
  await finding(page, 'photosWithoutRow').locator('summary').click();
  await expect(finding(page, 'photosWithoutRow')).toContainText('and 20 more');
  expect(await callsOf(page, 'import_list')).toEqual([]);
});

test('changes are asked for together, and go along when the list is taken in', async ({ page }) => {
  await open(page);
  await expect(numbers(page)).toBeVisible();
  await meaning(page, 'Vendor').selectOption({ label: 'Not used' });
  await meaning(page, 'Gift Card').selectOption({ label: 'Tags' });
  await expect(take(page)).toBeDisabled();
  await expect(page.getByTestId('list-origin')).toHaveText('Changed by you.');
  await expect(take(page)).toBeEnabled();
  const asked = (await callsOf(page, 'preview_list')) as { meanings: string[] | null }[];
  expect(asked).toHaveLength(2);
  expect([asked[1]?.meanings?.[3], asked[1]?.meanings?.[11]]).toEqual(['ignored', 'field:tags']);
  await take(page).click();
  await expect(dialog(page)).toHaveCount(0);
  expect(await callsOf(page, 'import_list')).toEqual([
    { token: 1, meanings: asked[1]?.meanings ?? null },
  ]);
  await expect(page.getByTestId('news')).toContainText('“shopify.csv” is taken in: 412 products.');
  await expect(page.getByTestId('add-list')).toBeFocused();
  await page.getByRole('button', { name: 'Dismiss the news' }).click();
  await expect(page.getByTestId('news')).toHaveCount(0);
});

test('starting over asks for the first meanings again', async ({ page }) => {
  await open(page);
  await meaning(page, 'Title').selectOption('field:category');
  await page.getByTestId('list-start-over').click();
  await expect(meaning(page, 'Title')).toHaveValue('field:title');
  await expect(page.getByTestId('list-origin')).toHaveText(
    'Guessed from the names of the columns.',
  );
  await expect(take(page)).toBeEnabled();
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => callsOf(page, 'import_list')).toEqual([{ token: 1, meanings: null }]);
});

test('an answer that was overtaken is dropped', async ({ page }) => {
  // Nine columns in use are answered late: the answer to eight is there before.
  await open(page, withLists({ previewDelays: { '9': 700 } }));
  await expect(numbers(page)).toContainText('412 products');
  await meaning(page, 'Image Alt Text').selectOption('ignored');
  await expect.poll(() => callsOf(page, 'preview_list')).toHaveLength(2);
  await meaning(page, 'Image Src').selectOption('ignored');
  await expect(numbers(page)).toContainText('none has photos here');
  await page.waitForTimeout(800);
  await expect(numbers(page)).toContainText('none has photos here');
  await expect(meaning(page, 'Image Src')).toHaveValue('ignored');
});

test('a list that brings nothing says why, and cannot be taken in', async ({ page }) => {
  await open(page);
  await meaning(page, 'Title').selectOption('ignored');
  await meaning(page, 'Variant SKU').selectOption('ignored');
  await expect(page.getByTestId('list-problem')).toContainText(
    'Say which column names the products',
  );
  await expect(take(page)).toBeDisabled();
  await expect(take(page)).toHaveText('Take in');
  await page.keyboard.press('Control+Enter');
  expect(await callsOf(page, 'import_list')).toEqual([]);
  await meaning(page, 'Title').selectOption('field:title');
  await expect(take(page)).toBeEnabled();
});

test('remembered meanings are said to be so; others than the menu has stay as they are', async ({
  page,
}) => {
  await open(page, withLists({ preview: { isRemembered: true } }));
  await expect(page.getByTestId('list-origin')).toHaveText('Remembered from last time.');
  await page.keyboard.press('Escape');
  const columns = [{ header: '', meaning: 'option_name:5', sample: [] }];
  await page.evaluate((given) => {
    Object.assign(window.engine.options.lists?.preview ?? {}, { columns: given });
  }, columns);
  await page.getByTestId('add-list').click();
  await expect(meaning(page, 'Handle')).toHaveValue('option_name:5');
  await expect(meaning(page, 'Handle').locator('option:checked')).toHaveText('Name of option 5');
});

test('while files are held, the zone says what lists would do; dropped ones are looked at in turn', async ({
  page,
}) => {
  await start(page, withLists({ dropped: ['shop.csv', 'old.xlsx'] }));
  await emit(page, 'drag', held('over', { nLists: 1 }));
  await expect(page.getByText('Drop to look at this product list')).toBeVisible();
  await expectAccessible(page);
  await emit(page, 'drag', held('over', { nLists: 2, nFolders: 1 }));
  await expect(
    page.getByText('Add 1 folder to the catalog, then look at these 2 product lists'),
  ).toBeVisible();
  await emit(page, 'drag', held('drop', { nLists: 2, nFolders: 1 }));
  await expect(page.getByTestId('list-kind')).toContainText('List 1 of 2.');
  await expect(page.getByRole('heading', { name: 'shop.csv' })).toBeVisible();
  await expect(take(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'old.xlsx' })).toBeVisible();
  await expect(page.getByTestId('list-kind')).toContainText('List 2 of 2.');
  await expect(take(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  expect(await callsOf(page, 'import_list')).toEqual([{ token: 1, meanings: null }]);
});

test('Esc passes over each of several lists', async ({ page }) => {
  await start(page, withLists({ dropped: ['a.csv', 'b.csv', 'c.csv'] }));
  await emit(page, 'drag', held('drop', { nLists: 3 }));
  for (const name of ['a.csv', 'b.csv', 'c.csv']) {
    await expect(page.getByRole('heading', { name })).toBeVisible();
    await expect(take(page)).toBeFocused();
    await page.keyboard.press('Escape');
  }
  await expect(dialog(page)).toHaveCount(0);
  await page.getByTestId('tile').first().click();
  await expect(page.getByTestId('detail')).toBeVisible();
});

test('a drop without lists opens nothing', async ({ page }) => {
  await start(page, withLists({}));
  await emit(page, 'drag', held('drop', { nPictures: 2 }));
  await expect.poll(() => callsOf(page, 'add_dropped')).toEqual([{ drop: 7 }]);
  await expect(dialog(page)).toHaveCount(0);
});

test('by keys alone: chosen, the focus kept inside and given back', async ({ page }) => {
  await start(page);
  await page.getByTestId('tile').first().click();
  await page.keyboard.press('Control+Shift+O');
  await expect(take(page)).toBeFocused();
  for (let stop = 0; stop < 22; stop += 1) {
    await page.keyboard.press('Tab');
    const isInside = await page.evaluate(
      () => document.activeElement === document.body || !!document.activeElement?.closest('dialog'),
    );
    expect(isInside).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByTestId('grid').locator(':focus').or(page.locator(':focus'))).toHaveCount(
    1,
  );
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('[role=gridcell][aria-selected=true]')).toHaveCount(1);
});

test('a dialog that is closed without a choice changes nothing', async ({ page }) => {
  await start(page, { ...FULL, closesDialogs: true });
  await page.getByTestId('add-list').click();
  await expect.poll(() => callsOf(page, 'choose_product_list')).toHaveLength(1);
  await expect(dialog(page)).toHaveCount(0);
});

test('a list that cannot be read can be tried again, one that cannot be taken in stays', async ({
  page,
}) => {
  await open(page, { ...FULL, errors: { preview_list: FAILS } });
  await expect(dialog(page).getByRole('alert')).toHaveText('The disk is full.');
  await expect(take(page)).toHaveCount(0);
  await page.evaluate((error) => (window.engine.options.errors = { import_list: error }), FAILS);
  await page.getByRole('button', { name: 'Try again' }).click();
  await take(page).click();
  await expect(dialog(page).getByRole('alert')).toHaveText('The disk is full.');
  await page.evaluate(() => (window.engine.options.errors = {}));
  await expect(take(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByTestId('news')).toBeVisible();
});

test('a change whose answer fails keeps the columns and can be asked for again', async ({
  page,
}) => {
  await open(page);
  await expect(take(page)).toBeEnabled();
  await page.evaluate((error) => (window.engine.options.errors = { preview_list: error }), FAILS);
  await meaning(page, 'Vendor').selectOption('ignored');
  await expect(dialog(page).getByRole('alert')).toHaveText('The disk is full.');
  await expect(meaning(page, 'Vendor')).toHaveValue('ignored');
  await expect(take(page)).toBeDisabled();
  await page.evaluate(() => (window.engine.options.errors = {}));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(take(page)).toBeEnabled();
  await expect(meaning(page, 'Vendor')).toHaveValue('ignored');
});

test('waiting is shown after a moment', async ({ page }) => {
  await open(page, withLists({ previewDelays: { '*': 1500 } }));
  await expect(page.getByTestId('list-loading')).toContainText('Reading the list…');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await page.waitForTimeout(1600);
  await expect(dialog(page)).toHaveCount(0);
});

test('settings show a list as a source, and take it out', async ({ page }) => {
  await start(page, { ...FULL, sources: [...(FULL.sources ?? []), LIST] });
  await page.getByTestId('to-settings').click();
  const row = page.getByRole('listitem').filter({ hasText: 'shopify.csv' });
  await expect(row).toContainText('Product list · 412 products, 398 with photos');
  await expect(row.getByRole('combobox')).toHaveCount(0);
  await row.getByRole('button', { name: /^Remove/ }).click();
  await expect(row).toContainText('what this list says of 412 products');
  await row.getByRole('button', { name: 'Remove from catalog' }).click();
  await expect.poll(() => callsOf(page, 'remove_source')).toEqual([{ id: 2 }]);
  await page.getByTestId('settings').getByTestId('add-list').click();
  await take(page).click();
  // The button that opened it went with its screen.
  await expect(page.getByTestId('grid')).toBeFocused();
});

test('a list without any photos says what is missing', async ({ page }) => {
  await start(page, { n: 0, sources: [LIST] });
  await expect(page.getByRole('heading', { name: 'The photos are missing' })).toBeVisible();
  await expect(page.getByText('“shopify.csv” says what your products are')).toBeVisible();
});

test('a list may be the first thing of all', async ({ page }) => {
  await start(page, withLists({ dropped: ['shop.csv'] }, EMPTY));
  await emit(page, 'drag', held('drop', { nLists: 1 }));
  await take(page).click();
  await expect(page.getByRole('heading', { name: 'The photos are missing' })).toBeVisible();
});

interface State {
  name: string;
  options?: EngineOptions;
  reach?: (page: Page) => Promise<unknown>;
}

const STATES: State[] = [
  { name: 'a list', reach: (page) => expect(take(page)).toBeEnabled() },
  {
    name: 'findings',
    reach: async (page) => {
      for (const which of ['badPrice', 'noPhoto', 'photosWithoutRow'])
        await finding(page, which).locator('summary').click();
    },
  },
  {
    name: 'a problem',
    reach: async (page) => {
      await meaning(page, 'Title').selectOption('ignored');
      await meaning(page, 'Variant SKU').selectOption('ignored');
      await expect(page.getByTestId('list-problem')).toBeVisible();
    },
  },
  { name: 'loading', options: withLists({ previewDelays: { '*': 9000 } }) },
  { name: 'a failure', options: { ...FULL, errors: { preview_list: FAILS } } },
  {
    name: 'a refusal',
    options: { ...FULL, errors: { import_list: FAILS } },
    reach: (page) => take(page).click(),
  },
  {
    name: 'news',
    reach: async (page) => {
      await take(page).click();
      await expect(page.getByTestId('news')).toBeVisible();
    },
  },
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const { name, options, reach } of STATES) {
    for (const width of name === 'findings' ? [1280, 640] : [1280]) {
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
