/** What Vitrine wrote about a product, in the detail pane and under its tile. */
import { expect, test, type Page } from '@playwright/test';
import {
  BAG,
  emit,
  FULL,
  MUG,
  RUNNING,
  startEngine,
  type EngineOptions,
  type Named,
} from './engine';

async function openFirst(page: Page, options: EngineOptions): Promise<void> {
  await startEngine(page, options);
  await page.goto('/');
  await page.getByTestId('tile').first().click();
  await expect(page.getByTestId('description')).toBeVisible();
}

const description = (page: Page) => page.getByTestId('description');
const only = (...names: Named[]): EngineOptions => ({ ...FULL, n: 40, names });
const OF_BAG: Named = { title: null, description: 'a bag', written: BAG };
const OF_MUG: Named = { title: 'Mug 12', description: 'a mug', written: MUG };

test('reads as it would be published, and says who wrote it', async ({ page }) => {
  await openFirst(page, only(OF_BAG));
  const pane = description(page);
  await expect(pane).toContainText(BAG.title);
  await expect(page.getByTestId('detail-description')).toHaveText(BAG.text);
  await expect(pane).toContainText(BAG.altText);
  await expect(pane).toContainText('Written by Vitrine with starter 1.');
  await expect(pane.getByRole('term')).toHaveText([
    'Type',
    'Colour',
    'Material',
    'Style',
    'Setting',
    'Season',
  ]);
});

test('says of every claim how sure it is, and which the pixels dispute', async ({ page }) => {
  await openFirst(page, only(OF_BAG));
  const claims = description(page).getByRole('definition').getByRole('button');
  await expect(claims).toHaveCount(BAG.attributes.length);
  await expect(claims.nth(0)).toHaveAccessibleName('shoulder bag, sure, 94%');
  await expect(claims.nth(3)).toHaveAccessibleName('leather, fairly sure, 62%');
  await expect(claims.nth(1)).toHaveAccessibleName('navy, sure, 88%, the photo’s pixels agree');
  await expect(claims.nth(2)).toHaveAccessibleName(
    'black, a guess, 31%, the photo’s pixels say otherwise',
  );
  await expect(
    description(page).getByText('black: the photo’s pixels say otherwise.'),
  ).toBeVisible();
  const partOfBar = (at: number) =>
    claims.nth(at).evaluate((node) => {
      const bar = node.querySelector('.bar');
      return bar ? new DOMMatrix(getComputedStyle(bar, '::after').transform).a : null;
    });
  expect(await partOfBar(0)).toBeCloseTo(0.94);
  expect(await partOfBar(4)).toBeCloseTo(0.24);
});

test('names every colour that was measured, and its part', async ({ page }) => {
  await openFirst(page, only(OF_BAG));
  const colours = description(page).getByRole('listitem');
  await expect(colours).toHaveCount(3);
  await expect(colours.nth(0)).toHaveAccessibleName('navy, 71% of the product');
  await expect(colours.nth(2)).toHaveAccessibleName('white, 6% of the product');
  await expect(colours.nth(0).locator('.dot')).toHaveCSS('background-color', 'rgb(31, 47, 86)');
});

test('copies each part, or all of it, and says what it copied', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openFirst(page, only(OF_BAG));
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const spoken = page.locator('[aria-live="polite"]');
  // The count is said a moment after the page is there, and would be heard in between.
  await expect(spoken).toHaveText(/products$/);
  const parts = [
    ['title', 'Title', BAG.title],
    ['text', 'Text', BAG.text],
    ['alt text', 'Alt text', BAG.altText],
  ] as const;
  for (const [name, said, words] of parts) {
    await page.getByRole('button', { name: `Copy ${name}`, exact: true }).click();
    await expect(page.getByRole('button', { name: `${said} copied`, exact: true })).toBeVisible();
    await expect(spoken).toHaveText(`${said} copied`);
    expect(await clipboard()).toBe(words);
  }
  // Only the last one says so.
  await expect(page.getByRole('button', { name: / copied$/ })).toHaveCount(1);
  await page.getByRole('button', { name: 'Copy all' }).click();
  await expect(page.getByRole('button', { name: 'Description copied' })).toBeVisible();
  const all = await clipboard();
  expect(all).toContain(
    `${BAG.title}\n\n${BAG.text}\n\nAlt text: ${BAG.altText}\nType: shoulder bag`,
  );
  expect(all).toContain('Colour: navy\n');
  // The words come back.
  await expect(page.getByRole('button', { name: 'Copy all' })).toBeVisible({ timeout: 4000 });
});

test('says again what is copied again', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openFirst(page, only(OF_BAG));
  const spoken = page.locator('[aria-live="polite"]');
  await expect(spoken).toHaveText(/products$/);
  await page.getByRole('button', { name: 'Copy title' }).click();
  await expect(spoken).toHaveText('Title copied');
  // A screen reader hears what is put into the region, not what stands in it.
  await spoken.evaluate((node) => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    new MutationObserver(() => heard.push(node.textContent.trim())).observe(node, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });
  await page.getByRole('button', { name: 'Title copied' }).click();
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { heard: string[] }).heard))
    .toContain('Title copied');
});

test('C copies all of it', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openFirst(page, only(OF_MUG));
  await page.getByTestId('grid').press('c');
  await expect(page.getByRole('button', { name: 'Description copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
    /^Red mug.*\n\nA red mug/,
  );
});

test('the sign of a copy does not go along to the next product', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openFirst(page, only(OF_BAG, OF_MUG));
  await page.getByRole('button', { name: 'Copy title' }).click();
  await page.getByTestId('tile').nth(1).click();
  await expect(page.getByTestId('detail-description')).toHaveText(MUG.text);
  await expect(page.getByRole('button', { name: / copied$/ })).toHaveCount(0);
});

