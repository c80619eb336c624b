import { expect, test } from 'vitest';
import { strongest } from './list';
import type { PartScore } from './bindings/PartScore';

const part = (name: PartScore['part'], gave: number): PartScore => ({
  part: name,
  gave,
  weight: 1,
  isThere: true,
});

test('tells the parts that spoke for a product most', () => {
  const why = (parts: PartScore[]) => ({ relevance: 1, parts, words: [], isNamed: false });
  const found = strongest(
    why([
      part('look', 0.2),
      part('words', 0.6),
      part('own', -0.4),
      part('matching', 0.2),
      part('closerLook', 9),
    ]),
  );
  expect(found.map(({ part }) => part)).toEqual(['words', 'look']);
  expect(found.map(({ share }) => share.toFixed(2))).toEqual(['0.60', '0.20']);
  expect(strongest(why([part('look', -1)]))).toEqual([]);
});
