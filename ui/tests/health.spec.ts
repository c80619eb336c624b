/** The catalog's health: what is counted, and that every number leads to its products. */
import { expect, test, type Page } from '@playwright/test';
import { callsOf, EMPTY, emit, FULL, startEngine, type EngineOptions } from './engine';
import { HEALTH, WELL } from './engineHealth';

const ILL: EngineOptions = { ...FULL, health: HEALTH };

async function open(page: Page, options: EngineOptions = ILL): Promise<void> {
  await startEngine(page, options);
  await page.goto('/');
  await page.getByTestId('to-health').click();
  await expect(page.getByRole('heading', { name: 'Health', level: 1 })).toBeVisible();
}

const chips = (page: Page) => page.getByTestId('filter');
/** The newest search of the grid; the strip of similar products asks for fewer. */
const lastSearch = async (page: Page) =>
  (await callsOf(page, 'search'))
    .map((args) => (args as { request: Record<string, unknown> }).request)
    .filter(({ limit }) => limit === 200)
    .at(-1);
/** The filters of the queue's loads; counts alone ask for one row. */
const lastQueue = async (page: Page) =>
  (await callsOf(page, 'review_queue'))
    .map((args) => args as { filter: Record<string, unknown>; limit: number })
    .filter(({ limit }) => limit > 1)
    .at(-1)?.filter;

const tellOfChange = async (page: Page) => {
  const summary = await page.evaluate(() => window.engine.summary());
  await emit(page, 'catalog-changed', summary);
};

test('says how large the catalog is, and stands in the rail with a key', async ({ page }) => {
  await open(page);
  await expect(page.getByTestId('health-size')).toHaveText('5,000 products, 7,312 photos');
  await expect(page.getByTestId('to-health')).toHaveAttribute('aria-current', 'page');
  await expect(page.getByRole('navigation').getByRole('button')).toContainText([
    'Duplicates',
    'Health',
  ]);
  await page.keyboard.press('Control+1');
  await expect(page.getByTestId('health')).toHaveCount(0);
  await page.keyboard.press('Control+4');
  await expect(page.getByTestId('health')).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Health');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('grid')).toBeVisible();
});

const FILTERS: [testid: string, key: string, value: string, isNot: boolean, chip: string][] = [
  ['stand-approved', 'is', 'approved', false, 'Is: approved'],
  ['stand-edited', 'is', 'edited', false, 'Is: edited'],
  ['stand-rejected', 'is', 'rejected', false, 'Is: rejected'],
  ['stand-needsInfo', 'is', 'unclear', false, 'Is: needs information'],
  ['stand-undescribed', 'is', 'described', true, 'Is: not described'],
  ['agreement-approved', 'is', 'approved', false, 'Is: approved'],
  ['agreement-edited', 'is', 'edited', false, 'Is: edited'],
  ['agreement-rejected', 'is', 'rejected', false, 'Is: rejected'],
  ['problem-tiny', 'problem', 'tiny', false, 'Problem: too small for Google'],
  ['problem-blurred', 'problem', 'blurred', false, 'Problem: blurred'],
  ['problem-noalt', 'problem', 'noalt', false, 'Problem: no alternative text'],
];

for (const [testid, key, value, isNot, chip] of FILTERS) {
  test(`a number leads to its products and nothing else that was asked: ${testid}`, async ({
    page,
  }) => {
    await startEngine(page, ILL);
    await page.goto('/');
    await page.getByTestId('query').fill('mug');
    await page.getByRole('button', { name: 'Search with a picture' }).click();
    await expect(page.getByTestId('result-count')).toHaveText('17 good matches');
    await page.getByTestId('to-health').click();
    await page.getByTestId(testid).click();
    await expect(chips(page)).toHaveText([chip]);
    await expect(page.getByTestId('query')).toHaveValue('');
    expect(await lastSearch(page)).toMatchObject({
      text: '',
      pictures: [],
      products: [],
      filters: [{ key, value, isNot }],
    });
    await page.getByRole('button', { name: `Remove ${chip} from the search` }).click();
    await expect(chips(page)).toHaveCount(0);
    await expect(page.getByTestId('result-count')).toHaveText('5,000 products');
  });
}

