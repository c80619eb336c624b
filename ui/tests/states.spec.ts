/** First start, runs, settings, and everything that can go wrong. */
import { expect, test, type Page } from '@playwright/test';
import {
  callsOf,
  emit,
  EMPTY,
  FOLDER,
  FULL,
  IDLE,
  RUNNING,
  SKIPPED,
  startEngine,
  type EngineOptions,
} from './engine';

async function open(page: Page, options: EngineOptions): Promise<void> {
  await startEngine(page, options);
  await page.goto('/');
}

test('a first start invites, and becomes a catalog when photos come', async ({ page }) => {
  await open(page, EMPTY);
  await expect(page.getByTestId('first-start')).toBeVisible();
  await expect(page.getByTestId('query')).toHaveCount(0);
  await page.getByTestId('add-folder').click();
  await page.getByTestId('add-sample').click();
  expect(await callsOf(page, 'add_folder_dialog')).toHaveLength(1);
  expect(await callsOf(page, 'add_sample_catalog')).toHaveLength(1);
  await page.evaluate((source) => {
    Object.assign(window.engine.options, { n: 3, sources: [source] });
    window.engine.emit('catalog-changed', window.engine.summary());
  }, FOLDER);
  await expect(page.getByTestId('tile')).toHaveCount(3);
  await expect(page.getByTestId('result-count')).toHaveText('3 products');
});

test('offers no sample catalog where there is none', async ({ page }) => {
  await open(page, { ...EMPTY, sampleAvailable: false });
  await expect(page.getByTestId('add-folder')).toBeVisible();
  await expect(page.getByTestId('add-sample')).toHaveCount(0);
});

test('tells the shell once that it is painted', async ({ page }) => {
  await open(page, EMPTY);
  await expect.poll(() => callsOf(page, 'painted')).toHaveLength(1);
});

test('shows a run, its stages and what it skipped; pauses, goes on, stops', async ({ page }) => {
  await open(page, { ...FULL, run: RUNNING, skipped: SKIPPED });
  const line = page.getByTestId('status-line');
  await expect(line).toContainText(
    'Describing 1,240 of 5,000, 3.1 photos/s, 20 min left, 3 skipped',
  );
  await line.getByRole('button', { name: /Describing/ }).click();
  const panel = page.getByTestId('progress-panel');
  await expect(panel.getByRole('progressbar')).toHaveCount(4);
  await expect(panel).toContainText('boots-0199.jpg');
  await expect(panel).toContainText('Export it again');
  await page.getByRole('button', { name: 'Pause' }).click();
  expect(await callsOf(page, 'pause_indexing')).toHaveLength(1);
  await emit(page, 'progress', { ...RUNNING, state: 'paused' });
  await expect(line).toContainText('Paused. Describing 1,240 of 5,000');
  await page.getByRole('button', { name: 'Go on' }).click();
  expect(await callsOf(page, 'resume_indexing')).toHaveLength(1);
  await page.getByRole('button', { name: 'Stop' }).click();
  expect(await callsOf(page, 'cancel_indexing')).toHaveLength(1);
});

test('a run that ends well leaves nothing behind; one that skipped files says so', async ({
  page,
}) => {
  await open(page, { ...FULL, run: RUNNING });
  await emit(page, 'progress', { ...IDLE, state: 'finished' });
  await expect(page.getByTestId('status-line')).toHaveCount(0);
  await emit(page, 'progress', RUNNING);
  await emit(page, 'progress', { ...IDLE, state: 'finished', nSkipped: 2 });
  await expect(page.getByTestId('status-line')).toContainText('All photos are ready, 2 skipped');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByTestId('status-line')).toHaveCount(0);
});

test('nothing to click on moves when a run ends', async ({ page }) => {
  await open(page, { ...FULL, run: RUNNING });
  await expect(page.getByTestId('status-line')).toBeVisible();
  const settings = page.getByTestId('to-settings');
  const before = await settings.boundingBox();
  await emit(page, 'progress', { ...IDLE, state: 'finished' });
  await expect(page.getByTestId('status-line')).toHaveCount(0);
  expect(await settings.boundingBox()).toEqual(before);
});

test('a run that failed says why and can be tried again', async ({ page }) => {
  await open(page, { ...FULL, run: { ...IDLE, state: 'failed', message: 'The disk is full.' } });
  await expect(page.getByTestId('status-line')).toContainText('The disk is full.');
  await page.getByRole('button', { name: 'Try again' }).click();
  expect(await callsOf(page, 'rescan')).toHaveLength(1);
});

test('a catalog that cannot be opened says why, and is tried again', async ({ page }) => {
  const inUse = { code: 'inUse', message: 'Another Vitrine has it open.', detail: null } as const;
  await open(page, { ...FULL, errors: { app_state: inUse } });
  await expect(page.getByText('Another Vitrine has it open.')).toBeVisible();
  await page.evaluate(() => (window.engine.options.errors = {}));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('tile').first()).toBeVisible();
});

test('a search that fails says why, and is tried again', async ({ page }) => {
  await open(page, FULL);
  await expect(page.getByTestId('tile').first()).toBeVisible();
  await page.evaluate(() => {
    const error = { code: 'modelFailed', message: 'The model stopped.', detail: null } as const;
    window.engine.options.errors = { search: error };
  });
  await page.getByTestId('query').fill('mug');
  await expect(page.getByText('The model stopped.')).toBeVisible();
  await page.evaluate(() => (window.engine.options.errors = {}));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('result-count')).toHaveText('17 good matches');
});