test('a merchant’s own title stays the title; the written one is a suggestion', async ({
  page,
}) => {
  await openFirst(page, only(OF_MUG, OF_BAG));
  await expect(page.getByTestId('detail').getByRole('heading', { level: 2 })).toHaveText('Mug 12');
  await expect(description(page)).toContainText('Suggested title');
  await page.getByTestId('tile').nth(1).click();
  await expect(page.getByTestId('detail').getByRole('heading', { level: 2 })).toHaveText(BAG.title);
  await expect(page.getByTestId('detail-description')).toHaveText(BAG.text);
  await expect(description(page)).not.toContainText('Suggested title');
});

test('a tile has the best name that there is', async ({ page }) => {
  await startEngine(
    page,
    only(OF_MUG, OF_BAG, { title: null, description: 'a hat' }, { title: null, description: null }),
  );
  await page.goto('/');
  const tiles = page.getByTestId('tile');
  await expect(tiles.nth(0)).toHaveText('Mug 12');
  await expect(tiles.nth(1)).toHaveText(BAG.title);
  await expect(tiles.nth(2)).toHaveText('a hat');
  await expect(tiles.nth(3)).toHaveText('photo-4.jpg');
});

test('says when a product was not described yet', async ({ page }) => {
  await openFirst(page, { ...FULL, undescribed: [1] });
  await expect(page.getByTestId('detail-description')).toHaveText('Not described yet.');
  await expect(page.getByRole('button', { name: /^Copy/ })).toHaveCount(0);
  await emit(page, 'progress', RUNNING);
  await expect(page.getByTestId('detail-description')).toContainText('still working');
});

test('shows the one line of a product that was described before there were parts', async ({
  page,
}) => {
  await openFirst(page, only({ title: null, description: 'a brass desk lamp' }));
  await expect(page.getByTestId('detail-description')).toHaveText('a brass desk lamp');
  await expect(page.getByRole('button', { name: 'Copy text' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Attributes' })).toHaveCount(0);
});

test.describe('nothing jumps', () => {
  const topOf = (page: Page, name: string) =>
    page
      .getByTestId('detail')
      .getByRole('heading', { name, exact: true })
      .evaluate((node) => node.getBoundingClientRect().top);

  test('when the description comes while the product is open', async ({ page }) => {
    await openFirst(page, { ...only(OF_BAG), run: RUNNING, undescribed: [2] });
    await page.getByTestId('tile').nth(1).click();
    await expect(page.getByTestId('detail-description')).toContainText('Not described yet');
    await expect(page.getByRole('heading', { name: 'Similar products' })).toBeVisible();
    const before = await topOf(page, 'Similar products');
    await page.evaluate(() => {
      window.engine.options.undescribed = [];
      window.engine.emit('catalog-changed', window.engine.summary());
    });
    await expect(page.getByTestId('detail-description')).toHaveText(BAG.text);
    await page.waitForTimeout(200);
    expect(await topOf(page, 'Similar products')).toBe(before);
  });

  test('when it is longer than the room that was kept, under the eye', async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 500 });
    const long = { ...BAG, text: `${BAG.text} `.repeat(30).trim() };
    const names = [{ ...OF_BAG, written: long }];
    await openFirst(page, { ...only(...names), run: RUNNING, undescribed: [1] });
    await expect(page.getByTestId('detail-description')).toContainText('Not described yet');
    await page.getByRole('heading', { name: 'Photo', exact: true }).scrollIntoViewIfNeeded();
    await page
      .getByTestId('detail')
      .locator('.body')
      .evaluate((node) => (node.scrollTop = 1e6));
    await page.waitForTimeout(400);
    const before = await topOf(page, 'Photo');
    await page.evaluate(() => {
      window.engine.options.undescribed = [];
      window.engine.emit('catalog-changed', window.engine.summary());
    });
    await expect(page.getByTestId('detail-description')).toHaveText(long.text);
    await page.waitForTimeout(200);
    expect(Math.abs((await topOf(page, 'Photo')) - before)).toBeLessThan(2);
  });

  test('a pane that was scrolled stays so while going from product to product', async ({
    page,
  }) => {
    await page.setViewportSize({ width: 1280, height: 500 });
    await openFirst(page, only(OF_BAG));
    await expect(page.getByRole('heading', { name: 'Similar products' })).toBeVisible();
    await page.waitForTimeout(300);
    const body = page.getByTestId('detail').locator('.body');
    await body.evaluate((node) => (node.scrollTop = 420));
    await page.getByTestId('grid').press('ArrowRight');
    await page.waitForTimeout(30);
    await expect(page.getByTestId('detail-description')).toHaveText(BAG.text);
    expect(await body.evaluate((node) => node.scrollTop)).toBe(420);
  });
});

test('long words break instead of widening the pane', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 600 });
  const word = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';
  const attributes = BAG.attributes.map((one) => ({
    ...one,
    value: word,
    list: one.kind === 'own' ? word : one.list,
  }));
  const swatches = BAG.swatches.map((one) => ({ ...one, name: word }));
  const written = { ...BAG, title: word, text: word, altText: word, attributes, swatches };
  await openFirst(page, only({ title: word, description: word, written }));
  const overflow = await page
    .getByTestId('detail')
    .locator('.body')
    .evaluate((node) => node.scrollWidth - node.clientWidth);
  expect(overflow).toBe(0);
  const beyond = await description(page).evaluate((pane) => {
    const { right } = pane.getBoundingClientRect();
    return [...pane.querySelectorAll('*')].filter(
      (node) => !node.closest('.unseen') && node.getBoundingClientRect().right > right + 0.5,
    ).length;
  });
  expect(beyond).toBe(0);
});
