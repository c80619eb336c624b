/** What axe finds, in both themes and in every state; and what a screen reader is told. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { HEALTH, WELL } from './engineHealth';
import { EMPTY, emit, FULL, RUNNING, SKIPPED, startEngine, type EngineOptions } from './engine';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

interface State {
  name: string;
  options: EngineOptions;
  reach?: (page: Page) => Promise<void>;
}

const BUSY: EngineOptions = { ...FULL, run: RUNNING, skipped: SKIPPED, nSearchable: 2800 };

const STATES: State[] = [
  { name: 'first start', options: EMPTY },
  { name: 'catalog', options: FULL },
  {
    name: 'search with detail',
    options: BUSY,
    reach: async (page) => {
      await page.getByTestId('query').fill('mug');
      await expect(page.getByTestId('result-count')).toHaveText('17 good matches');
      await page.getByTestId('tile').nth(1).click();
      await expect(page.getByRole('heading', { name: 'Similar products' })).toBeVisible();
    },
  },
  {
    name: 'panel of stages',
    options: BUSY,
    reach: (page) => page.getByRole('button', { name: /Describing 1,240/ }).click(),
  },
  {
    name: 'settings',
    options: { ...BUSY, modelsProblem: 'No models were found.' },
    reach: (page) => page.getByRole('button', { name: 'Settings' }).click(),
  },
  {
    name: 'failed search',
    options: {
      ...FULL,
      errors: { search: { code: 'modelFailed', message: 'The model stopped.', detail: null } },
    },
  },
  {
    name: 'nothing found',
    options: { ...FULL, nFound: 0 },
    reach: async (page) => {
      await page.getByTestId('query').fill('zebra');
      await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
    },
  },
  {
    name: 'why not this one',
    options: FULL,
    reach: async (page) => {
      await page.getByTestId('query').fill('mug');
      await page.getByTestId('why-not').click();
      await page.keyboard.type('lamp');
      await page.getByTestId('expected').nth(2).click();
      await expect(page.getByTestId('why-not-summary')).toBeVisible();
    },
  },
  {
    name: 'list with products chosen',
    options: FULL,
    reach: async (page) => {
      await page.getByTestId('query').fill('mug');
      await expect(page.getByTestId('result-count')).toHaveText('17 good matches');
      await page.getByTestId('tile').first().click();
      await page.keyboard.press('l');
      await expect(page.getByTestId('list-row').first()).toBeVisible();
      await page.keyboard.press('x');
      await page.keyboard.press('Shift+ArrowDown');
      await expect(page.getByTestId('picked')).toBeVisible();
    },
  },
  {
    name: 'filters with a disputed claim',
    options: { ...FULL, nDescribed: 1240 },
    reach: async (page) => {
      await page.getByTestId('tile').nth(1).click();
      await page.getByRole('button', { name: /^black, a guess/ }).click();
      await page.getByRole('button', { name: /^leather, / }).click();
      await expect(page.getByTestId('filter')).toHaveCount(2);
    },
  },
  {
    name: 'nothing has all of the attributes',
    options: FULL,
    reach: async (page) => {
      await page.getByTestId('tile').nth(1).click();
      await page.getByRole('button', { name: /^leather, / }).click();
      await page.getByTestId('detail').waitFor();
      await page.evaluate(() => (window.engine.options.undescribed = [2]));
      await page.evaluate(() => (window.engine.options.n = 4));
      await page.getByRole('button', { name: /^suede, / }).click();
      await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
    },
  },
  {
    name: 'not described yet',
    options: { ...BUSY, undescribed: [1] },
    reach: async (page) => {
      await page.getByTestId('tile').first().click();
      await expect(page.getByTestId('detail-description')).toContainText('Not described yet');
    },
  },
  {
    name: 'filters over a narrow grid',
    options: FULL,
    reach: async (page) => {
      await page.setViewportSize({ width: 700, height: 560 });
      await page.getByTestId('facets-button').click();
      await page.getByRole('checkbox', { name: /^navy/ }).check();
    },
  },
  {
    name: 'health, with a list open',
    options: { ...BUSY, health: { ...HEALTH, nUnmeasured: 120 } },
    reach: async (page) => {
      await page.getByTestId('to-health').click();
      await page.getByTestId('health-unphotographed').click();
      await expect(page.getByTestId('unphotographed').first()).toBeVisible();
      await expect(page.getByTestId('agreement-plot')).toBeVisible();
    },
  },
  {
    name: 'health with nothing wrong',
    options: { ...FULL, health: WELL },
    reach: async (page) => {
      await page.getByTestId('to-health').click();
      await expect(page.getByTestId('health-well')).toBeVisible();
    },
  },
  {
    name: 'health of an empty catalog',
    options: EMPTY,
    reach: (page) => page.getByTestId('to-health').click(),
  },
  {
    name: 'failed health',
    options: {
      ...FULL,
      errors: { health: { code: 'storage', message: 'The disk is full.', detail: null } },
    },
    reach: (page) => page.getByTestId('to-health').click(),
  },
  { name: 'keys', options: FULL, reach: (page) => page.keyboard.press('?') },
  {
    name: 'preview',
    options: FULL,
    reach: async (page) => {
      await page.getByTestId('grid').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'drop targets',
    options: FULL,
    reach: (page) =>
      emit(page, 'drag', {
        phase: 'over',
        x: 600,
        y: 60,
        drop: null,
        summary: { nFolders: 1, nPictures: 1, nLists: 1, nOther: 0 },
      }),
  },
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const { name, options, reach } of STATES) {
    test(`axe: ${name}, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await startEngine(page, options);
      await page.goto('/');
      if (options.n > 0 && !options.errors) {
        await expect(page.getByTestId('tile').first()).toBeVisible();
      }
      await reach?.(page);
      await page.waitForTimeout(300);
      await page.evaluate(axeSource);
      const found = await page.evaluate(() =>
        (
          window as unknown as { axe: { run: (...args: unknown[]) => Promise<AxeResults> } }
        ).axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }),
      );
      expect(found.passes.length).toBeGreaterThan(10);
      expect(
        found.violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)]),
      ).toEqual([]);
    });
  }
}

test('the count is read out once a person has stopped typing', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('query').fill('mug');
  const spoken = page.locator('[aria-live="polite"]');
  await expect(spoken).toHaveText('17 good matches');
});

test('the focus can be seen wherever Tab goes', async ({ page }) => {
  await startEngine(page, BUSY);
  await page.goto('/');
  await page.getByTestId('tile').first().click();
  await page.locator('body').press('Tab');
  const unseen: string[] = [];
  for (let stop = 0; stop < 30; stop += 1) {
    const [isSeen, html] = await page.evaluate(() => {
      const node = document.activeElement;
      if (!node || node === document.body) return [true, ''];
      // A control may hand its ring to what is drawn around or inside it.
      const shown = [node, node.parentElement, node.querySelector('.current .mat')];
      const isRinged = shown.some((part) => {
        if (!part) return false;
        const { outlineStyle, boxShadow } = getComputedStyle(part);
        return outlineStyle !== 'none' || boxShadow !== 'none';
      });
      return [isRinged, node.outerHTML.slice(0, 120)];
    });
    if (!isSeen) unseen.push(String(html));
    await page.keyboard.press('Tab');
  }
  expect(unseen).toEqual([]);
});

test('a small window shows everything that it must', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 480 });
  await startEngine(page, BUSY);
  await page.goto('/');
  await page.getByTestId('tile').nth(1).click();
  await expect(page.getByTestId('detail')).toBeInViewport();
  // The pane leaves one column: the product that was clicked is still in sight.
  await expect(page.getByTestId('grid')).toHaveAttribute('aria-colcount', '1');
  await expect(page.locator('[data-rank="1"]')).toBeInViewport({ ratio: 0.5 });
  for (const name of ['Pause', 'Stop', 'Add folder', 'Close the details']) {
    await expect(page.getByRole('button', { name, exact: true })).toBeInViewport({ ratio: 1 });
  }
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});
