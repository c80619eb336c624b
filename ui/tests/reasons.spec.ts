/** Why a product is in the answer, in the detail pane. */
import { expect, test, type Page } from '@playwright/test';
import { callsOf, FULL, startEngine, type EngineOptions } from './engine';

const reasons = (page: Page) => page.getByTestId('reasons');

async function ask(page: Page, rank: number, options: EngineOptions = FULL): Promise<void> {
  await startEngine(page, options);
  await page.goto('/');
  await page.getByTestId('query').fill('mug');
  await expect(page.getByTestId('result-count')).toHaveText('17 good matches');
  // What was probably not meant is folded away.
  if (rank >= 17) await page.getByTestId('fold').click();
  // So high that it is on the screen.
  await page.setViewportSize({ width: 1280, height: 1600 });
  await page.locator(`[data-rank="${rank}"]`).click();
}

test('says why a good match is here', async ({ page }) => {
  await ask(page, 1);
  const pane = reasons(page);
  await expect(pane.getByRole('heading', { name: 'Why it is here' })).toBeVisible();
  await expect(pane).toContainText('Its photo looks less like your words than those before it.');
  await expect(pane).toContainText('Number 2 of 5,000 products.');
  await expect(pane.getByRole('term').filter({ hasText: 'How the photo looks' })).toBeVisible();
  await expect(pane.getByRole('definition').first()).toContainText(/speaks for it, \d+/);
  await expect(pane.getByRole('term').filter({ hasText: '“mug”' })).toBeVisible();
  expect((await callsOf(page, 'explain')).at(-1)).toMatchObject({ request: { text: 'mug' } });
});

test('says why a weak match is not among the good ones', async ({ page }) => {
  await ask(page, 17);
  await expect(
    reasons(page).getByRole('heading', { name: 'Why it is not among the good matches' }),
  ).toBeVisible();
});

test('says nothing where nothing was asked, and follows the question', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('tile').first().click();
  await expect(page.getByTestId('description')).toBeVisible();
  await expect(reasons(page)).toHaveCount(0);
  await page.getByTestId('query').fill('lamp');
  await expect(reasons(page)).toContainText('“lamp”');
});

test('a failure is said in its place and can be tried again', async ({ page }) => {
  const error = { code: 'modelFailed' as const, message: 'The model stopped.', detail: null };
  await ask(page, 1, { ...FULL, errors: { explain: error } });
  await expect(reasons(page).getByText('The model stopped.')).toBeVisible();
  await page.evaluate(() => (window.engine.options.errors = {}));
  await reasons(page).getByRole('button', { name: 'Try again' }).click();
  await expect(reasons(page)).toContainText('Number 2');
});
