/** Model packs in the settings: downloads, imports, changes, and what goes wrong with them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import type { PackItem } from '../src/lib/bindings/PackItem';
import type { PackJob } from '../src/lib/bindings/PackJob';
import type { PackList } from '../src/lib/bindings/PackList';
import { callsOf, emit, FULL, PACKS, startEngine, type EngineOptions } from './engine';

const JOB: PackJob = {
  kind: 'pull',
  name: 'fast',
  step: 'downloading',
  file: 'clip/model.safetensors',
  done: 600_000_000,
  total: 2_500_000_000,
  bytesPerSecond: 12_000_000,
  etaSecs: 158,
  note: null,
};

const CUT = {
  code: 'network',
  message:
    'huggingface.co cannot be reached (the connection was cut). Check the internet connection, then try again; what was downloaded is kept.',
  detail: null,
};

/** The list with another state of the pack `fast`. */
const withFast = (changes: Partial<PackItem>, list: Partial<PackList> = {}): PackList => ({
  ...PACKS,
  ...list,
  packs: PACKS.packs.map((pack) => (pack.name === 'fast' ? { ...pack, ...changes } : pack)),
});

const PARTIAL = withFast({ state: 'partial', doneBytes: 600_000_000 });
const INSTALLED = withFast({
  state: 'installed',
  memoryBytes: 2_600_000_000,
  folder: '/home/ada/.local/share/vitrine/packs/fast',
});
const CHANGING: PackList = {
  ...INSTALLED,
  change: { from: 'starter', to: 'fast', precision: 'f32', nDone: 1240, nTotal: 5000 },
};

async function open(page: Page, options: Partial<EngineOptions> = {}): Promise<void> {
  await startEngine(page, { ...FULL, ...options });
  await page.goto('/');
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByTestId('pack-fast')).toBeVisible();
}

/** From now on the engine answers with this list. */
const answer = (page: Page, packs: PackList) =>
  page.evaluate((list) => {
    window.engine.options.packs = list;
  }, packs);

test('what the starter pack knows and lacks is said, and is one click away', async ({ page }) => {
  await startEngine(page, FULL);
  await page.goto('/');
  await page.getByTestId('pack-in-use').click();
  const knows = page.getByRole('region', { name: 'Knows', exact: true });
  await expect(knows.getByRole('listitem')).toHaveText([
    '17 kinds of garments',
    '81 kinds of groceries',
  ]);
  await expect(page.getByRole('region', { name: 'Does not know' })).toContainText(
    'other kinds of goods',
  );
});

test('the pack that suits most shops is named, and why', async ({ page }) => {
  const why = 'Its search model was trained on products.';
  await open(page, { packs: withFast({ recommended: why }) });
  await expect(page.getByTestId('pack-fast')).toContainText('Recommended');
  await expect(page.getByTestId('pack-fast')).toContainText(why);
  await expect(page.getByTestId('pack-quality')).not.toContainText('Recommended');
  // Not said any more of what is there.
  await answer(page, withFast({ recommended: why, state: 'installed', isInUse: true }));
  await emit(page, 'packs', {
    job: null,
    ended: { kind: 'pull', name: 'fast', wasThere: true, error: null },
  });
  await expect(page.getByTestId('pack-fast')).not.toContainText('Recommended');
});

