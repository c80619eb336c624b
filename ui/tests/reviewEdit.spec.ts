/** The words of a product under review: edited, written again, compared; notes, origins and the history. */
import { expect, test, type Page } from '@playwright/test';
import { callsOf, FULL, startEngine, type EngineOptions } from './engine';

async function open(page: Page, options: EngineOptions = { ...FULL, review: { n: 6 } }) {
  await startEngine(page, options);
  await page.goto('/');
  await page.getByTestId('to-review').click();
  await expect(title(page)).toContainText('no. 1');
  await expect(page.locator('main.review article')).toBeFocused();
}

const title = (page: Page) => page.getByTestId('review-title');
const state = (page: Page) => page.getByTestId('review-state');
const field = (page: Page, name: string) => page.getByTestId(`edit-${name}`);
const edits = async (page: Page) =>
  (await callsOf(page, 'decide_review')).filter(
    (call) => (call as { decision: { kind: string } }).decision.kind === 'edit',
  );

test('words are edited in place, checked while typing, and saved as a decision', async ({
  page,
}) => {
  await open(page);
  await page.keyboard.press('e');
  await expect(field(page, 'title')).toBeFocused();
  await expect(page.locator('.title').getByTestId('draft-mark')).toHaveText([
    'red',
    'leather',
    'mug',
  ]);
  await field(page, 'title').fill('maroon mug');
  await expect(page.locator('.title').getByTestId('draft-mark')).toHaveText(['maroon', 'mug']);
  await expect(page.getByTestId('claim-row').first()).toContainText('maroon');
  await expect(page.getByTestId('claim-row').first()).toContainText(
    'the photo shows something else: navy',
  );
  await page.keyboard.press('Control+Enter');
  await expect(title(page)).toContainText('no. 2');
  expect(await edits(page)).toEqual([
    {
      id: 1,
      decision: {
        kind: 'edit',
        text: {
          title: 'maroon mug',
          text: 'A red mug of smooth leather, 24 cm wide. With a brass clasp.',
          altText: 'red mug on a white table',
        },
      },
    },
  ]);
  await page.keyboard.press('k');
  await expect(title(page)).toHaveText('maroon mug');
  await expect(state(page)).toHaveText('Edited');
});

test('typing asks once for a rest, not for each letter', async ({ page }) => {
  await open(page);
  await page.keyboard.press('e');
  await page.keyboard.type(' in good shape', { delay: 10 });
  await page.waitForTimeout(400);
  const asked = await callsOf(page, 'check_text');
  expect(asked.length).toBeLessThan(5);
  expect(asked.at(-1)).toMatchObject({ text: { title: 'red leather mug no. 1 in good shape' } });
});

test('Esc leaves the words as they were', async ({ page }) => {
  await open(page);
  await page.keyboard.press('e');
  await field(page, 'text').fill('Something else.');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('review-text')).toContainText('A red mug');
  await expect(page.locator('main.review article')).toBeFocused();
  expect(await edits(page)).toEqual([]);
  await page.keyboard.press('e');
  await expect(field(page, 'text')).toHaveValue(/^A red mug/);
});

test('letters typed into the words decide nothing', async ({ page }) => {
  await open(page);
  await page.getByTestId('review-edit').click();
  await page.keyboard.press('End');
  await page.keyboard.type(' arnjk');
  await page.keyboard.press('Enter');
  await expect(field(page, 'title')).toHaveValue('red leather mug no. 1 arnjk');
  expect(await callsOf(page, 'decide_review')).toEqual([]);
  // Nor do they from a button beside the words.
  await page.getByTestId('review-leave').focus();
  await page.keyboard.press('a');
  expect(await callsOf(page, 'decide_review')).toEqual([]);
  await page.getByTestId('review-save').click();
  await expect(title(page)).toContainText('no. 2');
});

