/** Photos that are alike: what is shown of them, what can be decided, and by which keys. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import type { TwinGroup } from '../src/lib/bindings/TwinGroup';
import { callsOf, EMPTY, FULL, startEngine, type EngineOptions } from './engine';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

async function open(page: Page, options: EngineOptions = FULL): Promise<void> {
  await startEngine(page, options);
  await page.goto('/');
  await page.getByTestId('to-duplicates').click();
  await expect(page.getByRole('heading', { name: 'Duplicates', exact: true })).toBeVisible();
}

const list = (page: Page) => page.getByTestId('twins');
const groups = (page: Page) => page.getByTestId('twin-group');
const current = (page: Page) => page.locator('[data-testid="twin-photo"][aria-selected="true"]');
const all = (page: Page, n: number) => page.getByRole('radio', { name: `All, ${n} groups` });

/** As many groups of two as are wanted, each of photos of its own. */
function many(n: number): TwinGroup[] {
  const product = (id: number) => ({
    id,
    picture: id,
    nPhotos: 1,
    version: 'v1',
    title: null,
    generatedTitle: null,
    description: null,
    fileName: `photo-${id}.jpg`,
    width: 1200,
    height: 900,
    color: '#808080',
    stage: 'described' as const,
    score: null,
    relevance: null,
    listed: null,
  });
  return Array.from({ length: n }, (_, at) => ({
    likeness: 'copy',
    confidence: 0.9,
    photos: [0, 1].map((k) => ({
      product: product(at * 2 + k + 1),
      picture: at * 2 + k + 1,
      paths: [`/shop/photo-${at * 2 + k + 1}.jpg`],
      sizeBytes: 1000,
      isBest: k === 0,
    })),
  }));
}

test('shows groups side by side with what tells their photos apart', async ({ page }) => {
  await open(page);
  await expect(page.getByText('never deletes, moves or changes a file')).toBeVisible();
  await expect(all(page, 9)).toBeChecked();
  const first = groups(page).first();
  await expect(first.getByRole('rowheader')).toContainText('Exact copies');
  await expect(first.getByRole('rowheader')).toContainText('2 photos, Vitrine is sure (99%)');
  const photos = first.getByTestId('twin-photo');
  await expect(photos.nth(0)).toHaveAccessibleName(
    /Best photo-1\.jpg 1,200 × 900, 2\.4 MB … \/ Pictures \/ photos/,
  );
  await expect(photos.nth(1)).toHaveAccessibleName(
    /^photo-2\.jpg 800 × 600, 212 KB … \/ photos \/ old/,
  );
});

test('a filter shows groups of one kind, with their number', async ({ page }) => {
  await open(page);
  await page.getByRole('radio', { name: 'Crops, 2 groups' }).check({ force: true });
  await expect(list(page)).toHaveAttribute('aria-rowcount', '2');
  await expect(groups(page).first().getByRole('rowheader')).toContainText('Crops');
  expect((await callsOf(page, 'twins')).at(-1)).toMatchObject({ likeness: 'crop', offset: 0 });
  await list(page).focus();
  await page.keyboard.press('d');
  await expect(list(page)).toHaveAttribute('aria-rowcount', '1');
  await page.keyboard.press('d');
  await page.getByRole('button', { name: 'Show all groups' }).click();
  await expect(all(page, 7)).toBeChecked();
});

test('keys move among groups and photos, decide, and go on to the next group', async ({ page }) => {
  await open(page);
  await expect(list(page)).toBeFocused();
  await expect(current(page)).toHaveAccessibleName(/photo-1\.jpg/);
  await page.keyboard.press('ArrowRight');
  await expect(current(page)).toHaveAccessibleName(/photo-2\.jpg/);
  await page.keyboard.press('k');
  await expect(all(page, 8)).toBeChecked();
  expect(await callsOf(page, 'decide_twins')).toEqual([
    { pictures: [1, 2], decision: { kind: 'keep', picture: 2 } },
  ]);
  await expect(current(page)).toHaveAccessibleName(/photo-5\.jpg/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('d');
  await expect(all(page, 7)).toBeChecked();
  await page.keyboard.press('p');
  await expect(all(page, 6)).toBeChecked();
  expect((await callsOf(page, 'decide_twins')).slice(1)).toEqual([
    { pictures: [9, 10, 11], decision: { kind: 'different' } },
    { pictures: [13, 14], decision: { kind: 'oneProduct' } },
  ]);
  await expect(list(page)).toBeFocused();
});

test('decisions are taken back one by one, and the group comes into focus', async ({ page }) => {
  await open(page);
  const last = page.getByRole('group', { name: 'Last decision' });
  await page.keyboard.press('k');
  await expect(last).toContainText('photo-1.jpg is kept, 1 other set aside.');
  await page.keyboard.press('End');
  await page.keyboard.press('d');
  await expect(last).toContainText('Noted as 2 different things.');
  await page.keyboard.press('u');
  await expect(all(page, 8)).toBeChecked();
  await expect(current(page)).toHaveAccessibleName(/photo-33\.jpg/);
  await page.keyboard.press('Control+z');
  await expect(all(page, 9)).toBeChecked();
  await expect(current(page)).toHaveAccessibleName(/photo-1\.jpg/);
  await expect(last).toHaveCount(0);
});

test('buttons decide as the keys do', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Keep this one: photo-6.jpg' }).click();
  expect(await callsOf(page, 'decide_twins')).toEqual([
    { pictures: [5, 6], decision: { kind: 'keep', picture: 6 } },
  ]);
  await expect(all(page, 8)).toBeChecked();
  await groups(page).first().getByRole('button', { name: 'One product' }).click();
  await expect(all(page, 7)).toBeChecked();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(all(page, 8)).toBeChecked();
});

