/** Filters to choose from: beside the grid, over it in a narrow window, and what their numbers follow. */
import { expect, test, type Page } from '@playwright/test';
import { callsOf, FULL, startEngine } from './engine';

const panel = (page: Page) => page.getByTestId('facets');
const box = (page: Page, name: RegExp) => panel(page).getByRole('checkbox', { name });
const chips = (page: Page) => page.getByTestId('filter');
const count = (page: Page) => page.getByTestId('result-count');

test('several values of one group widen, different groups narrow', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await box(page, /^navy, 1,250/).check();
  await expect(count(page)).toHaveText('1,250 products');
  // What else of the group could be chosen keeps its number.
  await expect(box(page, /^red, 1,250/)).toBeVisible();
  await box(page, /^red/).check();
  await expect(count(page)).toHaveText('2,500 products');
  await box(page, /^leather/).check();
  await expect(count(page)).toHaveText('1,250 products');
  await expect(chips(page)).toHaveText(['Colour: navy', 'Colour: red', 'Material: leather']);
  await expect(box(page, /^red, 0/)).toBeChecked();
  await panel(page).getByRole('button', { name: 'Clear Colour' }).click();
  await expect(chips(page)).toHaveText(['Material: leather']);
  await panel(page).getByRole('button', { name: 'Clear all' }).click();
  await expect(count(page)).toHaveText('5,000 products');
  await expect(panel(page)).toBeFocused();
});

test('the numbers follow the search', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await expect(box(page, /^navy, 1,250/)).toBeVisible();
  await page.getByTestId('query').fill('mug');
  await expect(box(page, /^navy, 4/)).toBeVisible();
  expect((await callsOf(page, 'facets')).at(-1)).toMatchObject({ request: { text: 'mug' } });
});

test('a group shows more of its values, and the rest is typed', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  const brand = panel(page).getByRole('group', { name: 'Brand' });
  await expect(brand.getByRole('checkbox')).toHaveCount(6);
  await brand.getByRole('button', { name: /^Show \d+ more of Brand/ }).click();
  expect(await brand.getByRole('checkbox').count()).toBeGreaterThan(6);
  await brand.getByRole('button', { name: /^Show fewer/ }).click();
  await expect(brand.getByRole('checkbox')).toHaveCount(6);
});

test('arrows go through the values', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await panel(page).getByRole('checkbox').first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(panel(page).getByRole('checkbox').nth(1)).toBeFocused();
  await page.keyboard.press('Space');
  await expect(chips(page)).toHaveCount(1);
});

test('a key and a button open and close it, and that is remembered', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await expect(panel(page)).toBeVisible();
  await page.keyboard.press('Control+b');
  await expect(panel(page)).toHaveCount(0);
  await page.reload();
  await expect(page.getByTestId('tile').first()).toBeVisible();
  await expect(panel(page)).toHaveCount(0);
  await page.getByTestId('facets-button').click();
  await expect(panel(page)).toBeVisible();
  await panel(page).getByRole('button', { name: 'Close the filters' }).click();
  await expect(page.getByTestId('facets-button')).toBeFocused();
});

test('comes over the grid in a narrow window, and Escape puts it away', async ({ page }) => {
  await page.setViewportSize({ width: 700, height: 560 });
  await startEngine(page, FULL);
  await page.goto('/');
  await expect(page.getByTestId('tile').first()).toBeVisible();
  await expect(panel(page)).toHaveCount(0);
  const button = page.getByTestId('facets-button');
  await button.click();
  await expect(panel(page)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(panel(page).getByRole('checkbox').first()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel(page)).toHaveCount(0);
  await expect(button).toBeFocused();
});

test('says so when the numbers do not come, and asks again', async ({ page }) => {
  const error = { code: 'internal' as const, message: 'No.', detail: null };
  await startEngine(page, { ...FULL, errors: { facets: error } });
  await page.goto('/');
  await expect(panel(page).getByText('cannot be shown right now')).toBeVisible();
  await page.evaluate(() => (window.engine.options.errors = {}));
  await panel(page).getByRole('button', { name: 'Try again' }).click();
  await expect(box(page, /^navy/)).toBeVisible();
});
