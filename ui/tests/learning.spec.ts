/** A search that learns from the shop: beginning, watching, going by it, comparing, going back. */
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './axe';
import { callsOf, EMPTY, emit, FULL, startEngine, type EngineOptions } from './engine';
import { FIGURES, HELPED, LEARNABLE, LEARNT, POINTS, USELESS } from './engineTuning';

const ALL: EngineOptions = { ...FULL, tuningPoints: POINTS, tuningFigures: FIGURES };

async function open(page: Page, options: EngineOptions): Promise<void> {
  await startEngine(page, options);
  await page.goto('/');
  await page.getByTestId('to-learning').click();
  await expect(page.getByRole('heading', { name: 'Learning', level: 1 })).toBeVisible();
}

test('says what there is to learn from, and begins with one press', async ({ page }) => {
  await open(page, { ...ALL, tuning: LEARNABLE });
  await expect(page.getByTestId('learning-state')).toContainText(
    'Searches go by the models alone.',
  );
  await expect(page.getByTestId('learning-data')).toContainText('4,980 of 5,000');
  await page.getByTestId('learn').click();
  const state = page.getByTestId('learning-state');
  await expect(state).toContainText('Learning, 260 of 900, 2 min left');
  await expect(page.locator('figure polyline')).toHaveCount(2);
  await expectAccessible(page);
  await state.getByRole('button', { name: 'Pause' }).click();
  await expect(state).toContainText('Paused. Learning, 260 of 900');
  await state.getByRole('button', { name: 'Go on' }).click();
  await expect(state).toContainText('Learning, 260 of 900, 2 min left');
  await state.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByTestId('learn')).toBeVisible();
  await expect(page.locator('figure')).toHaveCount(0);
});

test('stands in the rail with a key', async ({ page }) => {
  await startEngine(page, { ...ALL, tuning: LEARNABLE });
  await page.goto('/');
  await page.keyboard.press('Control+5');
  await expect(page.getByTestId('learning')).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Learning');
});

test('what came of it is shown as it ends, also on another screen', async ({ page }) => {
  await open(page, { ...ALL, tuning: { ...LEARNABLE, all: [USELESS] } });
  await page.getByTestId('learn').click();
  await expect(page.getByTestId('learning-state')).toContainText('Learning,');
  await page.getByTestId('to-catalog').click();
  const ended = { step: 'measuring', done: 9, total: 9, etaSecs: null, tuning: 1 };
  await emit(page, 'tuning', { ...ended, state: 'finished', message: USELESS.verdict });
  await expect(page.getByTestId('news')).toContainText('Learning is done. It is in doubt');
});

test('what helped is told by kind of search, compared in pictures, and left with one press', async ({
  page,
}) => {
  await open(page, { ...ALL, tuning: LEARNT });
  await expect(page.getByTestId('learning-state')).toContainText('Searches go by what was learnt');
  const report = page.getByTestId('learning-report');
  await expect(report).toContainText(HELPED.verdict);
  await expect(report.getByRole('row', { name: /All searches/ })).toContainText('52% →, then 56%');
  await expect(report.getByRole('row', { name: /Photos of which no list/ })).toContainText(
    '31% →, then 42%',
  );
  await report.getByRole('button', { name: 'Save a report…' }).click();
  await expect(page.getByTestId('news')).toContainText('Saved as what-searches-learnt.html');

  await page.getByTestId('compare-text').fill('autumn boots');
  await expect(page.getByTestId('compared-before').getByRole('listitem')).toHaveCount(8);
  await expect(page.getByTestId('compared-after').getByText('new', { exact: true })).toHaveCount(4);
  expect(await callsOf(page, 'compare_tuning')).toEqual([
    { id: 2, text: 'autumn boots', limit: 8 },
  ]);
  await expectAccessible(page);

  await page.getByTestId('go-back').click();
  await expect(page.getByTestId('learning-state')).toContainText(
    'Searches go by the models alone.',
  );
  expect(await callsOf(page, 'use_tuning')).toEqual([{ id: null }]);
  await page.getByTestId('learnt').getByRole('button', { name: 'Use' }).click();
  await expect(page.getByTestId('learning-state')).toContainText('Searches go by what was learnt');
  await page
    .getByTestId('learnt')
    .getByRole('button', { name: /Forget/ })
    .click();
  await expect(page.getByTestId('learnt')).toHaveCount(0);
  await page.getByTestId('to-catalog').click();
  await expect.poll(() => callsOf(page, 'end_tuning_comparison')).toHaveLength(1);
});

