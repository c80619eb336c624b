import { expect, it } from 'vitest';
import type { DropSummary } from './bindings/DropSummary';
import {
  catalogDropInWords,
  dropTargetAt,
  offersQuery,
  queryDropInWords,
  type DropTarget,
  type Zone,
} from './drop';

const ZONE: Zone = { left: 16, top: 16, right: 1000, bottom: 160 };
const held = (nFolders: number, nPictures: number, nOther = 0, nLists = 0): DropSummary => ({
  nFolders,
  nPictures,
  nLists,
  nOther,
});

it('decides by where files are let go', () => {
  function check(x: number, y: number, zone: Zone | null, what: DropSummary, to: DropTarget) {
    expect(dropTargetAt(x, y, zone, what), `${x},${y}`).toBe(to);
  }
  check(16, 16, ZONE, held(0, 1), 'query');
  check(999, 159, ZONE, held(0, 1), 'query');
  check(1000, 100, ZONE, held(0, 1), 'catalog');
  check(500, 160, ZONE, held(0, 1), 'catalog');
  check(500, 100, null, held(1, 0), 'catalog');
  check(500, 500, null, held(0, 0, 3), 'nothing');
  check(500, 500, null, held(0, 0, 0, 1), 'catalog');
});

it('offers a search only with pictures, and only where something can be found', () => {
  expect(offersQuery(held(0, 1), 10)).toBe(true);
  expect(offersQuery(held(1, 0), 10)).toBe(false);
  expect(offersQuery(held(0, 1), 0)).toBe(false);
});

it('says what a drop would do', () => {
  expect(catalogDropInWords(held(1, 0))).toBe('Add 1 folder to the catalog');
  expect(catalogDropInWords(held(2, 12))).toBe('Add 2 folders and 12 photos to the catalog');
  expect(catalogDropInWords(held(0, 0, 0, 1))).toBe('Drop to look at this product list');
  expect(catalogDropInWords(held(0, 0, 1, 2))).toBe('Drop to look at these 2 product lists');
  expect(catalogDropInWords(held(1, 0, 0, 1))).toBe(
    'Add 1 folder to the catalog, then look at this product list',
  );
  expect(queryDropInWords(held(0, 1))).toBe('Find products like this picture');
  expect(queryDropInWords(held(0, 3))).toBe('Find products like these 3 pictures');
});