test('words that were not saved are found again', async ({ page }) => {
  await open(page);
  await page.keyboard.press('e');
  await field(page, 'title').fill('half a title');
  await page.locator('[data-testid=review-row][data-product="3"]').click();
  await expect(title(page)).toContainText('no. 3');
  await page.keyboard.press('Home');
  await page.locator('[data-testid=review-row][data-product="1"]').click();
  await expect(title(page)).toContainText('no. 1');
  await page.getByTestId('review-edit').click();
  await expect(field(page, 'title')).toHaveValue('half a title');
});

test('a title that is too long is told before it is saved', async ({ page }) => {
  await open(page);
  await page.keyboard.press('e');
  await expect(page.getByText('21 of 150')).toBeVisible();
  await field(page, 'title').fill('long '.repeat(31));
  await expect(page.getByText('155 of 150')).toBeVisible();
  await expect(page.getByTestId('review-save')).toBeDisabled();
  await page.keyboard.press('Control+Enter');
  await expect(field(page, 'title')).toBeVisible();
  expect(await edits(page)).toEqual([]);
});

test('an answer about older words never marks newer ones', async ({ page }) => {
  await open(page);
  await page.keyboard.press('e');
  await field(page, 'title').fill('maroon mug');
  await expect(page.locator('.title').getByTestId('draft-mark')).toHaveText(['maroon', 'mug']);
  await page.evaluate(() => {
    const error = { code: 'internal' as const, message: 'No check.', detail: null };
    window.engine.options.errors = { check_text: error };
  });
  await field(page, 'title').fill('a maroon mug');
  await expect(page.getByTestId('error-bar')).toContainText('No check.');
  await expect(page.locator('.title').getByTestId('draft-mark')).toHaveCount(0);
});

test('words are written again in another mode, compared, and edited from there', async ({
  page,
}) => {
  await open(page);
  await page.keyboard.press('w');
  await expect(page.getByTestId('rewrite-mode')).toBeFocused();
  await page.getByTestId('rewrite-mode').selectOption('caption');
  await page.getByTestId('rewrite-prompt').fill('a handmade');
  await page.keyboard.press('Enter');
  const view = page.getByTestId('review-compare-view');
  await expect(view.locator('ins')).toHaveText(['a handmade', 'thing, written as caption.']);
  await expect(view.locator('del').first()).toHaveText('A');
  expect(await callsOf(page, 'rewrite_review')).toEqual([
    { id: 1, mode: 'caption', prompt: 'a handmade' },
  ]);
  expect(await callsOf(page, 'decide_review')).toEqual([]);
  await page.getByTestId('review-take').click();
  await expect(field(page, 'text')).toHaveValue('a handmade red thing, written as caption.');
  await page.keyboard.press('Control+Enter');
  await expect(title(page)).toContainText('no. 2');
  expect(await edits(page)).toHaveLength(1);
});

test('writing again that fails says why and changes nothing', async ({ page }) => {
  const error = { code: 'modelFailed' as const, message: 'The model stopped.', detail: null };
  await open(page, { ...FULL, review: { n: 3 }, errors: { rewrite_review: error } });
  await page.getByTestId('review-rewrite').click();
  await page.getByTestId('rewrite-write').click();
  await expect(page.getByTestId('review-rewrite-panel')).toContainText('The model stopped.');
  await page.keyboard.press('Escape');
  await expect(title(page)).toHaveText('red leather mug no. 1');
  await expect(page.locator('main.review article')).toBeFocused();
});

test('changed words are compared with those that Vitrine wrote', async ({ page }) => {
  await open(page);
  await expect(page.getByTestId('review-compare')).toBeDisabled();
  await page.keyboard.press('e');
  await field(page, 'title').fill('red canvas mug no. 1');
  await page.keyboard.press('Control+Enter');
  await expect(title(page)).toContainText('no. 2');
  await page.keyboard.press('k');
  await page.keyboard.press('c');
  const view = page.getByTestId('review-compare-view');
  await expect(view).toContainText('2 words differ.');
  await expect(view.locator('del')).toHaveText(['leather']);
  await expect(view.locator('ins')).toHaveText(['canvas']);
  await page.keyboard.press('c');
  await expect(view).toHaveCount(0);
  await page.keyboard.press('c');
  await page.getByRole('button', { name: 'Edit from Vitrine’s words' }).click();
  await expect(field(page, 'title')).toHaveValue('red leather mug no. 1');
});