test('the products are ready for their keys, and the filters name the problem', async ({
  page,
}) => {
  await open(page);
  await page.getByTestId('problem-tiny').click();
  await expect(page.getByTestId('result-count')).toHaveText('31 products');
  await expect(page.getByTestId('grid')).toBeFocused();
  const group = page.getByTestId('facets').getByRole('group', { name: 'Problem' });
  const box = group.getByRole('checkbox', { name: /^too small for Google, 31/ });
  await expect(box).toBeChecked();
  // Also where the engine counts none of it.
  await page.getByTestId('facet-problem-tiny').uncheck();
  await expect(chips(page)).toHaveCount(0);
});

const WAITS: [testid: string, verdict: string | null][] = [
  ['stand-pending', null],
  ['health-contradicted', 'contradicted'],
  ['health-doubtful', 'doubtful'],
];

for (const [testid, verdict] of WAITS) {
  test(`a number leads to what waits in the review: ${testid}`, async ({ page }) => {
    await startEngine(page, ILL);
    await page.goto('/');
    // What narrowed the review before does so no longer.
    await page.getByTestId('to-review').click();
    await page.getByTestId('review-filter-state').selectOption('approved');
    await page.getByTestId('review-filter-category').selectOption({ index: 1 });
    await page.getByTestId('to-health').click();
    await page.getByTestId(testid).click();
    await expect(page.locator('main.review article')).toBeFocused();
    await expect(page.getByTestId('review-filter-state')).toHaveValue('pending');
    await expect(page.getByTestId('review-filter-verdict')).toHaveValue(verdict ?? '');
    expect(await lastQueue(page)).toEqual({
      state: 'pending',
      claim: null,
      verdict,
      folder: null,
      category: null,
    });
  });
}

test('groups of photos that are alike lead to the duplicates', async ({ page }) => {
  await open(page);
  await expect(page.getByTestId('health-duplicates')).toHaveText(
    '9 groups of photos that are alike',
  );
  await page.getByTestId('health-duplicates').click();
  await expect(page.getByTestId('duplicates')).toBeVisible();
});

test('problems come with most products first, and what was not found in a line', async ({
  page,
}) => {
  await open(page);
  const photos = page.getByTestId('health-photos');
  await expect(photos.getByRole('button')).toContainText([
    /Below 500 pixels\s*412/,
    /Blurred\s*58/,
    /Too small for Google\s*31/,
    /A border or bars\s*7/,
  ]);
  await expect(photos.getByRole('button').first()).toHaveAccessibleName(
    /^Below 500 pixels 412.*8% of all products.*A side of the photo/,
  );
  await expect(photos.getByText('Not found: too dark, too pale, a watermark.')).toBeVisible();
  const words = page.getByTestId('health-words');
  await expect(words.getByRole('button')).toContainText([/No alternative text/, /No title/]);
  await expect(words.getByText('Not found: a title over 150 characters.')).toBeVisible();
});

