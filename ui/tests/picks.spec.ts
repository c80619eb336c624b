/** Several products at once, and where in a photo the words are. */
import { expect, test } from '@playwright/test';
import { callsOf, FULL, startEngine } from './engine';

test('several products are chosen by mouse and keys, and acted on', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  const tile = page.getByTestId('tile');
  const bar = page.getByTestId('picked');
  await tile.nth(0).click({ modifiers: ['ControlOrMeta'] });
  await tile.nth(2).click({ modifiers: ['Shift'] });
  await expect(bar).toContainText('3 products chosen');
  await tile.nth(1).click({ modifiers: ['ControlOrMeta'] });
  await expect(bar).toContainText('2 products chosen');
  await bar.getByRole('button', { name: 'Export list' }).click();
  expect((await callsOf(page, 'export_list_dialog')).at(-1)).toMatchObject({ ids: [1, 3] });
  await bar.getByRole('button', { name: 'Show in folder' }).click();
  expect((await callsOf(page, 'reveal_products')).at(-1)).toMatchObject({ ids: [1, 3] });
  await bar.getByRole('button', { name: 'Copy texts' }).click();
  expect((await callsOf(page, 'product_texts')).at(-1)).toMatchObject({ ids: [1, 3] });
  // Esc lets them go, and the detail pane stays as it was.
  await page.getByTestId('grid').focus();
  await page.keyboard.press('Escape');
  await expect(bar).toHaveCount(0);
  await page.keyboard.press('Home');
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(bar).toContainText('3 products chosen');
  await bar.getByRole('button', { name: 'More like these' }).click();
  await expect
    .poll(async () => (await callsOf(page, 'search')).at(-1))
    .toMatchObject({ request: { products: [{ weight: 1 }, { weight: 1 }, { weight: 1 }] } });
  await expect(bar).toHaveCount(0);
});

test('shows where in the photo the words are, or says why not', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('query').fill('red mug');
  await page.getByTestId('tile').nth(1).click();
  await page.getByTestId('where').click();
  await expect(page.getByTestId('heat')).toContainText('What speaks for');
  await expect(page.getByTestId('heat').locator('canvas')).toBeVisible();
  await page.getByTestId('where').click();
  await expect(page.getByTestId('heat')).toHaveCount(0);
});