test('a pack is downloaded, paused, resumed and used', async ({ page }) => {
  await open(page);
  const fast = page.getByTestId('pack-fast');
  await expect(fast).toContainText('About 2.5 GB to download, 1.4 GB in memory.');
  await expect(fast).toContainText(
    'On this computer it reads about 23 photos/s and describes about 49 photos/min.',
  );
  await expect(fast.getByRole('button')).toHaveText(['Download']);

  await answer(page, { ...PARTIAL, job: JOB });
  await fast.getByRole('button', { name: 'Download Fast' }).click();
  expect(await callsOf(page, 'pull_pack')).toEqual([{ name: 'fast' }]);
  await expect(fast).toContainText('600 MB of 2.5 GB, 12 MB/s, 3 min left');
  await expect(fast.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '24');
  await expect(page.getByRole('button', { name: 'Download Quality' })).toBeDisabled();
  await emit(page, 'packs', { job: { ...JOB, done: 1_250_000_000 }, ended: null });
  await expect(fast.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '50');

  await answer(page, PARTIAL);
  await fast.getByRole('button', { name: 'Pause Fast' }).click();
  expect(await callsOf(page, 'cancel_pack_job')).toEqual([{ name: 'fast' }]);
  const cancelled = { code: 'cancelled', message: 'Stopped.', detail: null };
  await emit(page, 'packs', {
    job: null,
    ended: { kind: 'pull', name: 'fast', wasThere: false, error: cancelled },
  });
  await expect(fast).toContainText('600 MB of 2.5 GB downloaded');
  await expect(fast.getByRole('alert')).toHaveCount(0);
  await fast.getByRole('button', { name: 'Resume Fast' }).click();
  expect(await callsOf(page, 'pull_pack')).toHaveLength(2);

  await answer(page, INSTALLED);
  await emit(page, 'packs', {
    job: null,
    ended: { kind: 'pull', name: 'fast', wasThere: false, error: null },
  });
  await expect(fast).toContainText('2.5 GB on disk, 2.6 GB in memory');
  await expect(page.locator('[aria-live="polite"]')).toHaveText('Fast is ready');
  await fast.getByRole('button', { name: 'Use Fast' }).click();
  expect(await callsOf(page, 'use_pack')).toEqual([{ name: 'fast' }]);
});

test('what goes wrong with a pack is said beside it', async ({ page }) => {
  await open(page, { packs: PARTIAL });
  const fast = page.getByTestId('pack-fast');
  await emit(page, 'packs', {
    job: null,
    ended: { kind: 'pull', name: 'fast', wasThere: false, error: CUT },
  });
  await expect(fast.getByRole('alert')).toHaveText(CUT.message);
  await expect(page.getByTestId('error-bar')).toHaveCount(0);
  await fast.getByRole('button', { name: 'Resume Fast' }).click();
  await expect(fast.getByRole('alert')).toHaveCount(0);
});

test('a download that fails while the catalog is open is said there', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Catalog', exact: true }).click();
  await emit(page, 'packs', {
    job: null,
    ended: { kind: 'pull', name: 'fast', wasThere: false, error: CUT },
  });
  await expect(page.getByTestId('error-bar')).toContainText('what was downloaded is kept');
});

test('a download goes on while the settings are closed', async ({ page }) => {
  await open(page, { packs: { ...PARTIAL, job: JOB } });
  await page.getByRole('button', { name: 'Catalog', exact: true }).click();
  await emit(page, 'packs', { job: { ...JOB, done: 2_000_000_000 }, ended: null });
  await answer(page, { ...PARTIAL, job: { ...JOB, done: 2_000_000_000 } });
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByTestId('pack-fast').getByRole('progressbar')).toHaveAttribute(
    'aria-valuenow',
    '80',
  );
});

test('an installed pack is checked, and removed after a question', async ({ page }) => {
  await open(page, { packs: INSTALLED });
  const fast = page.getByTestId('pack-fast');
  await fast.getByRole('button', { name: 'Check files of Fast' }).click();
  expect(await callsOf(page, 'verify_pack')).toEqual([{ name: 'fast' }]);
  await emit(page, 'packs', {
    job: null,
    ended: { kind: 'verify', name: 'fast', wasThere: true, error: null },
  });
  await expect(fast).toContainText('Every file is as it should be.');

  await fast.getByRole('button', { name: 'Remove Fast' }).click();
  expect(await callsOf(page, 'remove_pack')).toHaveLength(0);
  await fast.getByRole('button', { name: 'Delete' }).click();
  expect(await callsOf(page, 'remove_pack')).toEqual([{ name: 'fast' }]);
});

test('the pack in use and the one that ships stay', async ({ page }) => {
  await open(page);
  const starter = page.getByTestId('pack-starter');
  await expect(starter).toContainText('In use');
  await expect(starter.getByRole('button')).toHaveText(['Check files']);
});

