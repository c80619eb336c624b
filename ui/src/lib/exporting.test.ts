import { describe, expect, it } from 'vitest';
import type { ExportChoices } from './bindings/ExportChoices';
import type { ExportPreview } from './bindings/ExportPreview';
import {
  choiceGroups,
  firstChoice,
  previewInWords,
  readyInWords,
  writtenInWords,
} from './exporting';

const choices = (more: Partial<ExportChoices> = {}): ExportChoices => ({
  nReady: 120,
  nWaiting: 14,
  lists: [
    { name: 'old.csv', program: '', nReady: 0 },
    { name: 'shopify.csv', program: 'Shopify', nReady: 1 },
  ],
  ...more,
});
const preview = (nProducts: number, nChanges: number): ExportPreview => ({
  suggestedName: 'shopify.csv',
  nProducts,
  nChanges,
  changes: [],
  notWritten: [],
});

describe('choices', () => {
  it('are the lists that came in first, each one once', () => {
    const groups = choiceGroups(choices());
    expect(groups.map(({ title }) => title)).toEqual([
      'A list that came in',
      'A new file',
      'A file for each photo',
    ]);
    const [cameIn] = groups;
    expect(cameIn?.choices.map(({ name, hint }) => [name, hint])).toEqual([
      ['old.csv as it came in, with new words only', 'None of its products is decided.'],
      [
        'shopify.csv as it came in, with new words only',
        'For Shopify. 1 of its products is decided.',
      ],
    ]);
    const keys = groups.flatMap(({ choices: of }) => of.map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
    expect(choiceGroups(choices({ lists: [] }))).toHaveLength(2);
  });

  it('begin with what was chosen before, else with a list that has new words, else with a table', () => {
    expect(firstChoice(choices(), 'sidecars:xmp')?.target).toEqual({ as: 'sidecars', form: 'xmp' });
    expect(firstChoice(choices(), 'list:0:gone.csv')?.target).toEqual({ as: 'list', list: 1 });
    expect(firstChoice(choices({ lists: [] }), '')?.target).toEqual({ as: 'file', form: 'csv' });
  });
});

it('says what is ready and what stays behind', () => {
  expect(readyInWords(choices())).toBe('120 decided, 14 wait and stay behind.');
  expect(readyInWords(choices({ nWaiting: 1 }))).toBe('120 decided, 1 waits and stays behind.');
  expect(readyInWords(choices({ nWaiting: 0 }))).toBe('120 decided, none waits.');
});

it('says what would be written', () => {
  const list = { as: 'list', list: 0 } as const;
  expect(previewInWords(preview(120, 348), list)).toBe(
    '348 cells get new words, of 120 products. Everything else stays as it is.',
  );
  expect(previewInWords(preview(1, 0), list)).toBe(
    'Nothing changes: the list says all of it of 1 product already.',
  );
  expect(previewInWords(preview(0, 0), list)).toBe('Nothing of this can be written.');
  expect(previewInWords(preview(120, 348), { as: 'file', form: 'csv' })).toBe(
    'A new file with 120 products.',
  );
  expect(previewInWords(preview(2, 5), { as: 'sidecars', form: 'xmp' })).toBe(
    '5 files for the photos of 2 products.',
  );
});

it('says what was written', () => {
  expect(writtenInWords({ name: 'new.csv', nProducts: 120, nKept: 0 })).toBe(
    '120 products written to “new.csv”.',
  );
  expect(writtenInWords({ name: 'photos', nProducts: 1, nKept: 3 })).toBe(
    '1 product written to “photos”. 3 files were there already and stay as they are.',
  );
});