test('Enter opens a photo large, and it can be kept there', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Large picture' });
  await expect(dialog).toContainText('photo-1.jpg, the best one');
  await page.keyboard.press('ArrowRight');
  await expect(dialog).toContainText('/home/ada/Pictures/photos/old/photo-2.jpg');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(list(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('k');
  await expect(dialog).toHaveCount(0);
  await expect(all(page, 8)).toBeChecked();
  await expect(list(page)).toBeFocused();
});

test('what was set aside is listed and shown again', async ({ page }) => {
  await open(page);
  await expect(page.getByTestId('to-aside')).toHaveCount(0);
  await page.keyboard.press('k');
  await page.getByRole('button', { name: 'Set aside (1)' }).click();
  await expect(page.getByTestId('aside')).toContainText('photo-2.jpg');
  await page.getByRole('button', { name: 'Show again: photo-2.jpg' }).click();
  expect(await callsOf(page, 'show_again')).toEqual([{ picture: 2 }]);
  await expect(page.getByRole('heading', { name: 'Nothing is set aside' })).toBeVisible();
  await page.getByRole('button', { name: 'Back to the groups' }).click();
  await expect(list(page)).toBeVisible();
});

test('a decision that fails changes nothing and says why', async ({ page }) => {
  await open(page, {
    ...FULL,
    errors: { decide_twins: { code: 'readOnly', message: 'It cannot be written.', detail: null } },
  });
  await page.keyboard.press('k');
  await expect(page.getByText('It cannot be written.')).toBeVisible();
  await expect(all(page, 9)).toBeChecked();
  await expect(page.getByRole('group', { name: 'Last decision' })).toHaveCount(0);
});

test('thousands of groups cost as much as a few', async ({ page }) => {
  await open(page, { ...FULL, twins: many(3000) });
  await expect(list(page)).toHaveAttribute('aria-rowcount', '3000');
  await page.keyboard.press('End');
  await expect(current(page)).toHaveAccessibleName(/photo-5999\.jpg/);
  await expect(current(page)).toBeInViewport({ ratio: 1 });
  expect(await groups(page).count()).toBeLessThan(8);
});

test.describe('states', () => {
  test('none found', async ({ page }) => {
    await open(page, { ...FULL, twins: [] });
    await expect(page.getByRole('heading', { name: 'No duplicates found' })).toBeVisible();
  });

  test('still comparing, with groups', async ({ page }) => {
    await open(page, { ...FULL, nNotCompared: 120 });
    await expect(page.getByText('120 photos are still being compared')).toBeVisible();
  });

  test('nothing found yet', async ({ page }) => {
    await open(page, { ...FULL, twins: [], nNotCompared: 1 });
    await expect(page.getByRole('heading', { name: 'Vitrine is still comparing' })).toBeVisible();
    await expect(page.getByText('1 photo is left to compare')).toBeVisible();
  });

  test('failing', async ({ page }) => {
    const error = { code: 'storage' as const, message: 'The disk is full.', detail: null };
    await open(page, { ...FULL, errors: { twins: error } });
    await expect(page.getByText('The disk is full.')).toBeVisible();
    await page.evaluate(() => (window.engine.options.errors = {}));
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(groups(page).first()).toBeVisible();
  });

  test('empty catalog', async ({ page }) => {
    await open(page, EMPTY);
    await expect(page.getByRole('heading', { name: 'No photos yet' })).toBeVisible();
  });
});

test('a small window keeps the group and its buttons in sight', async ({ page }) => {
  await page.setViewportSize({ width: 700, height: 560 });
  await open(page);
  await expect(groups(page).first().getByRole('rowheader')).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(current(page)).toHaveAccessibleName(/photo-11\.jpg/);
  await expect(current(page).getByText('photo-11.jpg')).toBeInViewport({ ratio: 1 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe: groups, large picture and set aside, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await open(page, { ...FULL, nNotCompared: 12 });
    const check = async () => {
      await page.waitForTimeout(200);
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
    };
    await page.evaluate(axeSource);
    await page.keyboard.press('k');
    await expect(page.getByRole('group', { name: 'Last decision' })).toBeVisible();
    await check();
    await page.keyboard.press('Enter');
    await check();
    await page.keyboard.press('Escape');
    await page.getByTestId('to-aside').click();
    await expect(page.getByTestId('aside')).toHaveCount(1);
    await check();
  });
}

test('one file in several places asks for one press', async ({ page }) => {
  const [group] = many(1);
  if (!group) throw new Error('no group');
  const photos = group.photos.slice(0, 1).map((photo) => ({
    ...photo,
    paths: [...photo.paths, ...photo.paths.map((path) => path.replace('.jpg', ' copy.jpg'))],
  }));
  await open(page, { ...FULL, twins: [{ ...group, likeness: 'copy', photos }] });
  await expect(groups(page).getByRole('button', { name: 'Different things' })).toHaveCount(0);
  await expect(groups(page).getByRole('button', { name: /Keep this one/ })).toHaveCount(0);
  await expect(groups(page)).toContainText('1 more place');
  await groups(page).getByRole('button', { name: 'All right' }).click();
  await expect(groups(page)).toHaveCount(0);
  expect((await callsOf(page, 'decide_twins')).at(-1)).toMatchObject({
    decision: { kind: 'oneProduct' },
  });
});
