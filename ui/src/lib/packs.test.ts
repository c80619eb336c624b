import { expect, test } from 'vitest';
import type { PackItem } from './bindings/PackItem';
import type { PackJob } from './bindings/PackJob';
import { jobFraction, jobInWords, paceInWords, sizeInWords, standing } from './packs';

const PACK: PackItem = {
  name: 'fast',
  title: 'Fast',
  summary: 'Finds most goods.',
  licence: 'MIT',
  state: 'available',
  isInUse: false,
  isShipped: false,
  isOffered: true,
  recommended: null,
  sizeBytes: 2_500_000_000,
  doneBytes: 0,
  memoryBytes: null,
  pace: null,
  problem: null,
  folder: null,
};

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

test('a pack says how large it is and what it is to the shop', () => {
  const check = (changes: Partial<PackItem>, size: string, state: string) => {
    const pack = { ...PACK, ...changes };
    expect([sizeInWords(pack), standing(pack)]).toEqual([size, state]);
  };
  check({}, 'About 2.5 GB to download', '');
  check({ memoryBytes: 1.4e9 }, 'About 2.5 GB to download, 1.4 GB in memory', '');
  check({ state: 'partial', doneBytes: 6e8 }, '600 MB of 2.5 GB downloaded', '');
  check(
    { state: 'installed', memoryBytes: 2.6e9 },
    '2.5 GB on disk, 2.6 GB in memory',
    'Installed',
  );
  check({ state: 'installed', isShipped: true }, '2.5 GB on disk', 'Ships with Vitrine');
  check({ state: 'installed', isInUse: true }, '2.5 GB on disk', 'In use');
  check({ state: 'damaged', isInUse: false }, '2.5 GB on disk', 'Cannot be used');
});

test('a pack says how fast it would be', () => {
  expect(paceInWords(PACK)).toBe('');
  expect(paceInWords({ ...PACK, pace: { read: 23.4, describe: 0.81 } })).toBe(
    'On this computer it reads about 23 photos/s and describes about 49 photos/min.',
  );
});

test('a job says how far, how fast and how long', () => {
  const check = (changes: Partial<PackJob>, words: string, fraction: number | null) => {
    const job = { ...JOB, ...changes };
    expect([jobInWords(job), jobFraction(job)]).toEqual([words, fraction]);
  };
  check({}, '600 MB of 2.5 GB, 12 MB/s, 3 min left', 0.24);
  check({ bytesPerSecond: 0, etaSecs: null }, '600 MB of 2.5 GB', 0.24);
  check({ note: 'The connection was cut.' }, 'The connection was cut.', 0.24);
  check({ step: 'asking', done: 0, total: 0 }, 'Asking what there is', null);
  check({ step: 'checking', etaSecs: null }, 'Checked 600 MB of 2.5 GB, 12 MB/s', 0.24);
  check(
    { step: 'trying', done: 1, total: 2 },
    'Loading the models once, to see that they work',
    0.5,
  );
});
