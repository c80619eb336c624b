/** Attributes as filters: set in the detail pane, shown and removed in the query field. */
import { expect, test, type Page } from '@playwright/test';
import { BAG, callsOf, FULL, startEngine, type EngineOptions } from './engine';

/** Opens the second of the engine's products, a bag; every fourth one is such a bag. */
async function openBag(page: Page, options: EngineOptions = FULL): Promise<void> {
  await startEngine(page, options);
  await page.goto('/');
  await page.getByTestId('tile').nth(1).click();
  await expect(page.getByTestId('detail-description')).toHaveText(BAG.text);
}

const count = (page: Page) => page.getByTestId('result-count');
const chips = (page: Page) => page.getByTestId('filter');
const claim = (page: Page, name: RegExp) =>
  page.getByTestId('description').getByRole('button', { name });
/** The newest search of the grid; the strip of similar products asks for fewer. */
const lastRequest = async (page: Page) =>
  (await callsOf(page, 'search'))
    .map((args) => (args as { request: Record<string, unknown> }).request)
    .filter(({ limit }) => limit === 200)
    .at(-1);
const NAVY = { key: 'colour', value: 'navy', isNot: false };
const LEATHER = { key: 'material', value: 'leather', isNot: false };

test('a claim that is chosen narrows the catalog, and is let go of by choosing it again', async ({
  page,
}) => {
  await openBag(page);
  await claim(page, /^navy/).click();
  await expect(chips(page)).toHaveText('Colour: navy');
  await expect(count(page)).toHaveText('1,250 products');
  await expect(page.getByTestId('tile').nth(1)).toHaveAttribute('data-id', '6');
  expect(await lastRequest(page)).toMatchObject({ text: '', filters: [NAVY] });
  // No tile says how well it matches: nothing was ranked.
  await expect(page.getByTestId('tile').first()).toHaveAccessibleName(BAG.title);
  const chosen = claim(page, /^navy/);
  await expect(chosen).toHaveAttribute('aria-pressed', 'true');
  await expect(chosen).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(chips(page)).toHaveCount(0);
  await expect(chosen).toHaveAttribute('aria-pressed', 'false');
  await expect(count(page)).toHaveText('5,000 products');
});

test('all filters hold at once, with words and pictures too', async ({ page }) => {
  await openBag(page);
  await page.getByTestId('query').fill('bag');
  await page.getByRole('button', { name: 'Search with a picture' }).click();
  await claim(page, /^navy/).click();
  await claim(page, /^leather/).click();
  await expect(chips(page)).toHaveText(['Colour: navy', 'Material: leather']);
  await expect(count(page)).toHaveText('17 good matches');
  expect(await lastRequest(page)).toMatchObject({
    text: 'bag',
    pictures: [{ token: 'q1', weight: 1 }],
    filters: [NAVY, LEATHER],
  });
});

test('a list of the merchant’s own filters under its name', async ({ page }) => {
  await openBag(page);
  await claim(page, /^autumn/).click();
  await expect(chips(page)).toHaveText('Season: autumn');
  const own = { key: 'Season', value: 'autumn', isNot: false };
  expect(await lastRequest(page)).toMatchObject({ filters: [own] });
});

test('Backspace in the empty field takes the last one away, and only there', async ({ page }) => {
  await openBag(page);
  await claim(page, /^navy/).click();
  await claim(page, /^leather/).click();
  const field = page.getByTestId('query');
  await field.fill('x');
  await field.press('Backspace');
  await expect(chips(page)).toHaveCount(2);
  await field.press('Backspace');
  await expect(chips(page)).toHaveText('Colour: navy');
  await field.press('Backspace');
  await expect(chips(page)).toHaveCount(0);
  await field.press('Backspace');
  await expect(count(page)).toHaveText('5,000 products');
});

test('the chips are walked and removed by keys, and the focus is never lost', async ({ page }) => {
  await openBag(page);
  for (const name of [/^navy/, /^leather/, /^classic/]) await claim(page, name).click();
  const remove = (name: string) =>
    page.getByRole('button', { name: `Remove ${name} from the search` });
  await page.keyboard.press('/');
  await page.keyboard.press('ArrowLeft');
  await expect(remove('Style: classic')).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(remove('Colour: navy')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(remove('Material: leather')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Delete');
  await expect(remove('Material: leather')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('query')).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Backspace');
  await expect(chips(page)).toHaveCount(0);
  await expect(page.getByTestId('query')).toBeFocused();
});

test('clearing the search clears the filters, and so does “More like this”', async ({ page }) => {
  await openBag(page);
  await claim(page, /^navy/).click();
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await expect(chips(page)).toHaveCount(0);
  await claim(page, /^navy/).click();
  await page.getByRole('button', { name: 'More like this' }).click();
  await expect(chips(page)).toHaveCount(0);
  expect(await lastRequest(page)).toMatchObject({
    products: [{ product: 2, weight: 1 }],
    filters: [],
  });
});

test('says which filter to remove when nothing has them all, and how much comes back', async ({
  page,
}) => {
  await startEngine(page, FULL);
  await page.goto('/');
  // A mug.
  await page.getByTestId('tile').first().click();
  await claim(page, /^dotted/).click();
  await expect(count(page)).toHaveText('1,250 products');
  await page.evaluate(() => {
    // The mugs were described again meanwhile; the open pane still shows what was said before.
    const [mug] = window.engine.options.names ?? [];
    const red = mug?.written?.attributes.find(({ value }) => value === 'red');
    if (red) red.value = 'crimson';
  });
  await claim(page, /^red/).click();
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
  const ways = page.getByRole('list', { name: 'Filters to remove' }).getByRole('listitem');
  await expect(ways).toHaveText([
    /Remove “Pattern: dotted”\s+still nothing/,
    /Remove “Colour: red”\s+1,250 products/,
  ]);
  await ways.nth(1).getByRole('button').click();
  await expect(count(page)).toHaveText('1,250 products');
  await expect(chips(page)).toHaveText('Pattern: dotted');
  await expect(page.getByTestId('query')).toBeFocused();
});

test('a search without filters that finds nothing speaks of words', async ({ page }) => {
  await startEngine(page, { ...FULL, nFound: 0 });
  await page.goto('/');
  await page.getByTestId('query').fill('zebra');
  await expect(page.getByText('Try fewer or plainer words')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Remove all filters' })).toHaveCount(0);
});

test('says that a filter knows only of what was described', async ({ page }) => {
  await openBag(page, { ...FULL, nDescribed: 1240 });
  await expect(page.getByText('described so far')).toHaveCount(0);
  await claim(page, /^navy/).click();
  await expect(page.getByText('1,240 of 5,000 photos described so far')).toBeVisible();
});

test('many filters leave room for words in a narrow window', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 600 });
  await openBag(page);
  for (const name of [/^shoulder bag/, /^navy/, /^leather/, /^on a table/]) {
    await claim(page, name).click();
  }
  await expect(chips(page)).toHaveCount(4);
  const field = page.getByTestId('query');
  expect((await field.boundingBox())?.width).toBeGreaterThanOrEqual(100);
  // The newest is seen, and so is the way to clear it all.
  const newest = page.getByRole('button', { name: 'Remove Setting: on a table from the search' });
  await expect(newest).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('button', { name: 'Clear the search' })).toBeInViewport({ ratio: 1 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});
