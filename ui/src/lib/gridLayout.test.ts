import { describe, expect, it } from 'vitest';
import {
  gridLayout,
  moveCursor,
  placeOf,
  ranksOfRow,
  rowAt,
  rowsInView,
  scaleOf,
  topOfRow,
  type GridInput,
  type GridKey,
} from './gridLayout';

const INPUT: GridInput = {
  total: 100_000,
  split: 100_000,
  width: 1000,
  minSide: 184,
  gap: 16,
  captionHeight: 28,
  dividerHeight: 56,
  padTop: 4,
  padBottom: 24,
};
/** 5 columns; 7 strong matches in 2 rows, 6 weak ones in 2 rows. */
const SPLIT = gridLayout({ ...INPUT, total: 13, split: 7 });

describe('gridLayout', () => {
  it('fills the width with whole columns', () => {
    const { columns, side, gap } = gridLayout(INPUT);
    expect(columns).toBe(5);
    expect(columns * side + (columns - 1) * gap).toBeLessThanOrEqual(INPUT.width);
    expect(side).toBeGreaterThanOrEqual(INPUT.minSide);
  });

  it('survives a window without room', () => {
    const layout = gridLayout({ ...INPUT, width: 0 });
    expect(layout.columns).toBe(1);
    expect(layout.side).toBeGreaterThan(0);
  });

  it('puts every rank into exactly one row', () => {
    for (const layout of [SPLIT, gridLayout({ ...INPUT, total: 11, split: 0 })]) {
      const seen = [];
      for (let row = 0; row < layout.rows; row += 1) {
        const [first, end] = ranksOfRow(layout, row);
        for (let rank = first; rank < end; rank += 1) {
          seen.push(rank);
          expect(placeOf(layout, rank)).toEqual({ row, column: rank - first });
        }
      }
      expect(seen).toEqual([...Array(layout.total).keys()]);
    }
  });

  it('keeps strong and weak matches in rows of their own', () => {
    expect(ranksOfRow(SPLIT, 1)).toEqual([5, 7]);
    expect(ranksOfRow(SPLIT, 2)).toEqual([7, 12]);
    expect(topOfRow(SPLIT, 2) - topOfRow(SPLIT, 1)).toBe(SPLIT.rowHeight + 56);
  });

  it('finds the row of every position', () => {
    for (const layout of [SPLIT, gridLayout(INPUT)]) {
      for (const row of [0, 1, layout.rows - 1]) {
        expect(rowAt(layout, topOfRow(layout, row))).toBe(row);
        expect(rowAt(layout, topOfRow(layout, row) + layout.rowHeight - 1)).toBe(row);
      }
      expect(rowAt(layout, -50)).toBe(0);
      expect(rowAt(layout, layout.height + 50)).toBe(layout.rows - 1);
    }
  });

  it('renders few rows, however many there are', () => {
    const layout = gridLayout(INPUT);
    const [first, end] = rowsInView(layout, layout.height / 2, 800, 2);
    expect(end - first).toBeLessThan(10);
    expect(topOfRow(layout, first)).toBeLessThanOrEqual(layout.height / 2);
    expect(topOfRow(layout, end - 1)).toBeGreaterThan(layout.height / 2 + 800);
    expect(rowsInView(gridLayout({ ...INPUT, total: 0, split: 0 }), 0, 800, 2)).toEqual([0, 0]);
  });

  it('reaches both ends where the height is scaled', () => {
    const scale = scaleOf(50_000_000, 800, 12_000_000);
    expect(scale.physical).toBe(12_000_000);
    expect(scale.toVirtual(0)).toBe(0);
    expect(scale.toVirtual(12_000_000 - 800)).toBeCloseTo(50_000_000 - 800, 3);
    expect(scale.toScroll(scale.toVirtual(123_456))).toBeCloseTo(123_456, 6);
    expect(scaleOf(1000, 800).toVirtual(37)).toBe(37);
  });
});

describe('moveCursor', () => {
  function check(from: number, key: GridKey, expected: number): void {
    expect(moveCursor(SPLIT, from, key, 2), `${key} from ${from}`).toBe(expected);
  }

  it('walks', () => {
    check(-1, 'ArrowDown', 0);
    check(-1, 'End', 12);
    check(0, 'ArrowLeft', 0);
    check(4, 'ArrowRight', 5);
    check(12, 'ArrowRight', 12);
    check(6, 'Home', 0);
  });

  it('goes up and down by what is seen, over short rows and the divider', () => {
    check(0, 'ArrowDown', 5);
    check(4, 'ArrowDown', 6);
    check(6, 'ArrowDown', 8);
    check(8, 'ArrowUp', 6);
    check(12, 'ArrowDown', 12);
    check(11, 'ArrowDown', 12);
    check(2, 'ArrowUp', 2);
    check(0, 'PageDown', 7);
    check(9, 'PageUp', 2);
  });

  it('goes nowhere where nothing is', () => {
    const none = gridLayout({ ...INPUT, total: 0, split: 0 });
    expect(moveCursor(none, -1, 'ArrowDown', 2)).toBe(-1);
  });
});