test('a note is written in place, kept, changed and taken away', async ({ page }) => {
  await open(page);
  await page.keyboard.press('m');
  await expect(page.getByTestId('review-note-field')).toBeFocused();
  await page.keyboard.type('ask Ada');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('review-note-text')).toHaveText('ask Ada');
  await expect(page.locator('main.review article')).toBeFocused();
  await expect(state(page)).toHaveText('To decide');
  expect((await callsOf(page, 'decide_review')).at(-1)).toEqual({
    id: 1,
    decision: { kind: 'note', note: 'ask Ada' },
  });
  await page.getByTestId('review-note').click();
  await page.keyboard.type(' again');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('review-note-text')).toHaveText('ask Ada');
  await page.keyboard.press('m');
  await page.getByTestId('review-note-field').fill('');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('review-note-text')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('review-note-text')).toHaveText('ask Ada');
});

test('tells whose the words are, on demand', async ({ page }) => {
  await open(page);
  await expect(title(page).locator('.whose')).toHaveCount(0);
  await page.keyboard.press('o');
  await expect(title(page).locator('.whose')).toHaveText(['Vitrine']);
  await expect(page.getByTestId('review-text').locator('.whose')).toContainText(['shop']);
  await expect(page.getByTestId('review-origins')).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('j');
  await expect(page.getByTestId('origins-hint')).toBeVisible();
  await page.keyboard.press('o');
  await expect(page.getByTestId('origins-hint')).toHaveCount(0);
});

test('the history tells who did what, and what was taken back', async ({ page }) => {
  await open(page);
  await page.getByTestId('to-settings').click();
  await page.getByTestId('reviewer').fill('Ada');
  await page.getByTestId('reviewer').press('Enter');
  await expect.poll(() => callsOf(page, 'set_reviewer')).toEqual([{ name: 'Ada' }]);
  await page.getByTestId('to-review').click();
  await expect(page.locator('main.review article')).toBeFocused();
  await page.keyboard.press('r');
  await expect(title(page)).toContainText('no. 2');
  await page.keyboard.press('Control+z');
  await expect(title(page)).toContainText('no. 1');
  await page.keyboard.press('m');
  await page.keyboard.type('ask Bo');
  await page.keyboard.press('Enter');
  await page.keyboard.press('t');
  const rows = page.getByTestId('review-history-row');
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(0)).toContainText('Ada noted: ask Bo');
  await expect(rows.nth(0)).toContainText('red leather mug no. 1');
  await expect(rows.nth(1)).toContainText('taken back');
  await expect(rows.nth(1).locator('s')).toContainText('rejected it');
  await expect(rows.nth(0).locator('time')).toHaveText('1 minute ago');
  await expect(rows.nth(0).locator('time')).toHaveAttribute('title', /\d{4} at \d\d:\d\d:\d\d/);
  await page.keyboard.press('Escape');
  await expect(page.locator('main.review article')).toBeFocused();
  await page.keyboard.press('j');
  await page.getByTestId('review-history').click();
  await expect(page.getByTestId('review-history-dialog')).toContainText('Nobody has decided');
});

test('a library that cannot be written is looked at, and nothing is decided', async ({ page }) => {
  await open(page, { ...FULL, isReadOnly: true, review: { n: 3 } });
  await expect(page.getByTestId('review-approve')).toBeDisabled();
  await page.keyboard.press('a');
  await page.keyboard.press('1');
  await page.keyboard.press('y');
  await page.keyboard.press('j');
  await expect(title(page)).toContainText('no. 2');
  expect(await callsOf(page, 'decide_review')).toEqual([]);
});
