import { describe, expect, it } from 'vitest';
import type { ListFinding } from './bindings/ListFinding';
import type { ListPreview } from './bindings/ListPreview';
import {
  bringsInWords,
  findingInWords,
  isGrave,
  isOffered,
  lineName,
  listInWords,
  meaningName,
  MEANINGS,
  sourceInWords,
} from './productLists';

const preview = (more: Partial<ListPreview>): ListPreview => ({
  name: 'shop.csv',
  format: 'CSV',
  program: '',
  encoding: 'UTF-8',
  delimiter: ',',
  columns: [],
  isRemembered: false,
  nRows: 1204,
  nProducts: 412,
  nVariants: 0,
  nKnown: 0,
  nWithPhotos: 412,
  nPhotosWithoutRow: 0,
  photosWithoutRow: [],
  findings: [],
  problem: null,
  ...more,
});
const finding = (trouble: ListFinding['trouble'], n: number): ListFinding => ({
  trouble,
  n,
  lines: [],
});

describe('meanings', () => {
  it('have each a name of its own', () => {
    const all = MEANINGS.flatMap(({ meanings }) => meanings);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(all.map(({ value }) => value)).size).toBe(all.length);
  });

  it('are in the merchant’s words, also those that the menu does not offer', () => {
    expect(meaningName('field:sku')).toBe('Number (SKU)');
    expect(meaningName('option_value:2')).toBe('Value of option 2');
    expect(meaningName('option_name:7')).toBe('Name of option 7');
    expect(meaningName('ignored')).toBe('Not used');
    expect(meaningName('field:care_label')).toBe('Care label');
    expect([isOffered('handle'), isOffered('ignored'), isOffered('option_name:7')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('listInWords', () => {
  it('says how a list is stored, for what and how long it is', () => {
    expect(listInWords(preview({ program: 'Shopify', encoding: 'Windows-1252' }))).toBe(
      'CSV for Shopify, Windows-1252, 1,204 rows',
    );
    expect(listInWords(preview({ delimiter: ';', nRows: 1 }))).toBe(
      'CSV, UTF-8, semicolons between cells, 1 row',
    );
    expect(listInWords(preview({ format: 'Excel workbook', encoding: '', delimiter: null }))).toBe(
      'Excel workbook, 1,204 rows',
    );
  });
});

describe('bringsInWords', () => {
  it('tells everything that would happen', () => {
    expect(
      bringsInWords(
        preview({ nVariants: 1020, nWithPhotos: 398, nPhotosWithoutRow: 23, nKnown: 400 }),
      ),
    ).toEqual([
      '412 products with 1,020 variants',
      '398 have photos here',
      '14 have none',
      '23 photos are in no row',
      '400 were here before and are brought up to date',
    ]);
  });

  it('leaves out what is not so', () => {
    expect(bringsInWords(preview({}))).toEqual(['412 products', 'all have photos here']);
    expect(bringsInWords(preview({ nWithPhotos: 0 }))).toEqual([
      '412 products',
      'none has photos here',
    ]);
    expect(bringsInWords(preview({ nProducts: 0, nWithPhotos: 0 }))).toEqual(['no products']);
    expect(
      bringsInWords(preview({ nProducts: 2, nWithPhotos: 1, nPhotosWithoutRow: 1, nKnown: 1 })),
    ).toEqual([
      '2 products',
      '1 has photos here',
      '1 has none',
      '1 photo is in no row',
      '1 was here before and is brought up to date',
    ]);
  });
});

it('names what may be wrong', () => {
  expect(findingInWords(finding('noPhoto', 14))).toBe('14 products without a photo');
  expect(findingInWords(finding('double', 1))).toBe(
    '1 row has the number or handle of another product',
  );
  expect([isGrave(finding('badPrice', 1)), isGrave(finding('noPhoto', 1))]).toEqual([true, false]);
});

it('knows what the numbers of lines count', () => {
  expect(lineName(preview({}))).toBe('Line');
  expect(lineName(preview({ format: 'Excel workbook', delimiter: null }))).toBe('Row');
  expect(lineName(preview({ format: 'XML feed', delimiter: null }))).toBe('No.');
});

it('says what a list among the sources brings', () => {
  expect(sourceInWords({ nProducts: 412, nTied: 398 })).toBe(
    'Product list · 412 products, 398 with photos',
  );
});
