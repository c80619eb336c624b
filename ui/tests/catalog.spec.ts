/** Searching, the grid and the detail pane. */
import { expect, test, type Page } from '@playwright/test';
import { callsOf, emit, FULL, startEngine, type EngineOptions } from './engine';

async function open(page: Page, options: EngineOptions): Promise<void> {
  await startEngine(page, options);
  await page.goto('/');
  await expect(page.getByTestId('tile').first()).toBeVisible();
}

const count = (page: Page) => page.getByTestId('result-count');
const cursor = (page: Page) => page.getByTestId('grid').getAttribute('aria-activedescendant');

test('answers while typing, with one question for a burst of keys', async ({ page }) => {
  await open(page, FULL);
  await expect(count(page)).toHaveText('5,000 products');
  const before = (await callsOf(page, 'search')).length;
  // In the page itself: between keys that are sent from here a busy machine may rest for too long.
  await page.getByTestId('query').evaluate((field: HTMLInputElement) => {
    for (const letter of 'red mug') {
      field.value += letter;
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }
  });
  await expect(count(page)).toHaveText('17 good matches');
  expect((await callsOf(page, 'search')).slice(before)).toEqual([
    {
      request: {
        text: 'red mug',
        pictures: [],
        products: [],
        filters: [],
        sort: 'relevance',
        withDetails: false,
        offset: 0,
        limit: 200,
      },
    },
  ]);
});

test('drops an answer that was overtaken', async ({ page }) => {
  await open(page, { ...FULL, delays: { slow: 700 } });
  await page.getByTestId('query').fill('slow');
  await page.waitForTimeout(200);
  await page.getByTestId('query').fill('quick one');
  // The engine's answers start as many products later as the words have letters.
  await expect(page.getByTestId('tile').first()).toHaveAttribute('data-id', '10');
  await page.waitForTimeout(900);
  await expect(page.getByTestId('tile').first()).toHaveAttribute('data-id', '10');
});

test('keeps strong and weak matches apart', async ({ page }) => {
  await open(page, { ...FULL, nGood: 3 });
  await page.getByTestId('query').fill('mug');
  // What was probably not meant is folded away until somebody asks for it.
  await expect(page.getByTestId('tile')).toHaveCount(3);
  await page.getByTestId('fold').click();
  await expect(page.getByRole('row', { name: 'Probably not what you meant' })).toBeVisible();
  const rows = page.getByRole('row');
  await expect(rows.first().getByRole('gridcell')).toHaveCount(3);
  await expect(page.getByTestId('tile').first()).toHaveAccessibleName(/very close match$/);
  // A key folds it again, and so does another search.
  await page.keyboard.press('w');
  await expect(page.getByTestId('tile')).toHaveCount(3);
  await page.keyboard.press('w');
  await page.getByTestId('query').fill('bag');
  await expect(page.getByTestId('tile')).toHaveCount(3);
});

test('orders the products as they are wanted', async ({ page }) => {
  await open(page, FULL);
  const order = page.getByTestId('sort');
  await expect(order.locator('option').first()).toHaveText('As added');
  await order.selectOption('price');
  await expect
    .poll(async () => (await callsOf(page, 'search')).at(-1))
    .toMatchObject({ request: { sort: 'price' } });
  await page.getByTestId('query').fill('mug');
  await expect(order.locator('option').first()).toHaveText('Best first');
  await expect(order).toHaveValue('price');
});

