/** What axe finds in each state of the review, in both themes; and where the focus goes. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { EMPTY, FULL, startEngine, type EngineOptions } from './engine';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

interface State {
  name: string;
  options?: EngineOptions;
  isNarrow?: boolean;
  reach?: (page: Page) => Promise<unknown>;
}

const SOME: EngineOptions = {
  ...FULL,
  review: { n: 12, nDecided: 2, nPhotos: 3, nUndescribed: 5 },
};
const FAILS = { code: 'storage' as const, message: 'The disk is full.', detail: null };

/** The first product that waits is shown, and the keys work. */
const ready = async (page: Page) => {
  await expect(page.getByTestId('review-title')).toBeVisible();
  await expect(page.locator('main.review article')).toBeFocused();
};

const press =
  (...keys: string[]) =>
  async (page: Page) => {
    await ready(page);
    for (const key of keys) await page.keyboard.press(key);
  };

const STATES: State[] = [
  { name: 'a product', reach: ready },
  { name: 'a conflict', reach: press('j', 'j') },
  { name: 'a decided product', reach: press('a', 'k') },
  { name: 'a heat map', reach: press('1', 'h') },
  { name: 'a judged claim', reach: press('1', 'x') },
  { name: 'origins', reach: press('o') },
  { name: 'a note', reach: press('m') },
  { name: 'editing', reach: press('e') },
  {
    name: 'writing again',
    reach: async (page) => {
      await press('w')(page);
      await page.getByTestId('rewrite-write').click();
      await expect(page.getByTestId('review-take')).toBeVisible();
    },
  },
  {
    name: 'comparing',
    reach: async (page) => {
      await press('e')(page);
      await page.keyboard.type(' and more');
      await press2(page, 'Control+Enter', 'k', 'c');
      await expect(page.getByTestId('review-compare-view')).toBeVisible();
    },
  },
  {
    name: 'the history',
    reach: async (page) => {
      await press('r', 'Control+z')(page);
      await expect(page.getByTestId('review-state')).toHaveText('To decide');
      await page.keyboard.press('t');
      await expect(page.getByTestId('review-history-row')).toHaveCount(1);
    },
  },
  {
    name: 'approving all',
    reach: async (page) => {
      await press('Control+Shift+A')(page);
      await expect(page.getByTestId('approve-all-confirm')).toBeVisible();
    },
  },
  {
    name: 'all approved',
    reach: async (page) => {
      await press('Control+Shift+A')(page);
      await page.getByTestId('approve-all-confirm').click();
      await expect(page.getByRole('group', { name: 'Last decision' })).toBeVisible();
    },
  },
  {
    name: 'nothing passes the filter',
    reach: async (page) => {
      await ready(page);
      await page.getByTestId('review-filter-state').selectOption('rejected');
      await expect(page.getByRole('heading', { name: 'Nothing passes' })).toBeVisible();
    },
  },
  { name: 'loading', options: { ...FULL, review: { n: 3, queueDelay: 5000 } } },
  { name: 'no products', options: EMPTY },
  { name: 'nothing described', options: { ...FULL, review: { n: 0, nUndescribed: 9 } } },
  { name: 'a failure', options: { ...SOME, errors: { review_queue: FAILS } } },
  { name: 'a product that fails', options: { ...SOME, errors: { review_item: FAILS } } },
  { name: 'a product that is gone', options: { ...FULL, review: { n: 2, gone: [1] } } },
  { name: 'a narrow window', isNarrow: true, reach: press('j', 'j') },
  { name: 'a narrow window, editing', isNarrow: true, reach: press('e') },
];

async function press2(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const { name, options, isNarrow, reach } of STATES) {
    test(`axe: ${name}, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      if (isNarrow) await page.setViewportSize({ width: 760, height: 700 });
      await startEngine(page, options ?? SOME);
      await page.goto('/');
      await page.getByTestId('to-review').click();
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
      expect(
        found.violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)]),
      ).toEqual([]);
    });
  }
}

test('the focus can be seen wherever Tab goes', async ({ page }) => {
  await startEngine(page, SOME);
  await page.goto('/');
  await page.getByTestId('to-review').click();
  await ready(page);
  const unseen: string[] = [];
  const met = new Set<string>();
  for (let stop = 0; stop < 45; stop += 1) {
    await page.keyboard.press('Tab');
    const [isSeen, html] = await page.evaluate(() => {
      const node = document.activeElement;
      if (!node || node === document.body) return [true, ''];
      const shown = [node, node.parentElement];
      const isRinged = shown.some((part) => {
        if (!part) return false;
        const { outlineStyle, boxShadow } = getComputedStyle(part);
        return outlineStyle !== 'none' || boxShadow !== 'none';
      });
      return [isRinged, node.outerHTML.slice(0, 160)];
    });
    met.add(String(html));
    if (!isSeen) unseen.push(String(html));
  }
  expect(unseen).toEqual([]);
  // Marks, judgements and decisions are all on the way.
  for (const wanted of ['claim-mark', 'claim-wrong', 'review-reject', 'review-rewrite']) {
    expect([...met].some((html) => html.includes(wanted))).toBe(true);
  }
});

test('a focus that went with a product comes back to the next one', async ({ page }) => {
  await startEngine(page, SOME);
  await page.goto('/');
  await page.getByTestId('to-review').click();
  await ready(page);
  await page.keyboard.press('1');
  await expect(page.locator('[data-claim="0"]:focus')).toHaveCount(1);
  await page.keyboard.press('a');
  await expect(page.getByTestId('review-title')).toContainText('no. 4');
  await expect(page.locator('main.review article')).toBeFocused();
  await page.getByTestId('review-queue').focus();
  await page.keyboard.press('a');
  await expect(page.getByTestId('review-title')).toContainText('no. 5');
  await expect(page.getByTestId('review-queue')).toBeFocused();
});
