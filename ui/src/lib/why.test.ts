import { describe, expect, it } from 'vitest';
import type { PartScore } from './bindings/PartScore';
import type { Why } from './bindings/Why';
import { barOn, besides, gaveInWords, placeOn, points, spanOf, whereInWords } from './why';

const part = (gave: number, isThere = true): PartScore => ({
  part: 'look',
  gave,
  weight: 1,
  isThere,
});
const why = (relevance: number, ...gave: number[]) => ({
  relevance,
  parts: gave.map((one) => part(one)),
  words: [],
  isNamed: false,
});

describe('bars', () => {
  it('start at nothing, and go to the left when they are negative', () => {
    const span = spanOf(why(0.3, 0.5, -0.2));
    expect(span).toEqual({ from: -0.2, to: 0.6 });
    expect(placeOn(span, 0)).toBeCloseTo(0.25);
    const [right, left] = [barOn(span, 0.4), barOn(span, -0.2)];
    expect([right.left, right.width]).toEqual([expect.closeTo(0.25), expect.closeTo(0.5)]);
    expect([left.left, left.width]).toEqual([expect.closeTo(0), expect.closeTo(0.25)]);
  });

  it('leave room for the line of a good match, and for more than that', () => {
    expect(spanOf(why(0.1, 0.1))).toEqual({ from: 0, to: 0.6 });
    expect(spanOf(why(1.4, 0.9)).to).toBe(1.4);
  });
});

describe('two products', () => {
  it('are compared part by part, what cost most first', () => {
    const of = (look: number, words: number | null): Why => ({
      ...why(look + (words ?? 0)),
      parts: [part(look), ...(words === null ? [] : [{ ...part(words), part: 'words' as const }])],
    });
    const rows = besides(of(0.3, null), of(0.2, 0.4));
    expect(rows.map(({ part, lost }) => [part, lost])).toEqual([
      ['words', expect.closeTo(0.4)],
      ['look', expect.closeTo(-0.1)],
    ]);
    expect(rows[0]?.own).toBeNull();
  });

  it('are drawn on one scale', () => {
    expect(spanOf(why(0.1, -0.3), why(0.9, 0.9))).toEqual({ from: -0.3, to: 0.9 });
  });
});

describe('in words', () => {
  it('says what a part did', () => {
    expect(gaveInWords(part(0.31))).toBe('speaks for it, 31');
    expect(gaveInWords(part(-0.04))).toBe('speaks against it, 4');
    expect(gaveInWords(part(0.001))).toBe('makes no difference');
    expect(gaveInWords(part(0.2, false))).toBe('not there yet');
    expect(gaveInWords({ ...part(0), weight: 0 })).toBe('not asked');
    expect([points(0.31), points(-0.04), points(-0.001)]).toEqual(['+31', '−4', '0']);
  });

  it('says where a word stands', () => {
    expect(whereInWords({ word: 'mug', stands: 'Mug', place: 'shop' })).toBe(
      'in the shop’s title or text',
    );
    expect(whereInWords({ word: 'boot', stands: 'boots', place: 'written' })).toBe(
      'in the description, as “boots”',
    );
    expect(whereInWords({ word: 'zebra', stands: null, place: null })).toBe('stands nowhere');
  });
});