test('proposes how words may go on, and never takes what was typed', async ({ page }) => {
  await open(page, FULL);
  const field = page.getByTestId('query');
  await field.pressSequentially('col');
  const proposals = page.getByTestId('completions').getByRole('option');
  await expect(proposals.first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(proposals.first()).toHaveAttribute('aria-selected', 'true');
  const label = (await proposals.first().innerText()).split('\n')[0] ?? '';
  await page.keyboard.press('Tab');
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(new RegExp(`^${label}`));
  // The key goes on with its values, which Escape puts away.
  await expect(proposals.first()).toContainText(/\d/);
  await page.keyboard.press('Escape');
  await expect(proposals).toHaveCount(0);
  // Nothing chosen: what was typed is asked.
  await field.fill('col');
  await expect(proposals.first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('grid')).toBeFocused();
  await expect(field).toHaveValue('col');
  await expect(proposals).toHaveCount(0);
});

test('a better order takes its place where nobody looks, or waits for a button', async ({
  page,
}) => {
  await open(page, { ...FULL, canImprove: true });
  await page.getByTestId('query').fill('mug');
  const asked = async (text: string) =>
    (await callsOf(page, 'search')).filter((call) => JSON.stringify(call).includes(`"${text}"`))
      .length;
  await expect.poll(async () => (await callsOf(page, 'improve_search')).length).toBe(1);
  await expect.poll(() => asked('mug')).toBe(2);
  // Under a moving pointer nothing moves.
  await page.mouse.move(600, 400);
  await page.getByTestId('query').fill('bag');
  const still = setInterval(() => void page.mouse.move(600 + Math.random() * 50, 400), 300);
  await expect(page.getByTestId('better-order')).toBeVisible();
  clearInterval(still);
  await page.getByTestId('better-order').click();
  await expect(page.getByTestId('better-order')).toHaveCount(0);
});

test('says so when nothing matches well', async ({ page }) => {
  await open(page, { ...FULL, nGood: 0 });
  await page.getByTestId('query').fill('zebra');
  await expect(count(page)).toHaveText('Nothing like that here; these come closest');
  await expect(page.getByText('Probably not what you meant')).toHaveCount(0);
  // A narrow pack is the likely reason, and what it covers is one click away.
  await page.getByRole('button', { name: 'What the starter pack knows' }).click();
  await expect(page.getByRole('heading', { name: 'Models' })).toBeVisible();
});

test('says below the field what of the words was not understood', async ({ page }) => {
  const message = 'No product has the colour nvy. Did you mean navy?';
  await open(page, {
    ...FULL,
    problems: [{ start: 4, end: 14, message }],
    unknownWords: ['toothbrush'],
  });
  await page.getByTestId('query').fill('toothbrush colour:nvy');
  const remarks = page.getByRole('list', { name: 'About this search' });
  await expect(remarks.getByRole('listitem')).toHaveText([
    message,
    'These models do not know “toothbrush”: only texts were searched for it.',
  ]);
});

test('keeps 100,000 products smooth: few nodes, whole range, roles with counts', async ({
  page,
}) => {
  await open(page, { ...FULL, n: 100_000 });
  const nodes = () => page.evaluate(() => document.querySelectorAll('*').length);
  const grid = page.getByTestId('grid');
  const columns = Number(await grid.getAttribute('aria-colcount'));
  expect(await grid.getAttribute('aria-rowcount')).toBe(String(Math.ceil(100_000 / columns)));
  let most = await nodes();
  for (let at = 0; at <= 20; at += 1) {
    await grid.evaluate((node, part) => (node.scrollTop = node.scrollHeight * part), at / 20);
    await page.waitForTimeout(30);
    most = Math.max(most, await nodes());
  }
  expect(most).toBeLessThan(1500);
  await grid.focus();
  await page.keyboard.press('End');
  await expect(page.locator('[data-rank="99999"]')).toHaveAttribute('data-id', '100000');
  await expect(page.locator('[data-rank="99999"]')).toBeInViewport();
  // Flying past pages does not fetch them.
  expect((await callsOf(page, 'search')).length).toBeLessThan(60);
});

test('needs few nodes with small photos in a large window, too', async ({ page }) => {
  await page.setViewportSize({ width: 2560, height: 1400 });
  await open(page, { ...FULL, n: 100_000 });
  await page.getByTestId('grid').focus();
  await page.keyboard.press('-');
  await expect(page.getByRole('radio', { name: 'Small photos' })).toBeChecked();
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(1500);
});

test('walks by keys: query, grid, detail, preview and back', async ({ page }) => {
  await open(page, FULL);
  await page.keyboard.press('/');
  await expect(page.getByTestId('query')).toBeFocused();
  await page.keyboard.type('mug');
  await expect(count(page)).toHaveText('17 good matches');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('grid')).toBeFocused();
  await expect.poll(() => cursor(page)).toBe('tile-0');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => cursor(page)).toBe('tile-6');
  await expect(page.getByTestId('detail')).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('detail-description')).toContainText('A navy shoulder bag');
  await page.keyboard.press('Space');
  const preview = page.getByRole('dialog', { name: 'Large picture' });
  await expect(preview).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(preview).toContainText('8 of 17');
  await page.keyboard.press('Escape');
  await expect(preview).toHaveCount(0);
  await expect(page.getByTestId('grid')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('detail')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('query')).toHaveValue('');
  await expect(count(page)).toHaveText('5,000 products');
});

