import { describe, expect, it } from 'vitest';
import type { TwinGroup } from './bindings/TwinGroup';
import type { TwinPhoto } from './bindings/TwinPhoto';
import { rowAt, rowsInView, topOfRow } from './gridLayout';
import { listLayout } from './listLayout';
import { decisionInWords, fileNameOf, folderOf, groupsOfLikeness, isSameGroup } from './twins';

const photo = (picture: number, paths: string[]): TwinPhoto => ({
  product: {
    id: picture,
    picture,
    nPhotos: 1,
    version: 'v1',
    title: null,
    generatedTitle: null,
    description: null,
    fileName: `named-${picture}.jpg`,
    width: 1200,
    height: 900,
    color: '#808080',
    stage: 'described',
    score: null,
    relevance: null,
    listed: null,
  },
  picture,
  paths,
  sizeBytes: 2_400_000,
  isBest: picture === 1,
});

const GROUP: TwinGroup = {
  likeness: 'samePhoto',
  confidence: 0.9,
  photos: [photo(1, ['/a/shop/mug.jpg']), photo(2, ['C:\\old\\mug.jpg']), photo(3, [])],
};

describe('groupsOfLikeness', () => {
  const page = {
    total: 9,
    nByLikeness: [1, 2, 3, 2, 1] as [number, number, number, number, number],
    nWaiting: 0,
    nSetAside: 0,
    groups: [],
  };

  it('counts those of one likeness, or all', () => {
    expect(groupsOfLikeness(page, 'mirrored')).toBe(3);
    expect(groupsOfLikeness(page, null)).toBe(9);
  });
});

describe('where a photo is', () => {
  it('is told by the end of its path, on any system', () => {
    expect(folderOf('/home/ada/Pictures/shop/mug.jpg')).toBe('… / Pictures / shop');
    expect(folderOf('C:\\Shop\\mug.jpg')).toBe('C: / Shop');
    expect(folderOf('mug.jpg')).toBe('');
    expect(fileNameOf(photo(2, ['C:\\old\\mug.jpg']))).toBe('mug.jpg');
    expect(fileNameOf(photo(3, []))).toBe('named-3.jpg');
  });
});

describe('decisionInWords', () => {
  it('says what became of the photos', () => {
    expect(decisionInWords(GROUP, { kind: 'keep', picture: 1 })).toBe(
      'mug.jpg is kept, 2 others set aside',
    );
    expect(decisionInWords(GROUP, { kind: 'different' })).toBe('Noted as 3 different things');
    expect(decisionInWords(GROUP, { kind: 'oneProduct' })).toBe('3 photos are one product now');
    const oneFile = { ...GROUP, photos: GROUP.photos.slice(0, 1) };
    expect(decisionInWords(oneFile, { kind: 'oneProduct' })).toBe('Noted as all right');
  });
});

describe('isSameGroup', () => {
  it('goes by the photos, in any order', () => {
    expect(isSameGroup(GROUP, [3, 1, 2])).toBe(true);
    expect(isSameGroup(GROUP, [1, 2])).toBe(false);
    expect(isSameGroup(undefined, [1])).toBe(false);
  });
});

describe('listLayout', () => {
  const input = { total: 100_000, rowHeight: 100, gap: 20, padTop: 4, padBottom: 10 };

  it('places rows by arithmetic', () => {
    const layout = listLayout(input);
    expect(layout.height).toBe(4 + 100_000 * 100 + 10);
    expect(topOfRow(layout, 500)).toBe(50_004);
    expect(rowAt(layout, 50_010)).toBe(500);
    expect(rowsInView(layout, 50_004, 200, 1)).toEqual([499, 504]);
  });

  it('keeps room for a divider before the weaker part', () => {
    const layout = listLayout({ ...input, total: 10, split: 4, dividerHeight: 50 });
    expect(topOfRow(layout, 3)).toBe(304);
    expect(topOfRow(layout, 4)).toBe(454);
  });
});