test('products without a photo are listed below, a hundred at a time', async ({ page }) => {
  await open(page);
  const row = page.getByTestId('health-unphotographed');
  const products = page.getByTestId('unphotographed');
  await expect(row).toHaveAttribute('aria-expanded', 'false');
  expect(await callsOf(page, 'unphotographed')).toEqual([]);
  await row.click();
  await expect(row).toHaveAttribute('aria-expanded', 'true');
  await expect(products).toHaveCount(100);
  await expect(products.first()).toContainText('Stoneware mug no. 1');
  await expect(products.first()).toContainText('VT-1001, shopify.csv');
  await expect(products.nth(6)).toContainText('No title');
  await page.getByRole('button', { name: 'Show more (114 left)' }).click();
  await expect(products).toHaveCount(200);
  await page.getByRole('button', { name: 'Show more (14 left)' }).press('Enter');
  await expect(products).toHaveCount(214);
  await expect(page.getByRole('button', { name: /Show more/ })).toHaveCount(0);
  // The button is gone; the focus goes on with the first that came.
  await expect(products.nth(200)).toBeFocused();
  expect(await callsOf(page, 'unphotographed')).toEqual([
    { offset: 0, limit: 100 },
    { offset: 0, limit: 200 },
    { offset: 0, limit: 300 },
  ]);
  await row.click();
  await expect(products).toHaveCount(0);
});

test('says why products without a photo cannot be shown, and asks again', async ({ page }) => {
  const error = { code: 'storage' as const, message: 'The disk is full.', detail: null };
  await open(page, { ...ILL, errors: { unphotographed: error } });
  await page.getByTestId('health-unphotographed').click();
  await expect(page.getByText('The disk is full.')).toBeVisible();
  await page.evaluate(() => (window.engine.options.errors = {}));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('unphotographed')).toHaveCount(100);
});

test('a report is saved, and told of by its name', async ({ page }) => {
  await open(page);
  await page.getByTestId('save-report').click();
  await expect(page.getByTestId('news')).toContainText('Saved as catalog-health.html');
  await expect(page.locator('[aria-live="polite"]')).toHaveText('Saved as catalog-health.html');
  expect(await callsOf(page, 'save_report_dialog')).toHaveLength(1);
  await expect(page.getByTestId('save-report')).toBeEnabled();
});

test('a dialog that was closed saves nothing and says nothing', async ({ page }) => {
  await open(page, { ...ILL, closesDialogs: true });
  await page.getByTestId('save-report').click();
  await expect.poll(() => callsOf(page, 'save_report_dialog')).toHaveLength(1);
  await expect(page.getByTestId('save-report')).toBeEnabled();
  await expect(page.getByTestId('news')).toHaveCount(0);
});

test('a report that cannot be saved says why', async ({ page }) => {
  const error = { code: 'storage' as const, message: 'The disk is full.', detail: null };
  await open(page, { ...ILL, errors: { save_report_dialog: error } });
  await page.getByTestId('save-report').click();
  await expect(page.getByTestId('error-bar')).toContainText('The disk is full.');
  await expect(page.getByTestId('save-report')).toBeEnabled();
});

test.describe('the plot', () => {
  test('has a column for each day, a line, and the same in a table', async ({ page }) => {
    await open(page);
    const plot = page.getByTestId('agreement-plot');
    await expect(plot.locator('title')).toHaveCount(24);
    await expect(plot.locator('title').first()).toHaveText(
      '3 Nov 2026: 40 kept and 6 edited; 60 of 72 claims right',
    );
    await expect(plot.locator('rect[style*="--part-approved"]')).toHaveCount(21);
    const table = page.getByRole('table', { name: 'Decisions by day' });
    await expect(table.getByRole('row')).toHaveCount(22);
    await expect(table.getByRole('row').nth(1)).toHaveText(/3 Nov 2026\s*40\s*6\s*0\s*83% of 72/);
    await expect(page.getByTestId('agreement-approved')).toHaveText(/Kept as written\s*1,363/);
    await expect(page.getByTestId('agreement-right')).toContainText('90% of 1,934');
  });

  test('puts many days together, so that every column can be seen', async ({ page }) => {
    const days = Array.from({ length: 400 }, (_, at) => ({
      day: new Date(Date.UTC(2025, 9, 1) + at * 86_400_000).toISOString().slice(0, 10),
      nApproved: 2,
      nEdited: 1,
      nRejected: 0,
      nRight: 3,
      nWrong: 1,
    }));
    await open(page, { ...FULL, health: { ...HEALTH, days } });
    await expect(page.getByText('Each column is 7 days.')).toBeVisible();
    const titles = page.getByTestId('agreement-plot').locator('title');
    await expect(titles).toHaveCount(58);
    await expect(titles.first()).toHaveText(
      '1 Oct to 7 Oct 2025: 14 kept and 7 edited; 21 of 28 claims right',
    );
    await page.setViewportSize({ width: 640, height: 560 });
    await expect(page.getByText('Each column is 14 days.')).toBeVisible();
  });

  test('leads to the review as long as nothing is decided', async ({ page }) => {
    await open(page, { ...FULL, health: { ...HEALTH, days: [] } });
    await expect(page.getByTestId('agreement-plot')).toHaveCount(0);
    await expect(page.getByText('Once you have decided about descriptions')).toBeVisible();
    await page.getByRole('button', { name: 'Go to Review' }).click();
    await expect(page.getByTestId('review')).toBeVisible();
  });
});

