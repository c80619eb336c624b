/** "Why not this one?": a product that somebody misses, beside the first of the answer. */
import { expect, test, type Page } from '@playwright/test';
import { callsOf, FULL, startEngine, type EngineOptions } from './engine';

const dialog = (page: Page) => page.getByTestId('why-not-dialog');

async function miss(page: Page, options: EngineOptions = FULL): Promise<void> {
  await startEngine(page, options);
  await page.goto('/');
  await page.getByTestId('query').fill('mug');
  await expect(page.getByTestId('result-count')).toHaveText('17 good matches');
  await page.getByTestId('why-not').click();
  await expect(dialog(page)).toBeVisible();
}

test('is chosen with keys alone, and stands beside the first', async ({ page }) => {
  await miss(page);
  await page.keyboard.type('lamp');
  await expect(page.getByTestId('expected').first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('expected').nth(1)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(page.getByLabel('Which product did you expect?')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('why-not-summary')).toContainText('looks less like your words');
  await expect(dialog(page)).toContainText('You expected');
  await expect(dialog(page)).toContainText(/number [\d,]+ of 5,000 products/);
  const rows = dialog(page).getByRole('row');
  await expect(rows.filter({ hasText: 'How the photo looks' }).getByRole('cell')).toHaveCount(2);
  await expect(rows.filter({ hasText: 'Together' })).toContainText(/[+−]\d+/);
  await expect(rows.filter({ hasText: '“mug”' })).toBeVisible();
  const asked = (await callsOf(page, 'explain')).at(-1);
  expect(asked).toMatchObject({ request: { text: 'mug' } });
  // The question itself is the answer's; what was typed here only found the product.
  await expect(page.getByTestId('query')).toHaveValue('mug');

  await page.keyboard.press('Enter');
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByTestId('reasons')).toBeVisible();
});

test('opens by a key among the products, and closes with Esc', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('tile').first().click();
  await page.keyboard.press('y');
  await expect(dialog(page)).toHaveCount(0);
  await page.getByTestId('query').fill('mug');
  await expect(page.getByTestId('result-count')).toHaveText('17 good matches');
  await page.getByTestId('tile').first().click();
  await page.keyboard.press('y');
  await expect(page.getByLabel('Which product did you expect?')).toBeFocused();
  await expect(page.getByLabel('Which product did you expect?')).toHaveValue('');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
});

test('says what left it out, offers another, and can be tried again', async ({ page }) => {
  const error = { code: 'modelFailed' as const, message: 'The model stopped.', detail: null };
  await miss(page, { ...FULL, errors: { explain: error } });
  await page.keyboard.type('lamp');
  await page.getByTestId('expected').first().click();
  await expect(dialog(page).getByRole('alert')).toHaveText('The model stopped.');
  await page.evaluate(() => (window.engine.options.errors = {}));
  await dialog(page).getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('why-not-summary')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Another product' }).click();
  await expect(page.getByLabel('Which product did you expect?')).toBeFocused();
  await expect(page.getByTestId('expected').first()).toBeVisible();
});

test('a product that no filter lets through is explained from the empty answer', async ({
  page,
}) => {
  await startEngine(page, { ...FULL, nFound: 0 });
  await page.goto('/');
  await page.getByTestId('query').fill('zebra');
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
  await page.getByTestId('why-not').click();
  await page.keyboard.type('mug');
  await expect(dialog(page)).toContainText('No product of your catalog is like that.');
});
