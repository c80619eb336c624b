/** Searches that are kept, the balance of their parts, and asking for what is unlike. */
import { expect, test } from '@playwright/test';
import { callsOf, FULL, startEngine } from './engine';

test('keeps a search under a name, opens it, and takes a removal back', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('query').fill('red mug');
  await page.getByTestId('search-menu').click();
  await expect(page.getByTestId('save-name')).toHaveValue('red mug');
  await page.getByTestId('save-name').fill('Red mugs');
  await page.getByTestId('save-search').click();
  const calls = await callsOf(page, 'save_search');
  expect(calls.at(-1)).toMatchObject({ name: 'Red mugs', request: { text: 'red mug' } });
  const kept = page.getByTestId('saved').filter({ hasText: 'Red mugs' });
  await expect(kept).toBeVisible();
  await page.getByRole('button', { name: 'Remove Red mugs' }).click();
  await expect(kept).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('search-menu')).toBeFocused();
  await page.getByTestId('query').fill('');
  await page.getByTestId('search-menu').click();
  await kept.click();
  await expect(page.getByTestId('query')).toHaveValue('red mug');
});

test('weighs the parts of a photo, and goes back to what is usual', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('query').fill('mug');
  await page.getByTestId('search-menu').click();
  await page.getByTestId('weight-words').fill('0');
  await expect
    .poll(async () => (await callsOf(page, 'search')).at(-1))
    .toMatchObject({ request: { weights: { words: 0, look: 1 } } });
  await page.getByRole('button', { name: 'As usual' }).click();
  await expect
    .poll(async () => JSON.stringify((await callsOf(page, 'search')).at(-1)))
    .not.toContain('weights');
});

test('a key asks for what is unlike a product, and a chip turns it around', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('query').fill('mug');
  await page.getByTestId('tile').nth(1).click();
  await page.getByTestId('grid').focus();
  // The pane beside the grid asks as well, for what is like the product: which of both comes last is chance.
  const asked = (weight: number) =>
    expect
      .poll(() => callsOf(page, 'search'))
      .toContainEqual({
        request: expect.objectContaining({
          text: 'mug',
          products: [expect.objectContaining({ weight })],
        }),
      });
  await page.keyboard.press('n');
  await asked(-1);
  await page.getByRole('button', { name: /^Not like this one: .* Turn it around/ }).click();
  await asked(1);
});
