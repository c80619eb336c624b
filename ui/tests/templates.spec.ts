/** The rules for words in Settings: seen, changed with a look at an example, added, taken away. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { callsOf, FULL, startEngine, type EngineOptions } from './engine';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

const MUGS = {
  category: 'Mugs',
  title: '{seen.title}[, {size}]',
  text: '{seen.sentence}',
  altText: '{seen.alt}',
};
const SOME: EngineOptions = { ...FULL, review: { n: 6 }, templates: [MUGS] };

async function open(page: Page, options: EngineOptions = SOME) {
  await startEngine(page, options);
  await page.goto('/');
  await page.getByTestId('to-settings').click();
  await expect(page.getByTestId('template').first()).toBeVisible();
}

const row = (page: Page, category: string) =>
  page.locator(`[data-testid=template][data-category="${category}"]`);
const change = (page: Page, category: string) =>
  row(page, category).getByTestId('template-open').click();
const rule = (page: Page, part: string) => page.getByTestId(`rule-${part}`);
const told = (page: Page, part: string) => page.getByTestId(`rule-${part}-told`);

test('the rules are shown with what each makes of a product', async ({ page }) => {
  await open(page);
  await expect(page.getByTestId('template').locator('h3')).toHaveText(['Every product', 'Mugs']);
  await expect(row(page, 'Mugs')).toContainText('Words by {seen.title}[, {size}]');
  await change(page, '');
  await expect(rule(page, 'title')).toBeFocused();
  await expect(page.getByTestId('template-of')).toHaveText('Tried on “Blue mug”.');
  await expect(told(page, 'title')).toHaveText(/^Becomes: Words by \[if title/);
  await expect(told(page, 'text')).toContainText('unless description: {seen.sentence}');
  await expect(page.getByTestId('template-save')).toBeDisabled();
  await page.getByTestId('template-help').locator('summary').click();
  await expect(page.getByTestId('template-help')).toContainText('Poppy mug');
  await expect(page.getByTestId('template-help')).toContainText('{seen.sentence}');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('template-editor')).toHaveCount(0);
  await expect(row(page, '').getByTestId('template-open')).toBeFocused();
  expect(await callsOf(page, 'set_template')).toEqual([]);
});

test('a rule is checked while it is typed, and saved once it can be followed', async ({ page }) => {
  await open(page);
  await change(page, 'Mugs');
  await rule(page, 'title').fill('{seen.title} by {brnd}');
  await expect(told(page, 'title')).toHaveText('Character 17: There is no {brnd}.');
  await expect(rule(page, 'title')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByTestId('template-save')).toBeDisabled();
  await rule(page, 'title').fill('{seen.title}[if size=300 ml: , small] by {brand}');
  await expect(told(page, 'title')).toContainText('small] by {brand}');
  await expect(page.getByTestId('template-of')).toContainText('made-up');
  await page.getByTestId('template-save').click();
  await expect(page.getByTestId('template-editor')).toHaveCount(0);
  expect(await callsOf(page, 'set_template')).toEqual([
    { template: { ...MUGS, title: '{seen.title}[if size=300 ml: , small] by {brand}' } },
  ]);
  await expect(row(page, 'Mugs')).toContainText('small] by {brand}');
});

test('what the engine refuses is told beside the rules, which stay as they were typed', async ({
  page,
}) => {
  const message = 'Character 3: Nothing is called {size}.';
  const error = { code: 'badRequest' as const, message, detail: null };
  await open(page, { ...SOME, errors: { set_template: error } });
  await change(page, 'Mugs');
  await rule(page, 'altText').fill('a {size}');
  await page.getByTestId('template-save').click();
  await expect(page.getByTestId('template-editor').getByRole('alert')).toHaveText(message);
  await expect(rule(page, 'altText')).toHaveValue('a {size}');
  await rule(page, 'altText').fill('a {type}');
  await expect(page.getByTestId('template-editor').getByRole('alert')).toHaveCount(0);
});

test('a category gets rules of its own, beginning with those for every product', async ({
  page,
}) => {
  await open(page);
  await page.getByTestId('template-category').fill('Bags');
  await page.getByTestId('template-add').click();
  await expect(row(page, 'Bags')).toBeVisible();
  await expect(rule(page, 'title')).toHaveValue(/^\[if title/);
  expect(await callsOf(page, 'set_template')).toEqual([]);
  await rule(page, 'title').fill('{seen.title} to carry');
  await page.getByTestId('template-save').click();
  await expect(page.getByTestId('template').locator('h3')).toHaveText([
    'Every product',
    'Bags',
    'Mugs',
  ]);
  await page.getByTestId('template-category').fill(' mugs ');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('template')).toHaveCount(3);
  await expect(row(page, 'Mugs').getByTestId('template-editor')).toBeVisible();
});

test('rules are taken away, with a way back', async ({ page }) => {
  await open(page);
  await change(page, 'Mugs');
  await page.getByTestId('template-remove').click();
  await expect(row(page, 'Mugs')).toHaveCount(0);
  const notice = page.getByTestId('template-removed');
  await expect(notice).toContainText('Mugs has no rules of its own any more.');
  await notice.getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'Mugs')).toContainText('{size}');
  await expect(notice).toHaveCount(0);
  expect(await callsOf(page, 'remove_template')).toEqual([{ category: 'Mugs' }]);
});

test('rules that cannot be read say so, and are asked for again', async ({ page }) => {
  const error = { code: 'storage' as const, message: 'The disk is full.', detail: null };
  await startEngine(page, { ...SOME, errors: { templates: error } });
  await page.goto('/');
  await page.getByTestId('to-settings').click();
  const section = page.getByRole('region', { name: 'Rules for the words' });
  await expect(section.getByRole('alert')).toHaveText('The disk is full.');
  await page.evaluate(() => (window.engine.options.errors = {}));
  await section.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('template')).toHaveCount(2);
});

test('a library that cannot be written shows its rules and takes none', async ({ page }) => {
  await open(page, { ...SOME, isReadOnly: true });
  await change(page, 'Mugs');
  await expect(rule(page, 'title')).toBeDisabled();
  await expect(page.getByTestId('template-save')).toBeDisabled();
  await expect(page.getByTestId('template-remove')).toBeDisabled();
  await expect(page.getByTestId('template-add')).toBeDisabled();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe: rules that are open, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await open(page);
    await change(page, 'Mugs');
    await rule(page, 'title').fill('{brnd}');
    await page.getByTestId('template-help').locator('summary').click();
    await page.evaluate(axeSource);
    const found = await page.evaluate(() =>
      (window as unknown as { axe: { run: (...args: unknown[]) => Promise<AxeResults> } }).axe.run(
        document,
        {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        },
      ),
    );
    expect(
      found.violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)]),
    ).toEqual([]);
  });
}
