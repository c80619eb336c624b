import { describe, expect, it } from 'vitest';
import { spansOf } from './agreement';
import { plotOf } from './plot';

const day = (day: string, nApproved: number, nRight = 0) => ({
  day,
  nApproved,
  nEdited: 1,
  nRejected: 0,
  nRight,
  nWrong: nRight,
});
const spans = spansOf([day('2026-11-20', 3, 2), day('2026-11-27', 7)], 60);

describe('the plot', () => {
  const plot = plotOf(spans, 600);

  it('stacks what was decided from the bottom up, on a scale that holds the most', () => {
    const [first] = plot.columns;
    expect(plot.columns).toHaveLength(8);
    expect(plot.end).toBe(8);
    expect(first?.pieces.map(({ part }) => part)).toEqual(['approved', 'edited']);
    const [kept, mended] = first?.pieces ?? [];
    expect((kept?.y ?? 0) + (kept?.height ?? 0)).toBe(plot.bottom);
    expect(mended?.y).toBeCloseTo(plot.bottom - (4 / 8) * (plot.bottom - plot.top));
    expect(plot.columns[1]?.pieces).toEqual([]);
  });

  it('has a point only where claims were judged', () => {
    expect(plot.points).toHaveLength(1);
    expect(plot.points[0]?.y).toBeCloseTo((plot.top + plot.bottom) / 2);
  });

  it('stays within its width, and names days at equal distances', () => {
    for (const width of [60, 300, 600, 1100]) {
      const { columns, names, left, right } = plotOf(spans, width);
      expect(columns[0]?.x).toBeGreaterThanOrEqual(left);
      const last = columns.at(-1);
      expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(right + 0.001);
      expect(names[0]?.words).toBe('20 Nov');
      const steps = names.slice(1).map(({ x }, at) => Math.round(x - (names[at]?.x ?? 0)));
      expect(new Set(steps).size).toBeLessThanOrEqual(1);
    }
  });

  it('says the year where there are two', () => {
    const long = spansOf([day('2025-12-30', 1), day('2026-01-02', 1)], 60);
    expect(plotOf(long, 600).names[0]?.words).toBe('30 Dec 2025');
  });
});