test.describe('states', () => {
  test('nothing is wrong: says so, and no number that is 0 is a button', async ({ page }) => {
    await open(page, { ...FULL, health: WELL });
    await expect(page.getByTestId('health-well')).toContainText(
      'Vitrine found nothing wrong with any of your 5,000 products.',
    );
    await expect(page.getByTestId('health').getByRole('button')).toHaveText([
      /Save a report/,
      /To decide\s*5,000/,
      /Go to Review/,
    ]);
    await expect(page.getByText('Every product of your lists has a photo.')).toBeVisible();
    await expect(page.getByText('No description has words that may be wrong.')).toBeVisible();
  });

  test('photos that were not looked at yet may have more', async ({ page }) => {
    await open(page, { ...FULL, health: { ...WELL, nUnmeasured: 1 } });
    await expect(
      page.getByText('1 photo is still being looked at; numbers may grow'),
    ).toBeVisible();
    await expect(page.getByTestId('health-well')).toHaveCount(0);
  });

  test('failing, and asked again', async ({ page }) => {
    const error = { code: 'storage' as const, message: 'The disk is full.', detail: null };
    await open(page, { ...ILL, errors: { health: error } });
    await expect(page.getByText('The disk is full.')).toBeVisible();
    await page.evaluate(() => (window.engine.options.errors = {}));
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByTestId('health-size')).toBeVisible();
  });

  test('empty catalog', async ({ page }) => {
    await open(page, EMPTY);
    await expect(page.getByRole('heading', { name: 'No photos yet' })).toBeVisible();
    await page.getByRole('button', { name: 'Add a folder' }).click();
    expect(await callsOf(page, 'add_folder_dialog')).toHaveLength(1);
  });

  test('on its way: a picture of what comes, and no number', async ({ page }) => {
    await open(page, { ...ILL, healthDelay: 1500 });
    await expect(page.getByRole('status', { name: 'Counting' })).toBeVisible();
    await expect(page.getByTestId('save-report')).toHaveCount(0);
    await expect(page.getByTestId('health-size')).toBeVisible();
    await expect(page.getByRole('status', { name: 'Counting' })).toHaveCount(0);
  });
});