test('much changed since, or other models: it is worth learning anew', async ({ page }) => {
  await open(page, { ...ALL, tuning: { ...LEARNT, isStale: true, nChanged: 812 } });
  await expect(page.getByTestId('learning-state')).toContainText('812 products have changed since');
  await expect(page.getByTestId('learn')).toHaveText('Learn anew');
});

test('too little to learn from is said, and nothing begins', async ({ page }) => {
  const said = LEARNABLE.said.map((one) => ({ ...one, nProducts: 3 }));
  await open(page, { ...ALL, tuning: { ...LEARNABLE, said } });
  await expect(page.getByTestId('too-little')).toContainText('40 products with a title are needed');
  await expect(page.getByTestId('learn')).toBeDisabled();
});

test('without photos there is a way to some; where nothing can be read it is tried again', async ({
  page,
}) => {
  await startEngine(page, EMPTY);
  await page.goto('/');
  await page.getByTestId('to-learning').click();
  await expect(page.getByTestId('learning')).toContainText('No photos yet');
  await startEngine(page, { ...ALL, tuningFails: true });
  await page.goto('/');
  await page.getByTestId('to-learning').click();
  await expect(page.getByTestId('learning')).toContainText('The library could not be read.');
  await page.evaluate(() => (window.engine.options.tuningFails = false));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('learn')).toBeVisible();
});

test('a log of searches is added and forgotten, and what of it is of no use is told', async ({
  page,
}) => {
  await open(page, { ...ALL, tuning: LEARNABLE });
  const log = page.getByTestId('search-log');
  await expect(log).toContainText('A CSV file with the columns query, sku');
  await log.getByRole('button', { name: 'Add a search log…' }).click();
  await expect(log).toContainText('2,204 searches');
  await expect(log).toContainText(
    'searches-2026.csv, 12,840 rows. 31 rows name no product of this catalog.',
  );
  await expectAccessible(page);
  await log.getByRole('button', { name: 'Forget it' }).click();
  await expect(log.getByRole('button', { name: 'Add a search log…' })).toBeVisible();
});

test('a long log can be stopped, and the one before it stays', async ({ page }) => {
  await open(page, { ...ALL, tuning: LEARNABLE, readsLong: true });
  const log = page.getByTestId('search-log');
  await log.getByRole('button', { name: 'Add a search log…' }).click();
  await expect(log).toContainText('Reading the log…');
  await log.getByRole('button', { name: 'Stop' }).click();
  await expect(log).not.toContainText('Reading the log…');
  await expect(log.getByRole('button', { name: 'Add a search log…' })).toBeEnabled();
});

test('what is opened after a search is told to the engine, and kept only when asked for', async ({
  page,
}) => {
  await open(page, { ...ALL, tuning: LEARNABLE });
  const box = page.getByRole('checkbox', { name: /Keep what is opened here/ });
  await expect(box).not.toBeChecked();
  await box.check();
  expect(await callsOf(page, 'keep_opened')).toEqual([{ isKept: true }]);
  await page.getByTestId('to-catalog').click();
  await page.getByTestId('query').fill('autumn boots');
  await page.keyboard.press('Enter');
  await page.getByTestId('tile').nth(1).click();
  await expect.poll(() => callsOf(page, 'opened_after')).toHaveLength(1);
  expect(await callsOf(page, 'opened_after')).toMatchObject([{ query: 'autumn boots' }]);
});