test('a folder is imported, and an import that fails says why', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Import folder…' }).click();
  expect(await callsOf(page, 'import_pack_dialog')).toHaveLength(1);
  await emit(page, 'packs', {
    job: { ...JOB, kind: 'import', name: '', step: 'copying', etaSecs: null },
    ended: null,
  });
  await expect(page.getByRole('progressbar', { name: 'Import' })).toBeVisible();
  await expect(page.getByText('Copied 600 MB of 2.5 GB')).toBeVisible();
  const message = '/media/stick/vit is a model of the kind SiglipModel.';
  await emit(page, 'packs', {
    job: null,
    ended: {
      kind: 'import',
      name: '',
      wasThere: false,
      error: { code: 'badPack', message, detail: null },
    },
  });
  await expect(page.getByText(message)).toBeVisible();
  await expect(page.getByRole('progressbar', { name: 'Import' })).toHaveCount(0);
});

test('a change of packs shows how far it is, and the way back', async ({ page }) => {
  await open(page, { packs: CHANGING });
  const change = page.getByTestId('pack-change');
  await expect(change).toContainText('Fast has read 1,240 of 5,000 photos');
  await expect(change.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '24');
  await expect(page.getByRole('button', { name: 'Use Fast' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Remove Fast' })).toHaveCount(0);
  await change.getByRole('button', { name: 'Go back to Starter' }).click();
  expect(await callsOf(page, 'undo_pack_change')).toHaveLength(1);
});

test('other arithmetic is chosen, shows how far it is, and the way back', async ({ page }) => {
  await open(page);
  const choice = page.getByLabel('Arithmetic');
  await expect(choice).toHaveValue('auto');
  await expect(page.getByText('CPU, with exact (f32) arithmetic')).toBeVisible();
  await answer(page, {
    ...PACKS,
    change: { from: 'starter', to: 'starter', precision: 'int8', nDone: 1240, nTotal: 5000 },
  });
  await choice.selectOption({ label: 'Quarter-size (int8)' });
  expect(await callsOf(page, 'use_precision')).toEqual([{ precision: 'int8' }]);
  const change = page.getByTestId('pack-change');
  await expect(change).toContainText('1,240 of 5,000 photos are read with quarter-size (int8)');
  await expect(choice).toHaveValue('int8');
  await answer(page, PACKS);
  await change.getByRole('button', { name: 'Keep the arithmetic of before' }).click();
  expect(await callsOf(page, 'undo_pack_change')).toHaveLength(1);
  await expect(choice).toHaveValue('auto');
});

test('the arithmetic of before is offered again', async ({ page }) => {
  await open(page, {
    packs: { ...PACKS, precision: 'int8', previous: 'starter', previousPrecision: 'f32' },
  });
  const change = page.getByTestId('pack-change');
  await expect(change).toContainText('Exact (f32) arithmetic was in use before.');
  await change.getByRole('button', { name: 'Go back to exact (f32) arithmetic' }).click();
  expect(await callsOf(page, 'undo_pack_change')).toHaveLength(1);
});

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

const STATES: [string, PackList][] = [
  ['downloading', { ...PARTIAL, job: JOB }],
  ['changing', CHANGING],
  [
    'damaged',
    withFast(
      { state: 'damaged', problem: 'clip/model.safetensors is missing.', folder: '/packs/fast' },
      { previous: 'starter' },
    ),
  ],
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, packs] of STATES) {
    test(`axe: models ${name}, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open(page, { packs });
      await emit(page, 'packs', {
        job: packs.job,
        ended: { kind: 'pull', name: 'quality', wasThere: false, error: CUT },
      });
      await expect(page.getByTestId('pack-quality').getByRole('alert')).toBeVisible();
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
      if (process.env.SCREENSHOTS) {
        const path = `${process.env.SCREENSHOTS}/${name}-${colorScheme}.png`;
        await page.getByRole('heading', { name: 'Models' }).scrollIntoViewIfNeeded();
        await page.screenshot({ path });
      }
    });
  }
}

test('a narrow window shows packs without scrolling sideways', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 480 });
  await open(page, { packs: { ...CHANGING, job: { ...JOB, name: 'quality' } } });
  const overflow = await page
    .getByTestId('settings')
    .evaluate((node) => node.scrollWidth - node.clientWidth);
  expect(overflow).toBe(0);
});