test('opens a detail by click, with its facts, its actions and what is like it', async ({
  page,
}) => {
  await open(page, FULL);
  await page.getByTestId('tile').nth(1).click();
  const detail = page.getByTestId('detail');
  await expect(detail.getByTestId('detail-description')).toContainText('A navy shoulder bag');
  await expect(detail).toContainText('2.4 MB');
  await expect(detail.getByRole('list').getByRole('button')).toHaveCount(12);
  await detail.getByRole('button', { name: 'Show in folder' }).click();
  expect(await callsOf(page, 'reveal')).toEqual([{ id: 2 }]);
  await detail.getByRole('button', { name: 'More like this' }).click();
  await expect(page.getByText('Like this one')).toBeVisible();
  expect((await callsOf(page, 'search')).at(-1)).toMatchObject({
    request: { products: [{ product: 2, picture: 2, weight: 1 }] },
  });
  // The pane stays, and so do its width and its being open.
  await expect(detail).toBeVisible();
});

test('shows every photo of a product, by click and by key', async ({ page }) => {
  await open(page, {
    ...FULL,
    photos: { 2: 3 },
    variants: [{ name: 'Large', sku: 'VT-2-L', price: '29.90' }],
  });
  await page.getByTestId('tile').nth(1).click();
  const detail = page.getByTestId('detail');
  const strip = detail.getByTestId('photo-strip').getByRole('button');
  await expect(strip).toHaveCount(3);
  await expect(strip.first()).toHaveAttribute('aria-current', 'true');
  await strip.nth(1).click();
  await expect(strip.nth(1)).toHaveAttribute('aria-current', 'true');
  await expect(detail.getByRole('button', { name: 'Photo 2 of 3, back' })).toBeVisible();
  await expect(detail).toContainText('photo-2-2.jpg');
  await detail.getByRole('button', { name: 'Show in folder' }).click();
  expect(await callsOf(page, 'reveal')).toEqual([{ id: 900_021 }]);
  await page.getByTestId('grid').focus();
  await page.keyboard.press(']');
  await expect(strip.nth(2)).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press(']');
  await expect(strip.first()).toHaveAttribute('aria-current', 'true');
  await expect(detail).toContainText('VT-2-L');
  // A product of one photo needs no strip.
  await page.getByTestId('tile').nth(2).click();
  await expect(detail.getByTestId('photo-strip')).toHaveCount(0);
});

test('remembers the width of the pane', async ({ page }) => {
  await open(page, FULL);
  await page.getByTestId('tile').first().click();
  const resizer = page.getByRole('separator', { name: 'Width of the details' });
  const before = Number(await resizer.getAttribute('aria-valuenow'));
  await resizer.press('ArrowLeft');
  await expect(resizer).toHaveAttribute('aria-valuenow', String(before + 24));
  await page.reload();
  await page.getByTestId('tile').first().click();
  await expect(resizer).toHaveAttribute('aria-valuenow', String(before + 24));
});

test('new photos arrive without a jump', async ({ page }) => {
  await open(page, { ...FULL, n: 1000 });
  const grid = page.getByTestId('grid');
  await grid.evaluate((node) => (node.scrollTop = 3000));
  await page.waitForTimeout(300);
  const seen = () =>
    page.evaluate(() => {
      const tile = document.querySelectorAll('[data-testid="tile"]')[8];
      return [tile?.getAttribute('data-id'), tile?.getBoundingClientRect().top];
    });
  const before = await seen();
  await page.evaluate(() => {
    window.engine.options.n = 1240;
    window.engine.emit('catalog-changed', window.engine.summary());
  });
  await expect(count(page)).toHaveText('1,240 products');
  expect(await seen()).toEqual(before);
});