test('an action that fails shows its message and, on demand, its causes', async ({ page }) => {
  await open(page, {
    ...FULL,
    errors: { reveal: { code: 'notFound', message: 'The file is gone.', detail: 'os error 2' } },
  });
  await page.getByTestId('tile').first().click();
  await page.getByRole('button', { name: 'Show in folder' }).click();
  const bar = page.getByTestId('error-bar');
  await expect(bar).toContainText('The file is gone.');
  await expect(bar).not.toContainText('os error 2');
  await bar.getByRole('button', { name: 'Details' }).click();
  await expect(bar).toContainText('os error 2');
  await bar.getByRole('button', { name: 'Dismiss the error' }).click();
  await expect(bar).toHaveCount(0);
});

test('what a person cancelled is no error', async ({ page }) => {
  const cancelled = { code: 'cancelled', message: 'Cancelled.', detail: null } as const;
  await open(page, { ...FULL, errors: { add_folder_dialog: cancelled } });
  await page.getByTestId('add-folder').click();
  await expect.poll(() => callsOf(page, 'add_folder_dialog')).toHaveLength(1);
  await expect(page.getByTestId('error-bar')).toHaveCount(0);
});

test('empty states help', async ({ page }) => {
  await open(page, { n: 0, sources: [FOLDER], skipped: SKIPPED });
  await expect(page.getByText('No photos found')).toBeVisible();
  await page.getByRole('button', { name: 'See what was skipped' }).click();
  await expect(page.getByTestId('settings')).toContainText('Vitrine does not read HEIC');
});

test('while the first photos come in, nothing says that there are none', async ({ page }) => {
  await open(page, { ...EMPTY, sources: [FOLDER], run: RUNNING });
  // The count is told before the first page is asked for again.
  await page.evaluate(() =>
    window.engine.emit('catalog-changed', { ...window.engine.summary(), nPhotos: 2 }),
  );
  await expect(page.getByTestId('status-line')).toContainText('Describing');
  await expect(page.getByText('No photos found')).toHaveCount(0);
});

test('a search before anything can be found says to wait', async ({ page }) => {
  await open(page, { ...FULL, nSearchable: 0, run: RUNNING });
  await page.getByTestId('query').fill('mug');
  await expect(page.getByText('Searching starts in a moment')).toBeVisible();
  await page.getByRole('button', { name: 'Show all products' }).click();
  await expect(page.getByTestId('tile').first()).toBeVisible();
});

test('settings: sources, models, colours', async ({ page }) => {
  await open(page, FULL);
  await page.keyboard.press('Control+,');
  const settings = page.getByTestId('settings');
  await expect(settings).toContainText('small starter pack');
  await settings.getByRole('button', { name: `Remove ${FOLDER.path}` }).click();
  await expect(settings).toContainText('Remove 5,000 photos from the catalog?');
  expect(await callsOf(page, 'remove_source')).toEqual([]);
  await settings.getByRole('button', { name: 'Remove from catalog' }).click();
  expect(await callsOf(page, 'remove_source')).toEqual([{ id: 1 }]);
  await settings.getByRole('button', { name: 'Look for changes' }).click();
  expect(await callsOf(page, 'rescan')).toHaveLength(1);
  await settings.getByRole('radio', { name: 'Dark' }).check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('the sheet of keys opens and closes', async ({ page }) => {
  await open(page, FULL);
  await expect(page.getByTestId('tile').first()).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+o');
  expect(await callsOf(page, 'add_folder_dialog')).toHaveLength(1);
});

test('settings: a folder that is away says why, and that its photos stay', async ({ page }) => {
  const away = (id: number, path: string, away: 'missing' | 'empty' | 'unreadable') => ({
    ...FOLDER,
    id,
    path,
    away,
  });
  await open(page, {
    ...FULL,
    sources: [
      away(1, '/media/ada/shop', 'missing'),
      away(2, '/mnt/shop', 'empty'),
      away(3, '/srv/shop', 'unreadable'),
    ],
  });
  await page.keyboard.press('Control+,');
  const settings = page.getByTestId('settings');
  await expect(settings).toContainText('Connect its drive; the photos stay');
  await expect(settings).toContainText('This folder is empty now');
  await expect(settings).toContainText('no permission to read this folder');
});

test('settings: what photos become is shown before it is done', async ({ page }) => {
  await open(page, {
    ...FULL,
    grouping: {
      nProducts: 2,
      nPhotos: 5,
      examples: [{ name: 'a7', files: ['A7_1.jpg', 'A7_2.jpg', 'A7-back.jpg'] }],
    },
  });
  await page.keyboard.press('Control+,');
  const choice = page.getByRole('combobox', { name: `Products in ${FOLDER.path}` });
  await choice.selectOption('names');
  const preview = page.getByTestId('grouping-preview');
  await expect(preview).toContainText('5 photos would become 2 products');
  await expect(preview).toContainText('A7_1.jpg, A7_2.jpg, A7-back.jpg');
  expect(await callsOf(page, 'set_grouping')).toEqual([]);
  await preview.getByRole('button', { name: 'Leave it as it is' }).click();
  await expect(choice).toHaveValue('nothing');
  await choice.selectOption('names');
  await preview.getByRole('button', { name: 'Make these products' }).click();
  expect(await callsOf(page, 'set_grouping')).toEqual([{ id: 1, by: 'names' }]);
  await expect(preview).toHaveCount(0);
});
