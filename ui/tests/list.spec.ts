/** The answer as rows with descriptions: keys, columns, and what is remembered. */
import { expect, test, type Page } from '@playwright/test';
import { callsOf, FULL, startEngine } from './engine';

const rows = (page: Page) => page.getByTestId('list-row');

test('a key and a button switch between grid and list, and that is remembered', async ({
  page,
}) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('grid').focus();
  await page.keyboard.press('l');
  await expect(rows(page).first()).toContainText('A red mug with white dots');
  await expect(page.getByTestId('grid')).toHaveCount(0);
  await expect
    .poll(async () => (await callsOf(page, 'search')).at(-1))
    .toMatchObject({ request: { withDetails: true } });
  await page.reload();
  await expect(rows(page).first()).toBeVisible();
  await page.getByTestId('list-switch').click();
  await expect(page.getByTestId('grid')).toBeVisible();
});

test('the cursor and the focus go along from grid to list and back', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('grid').focus();
  for (let n = 0; n < 12; n += 1) await page.keyboard.press('PageDown');
  const rank = await page
    .locator('[data-testid="tile"][aria-selected="true"]')
    .getAttribute('data-rank');
  expect(Number(rank)).toBeGreaterThan(50);
  for (const shown of ['list-row', 'tile', 'list-row']) {
    await page.keyboard.press('l');
    const current = page.locator(`[data-testid="${shown}"][aria-selected="true"]`);
    await expect(current).toBeInViewport();
    await expect(current).toHaveAttribute('data-rank', String(rank));
  }
});

test('rows tell why they matched, and columns can be left out', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('list-switch').click();
  await page.getByTestId('query').fill('mug');
  await page.keyboard.press('Enter');
  const first = rows(page).first();
  await expect(first).toContainText('“mug”');
  await page.getByTestId('columns').click();
  await page.getByRole('checkbox', { name: 'Why it matched' }).uncheck();
  await expect(first).not.toContainText('“mug”');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('group', { name: 'Columns' })).toHaveCount(0);
});

test('is walked by keys, over thousands of rows', async ({ page }) => {
  await startEngine(page, { ...FULL, n: 100_000 });
  await page.goto('/');
  await page.getByTestId('list-switch').click();
  await page.getByTestId('list').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[data-testid="list-row"][aria-selected="true"]')).toHaveAttribute(
    'data-rank',
    '1',
  );
  await page.keyboard.press('End');
  await expect(page.locator('[data-rank="99999"]')).toBeInViewport();
  expect(await rows(page).count()).toBeLessThan(40);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('detail')).toBeVisible();
});