test('says how much can be searched so far', async ({ page }) => {
  await open(page, { ...FULL, nSearchable: 1240 });
  await page.getByTestId('query').fill('mug');
  await expect(page.getByText('1,240 of 5,000 photos can be searched so far')).toBeVisible();
});

test('zooms and pans a picture', async ({ page }) => {
  await open(page, FULL);
  await page.getByTestId('tile').first().click();
  const picture = page.getByTestId('detail').getByRole('img', { name: /^Photo:/ });
  await expect(page.getByRole('button', { name: 'Further' })).toBeDisabled();
  await picture.hover();
  await page.mouse.wheel(0, -300);
  await expect(page.getByRole('button', { name: 'Further' })).toBeEnabled();
  await picture.focus();
  await page.keyboard.press('0');
  await expect(page.getByRole('button', { name: 'Further' })).toBeDisabled();
});

test('takes a pasted picture into the query, and lets go of it', async ({ page }) => {
  await open(page, FULL);
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array([1, 2, 3])], 'x.png', { type: 'image/png' }));
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  });
  await expect(page.getByRole('img', { name: /Pasted picture/ })).toBeVisible();
  expect(await callsOf(page, 'query_picture_pasted')).toEqual([{ nBytes: 3 }]);
  await expect(count(page)).toHaveText('17 good matches');
  await page.getByTestId('query').focus();
  await page.keyboard.press('Backspace');
  await expect(count(page)).toHaveText('5,000 products');
});

test('tries an example', async ({ page }) => {
  await open(page, FULL);
  await page.getByRole('button', { name: 'brass lamp' }).click();
  await expect(page.getByTestId('query')).toHaveValue('brass lamp');
  await expect(count(page)).toHaveText('17 good matches');
});

test.describe('files held over the window', () => {
  const picture = { nFolders: 0, nPictures: 1, nLists: 0, nOther: 0 };
  const held = (phase: string, x: number, y: number, summary = picture) => ({
    phase,
    x,
    y,
    summary,
    drop: phase === 'drop' ? 7 : null,
  });

  test('on the field they become a query', async ({ page }) => {
    await open(page, FULL);
    await emit(page, 'drag', held('over', 600, 60));
    await expect(page.getByText('Find products like this picture')).toBeVisible();
    await emit(page, 'drag', held('drop', 600, 60));
    await expect(page.getByTestId('drop-overlay')).toHaveCount(0);
    await expect(page.getByRole('img', { name: /dropped.jpg/ })).toBeVisible();
    expect(await callsOf(page, 'query_pictures_dropped')).toEqual([{ drop: 7 }]);
    expect(await callsOf(page, 'add_dropped')).toEqual([]);
  });

  test('anywhere else they join the catalog, also without a drag before', async ({ page }) => {
    await open(page, FULL);
    await emit(page, 'drag', held('drop', 600, 600));
    await expect.poll(() => callsOf(page, 'add_dropped')).toEqual([{ drop: 7 }]);
    expect(await callsOf(page, 'query_pictures_dropped')).toEqual([]);
  });

  test('a folder is never a query', async ({ page }) => {
    await open(page, FULL);
    const folder = { nFolders: 1, nPictures: 0, nLists: 0, nOther: 0 };
    await emit(page, 'drag', held('over', 600, 60, folder));
    await expect(page.getByText('Add 1 folder to the catalog')).toBeVisible();
    await expect(page.getByText(/Find products like/)).toHaveCount(0);
    await emit(page, 'drag', held('leave', 0, 0, folder));
    await expect(page.getByTestId('drop-overlay')).toHaveCount(0);
  });

  test('what is no photo is refused with a reason', async ({ page }) => {
    await open(page, FULL);
    const other = { nFolders: 0, nPictures: 0, nLists: 0, nOther: 2 };
    await emit(page, 'drag', held('over', 600, 60, other));
    await expect(page.getByText(/not photos/)).toBeVisible();
    await emit(page, 'drag', held('drop', 600, 60, other));
    await expect(page.getByTestId('drop-overlay')).toHaveCount(0);
    expect(await callsOf(page, 'add_dropped')).toEqual([]);
  });
});