test.describe('while the catalog changes', () => {
  test('numbers are replaced in place, and what is open stays open', async ({ page }) => {
    await page.setViewportSize({ width: 1100, height: 560 });
    await open(page);
    await page.getByTestId('health-unphotographed').click();
    await page.getByRole('button', { name: 'Show more (114 left)' }).click();
    await expect(page.getByTestId('unphotographed')).toHaveCount(200);
    await page.getByTestId('health-unphotographed').focus();
    const top = await page.getByTestId('health').evaluate((node) => (node.scrollTop = 200));
    await page.evaluate(() => {
      const { options } = window.engine;
      if (options.health)
        options.health = { ...options.health, nTwinGroups: 4, nWithoutPhoto: 160 };
    });
    await tellOfChange(page);
    await expect(page.getByTestId('health-duplicates')).toContainText('4 groups');
    await expect(page.getByTestId('unphotographed')).toHaveCount(160);
    await expect(page.getByTestId('health-unphotographed')).toBeFocused();
    expect(await page.getByTestId('health').evaluate((node) => node.scrollTop)).toBe(top);
  });

  test('many changes cost few counts, and the last one is counted', async ({ page }) => {
    await open(page, { ...ILL, healthDelay: 200 });
    await expect(page.getByTestId('health-size')).toBeVisible();
    for (let n = 0; n < 12; n += 1) await tellOfChange(page);
    await page.evaluate(() => {
      const { options } = window.engine;
      if (options.health) options.health = { ...options.health, nTwinGroups: 1 };
    });
    await tellOfChange(page);
    await expect(page.getByTestId('health-duplicates')).toContainText('1 group of photos');
    expect((await callsOf(page, 'health')).length).toBeLessThan(5);
    await expect(page.getByRole('status', { name: 'Counting' })).toHaveCount(0);
  });

  test('a count that fails leaves what is shown', async ({ page }) => {
    await open(page);
    await expect(page.getByTestId('health-size')).toBeVisible();
    await page.evaluate(() => {
      const error = { code: 'storage' as const, message: 'The disk is full.', detail: null };
      window.engine.options.errors = { health: error };
    });
    await tellOfChange(page);
    await expect(page.getByTestId('error-bar')).toContainText('The disk is full.');
    await expect(page.getByTestId('health-size')).toBeVisible();
  });

  test('nothing is counted once the screen is left', async ({ page }) => {
    await open(page);
    await expect(page.getByTestId('health-size')).toBeVisible();
    await tellOfChange(page);
    await page.keyboard.press('Control+1');
    const n = (await callsOf(page, 'health')).length;
    await page.waitForTimeout(900);
    expect(await callsOf(page, 'health')).toHaveLength(n);
  });
});

test('a small window shows all of it, one below the other', async ({ page }) => {
  await page.setViewportSize({ width: 700, height: 560 });
  await open(page);
  await expect(page.getByTestId('save-report')).toBeInViewport({ ratio: 1 });
  await expect(page.getByTestId('stand-undescribed')).toBeInViewport({ ratio: 1 });
  const [photos, words] = await Promise.all(
    ['health-photos', 'health-words'].map((id) => page.getByTestId(id).boundingBox()),
  );
  expect(words?.x).toBe(photos?.x);
  for (const id of ['health', 'agreement-plot']) {
    const isWithin = await page
      .getByTestId(id)
      .evaluate((node) => node.scrollWidth <= node.clientWidth && node.clientWidth <= 628);
    expect(isWithin).toBe(true);
  }
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
  await page.getByTestId('agreement-rejected').scrollIntoViewIfNeeded();
  await page.getByTestId('agreement-rejected').click();
  await expect(chips(page)).toHaveText(['Is: rejected']);
});

test('every number is reached with Tab, and the ring around it is seen', async ({ page }) => {
  await open(page);
  await page.getByTestId('save-report').focus();
  const met = new Set<string>();
  for (let stop = 0; stop < 24; stop += 1) {
    await page.keyboard.press('Tab');
    const [id, isRinged] = await page.evaluate(() => {
      const node = document.activeElement;
      const id = node?.closest('main') ? (node.getAttribute('data-testid') ?? '') : null;
      return [id, node ? getComputedStyle(node).outlineStyle !== 'none' : false] as const;
    });
    if (id === null) break;
    expect(isRinged).toBe(true);
    met.add(id);
  }
  const wanted = [...FILTERS, ...WAITS].map(([id]) => id);
  expect([...met]).toEqual(
    expect.arrayContaining([...wanted, 'health-duplicates', 'health-unphotographed']),
  );
});
