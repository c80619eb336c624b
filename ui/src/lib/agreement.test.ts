import { describe, expect, it } from 'vitest';
import {
  dayNumber,
  lengthInWords,
  nDecided,
  rightInWords,
  scaleEnd,
  shareRight,
  spanInWords,
  spanName,
  spansOf,
  totalOf,
} from './agreement';
import type { AgreementDay } from './bindings/AgreementDay';

const day = (day: string, nApproved = 1, more: Partial<AgreementDay> = {}): AgreementDay => ({
  day,
  nApproved,
  nEdited: 0,
  nRejected: 0,
  nRight: 0,
  nWrong: 0,
  ...more,
});
/** So many days in a row. */
const days = (n: number) =>
  Array.from({ length: n }, (_, at) =>
    day(new Date(Date.UTC(2026, 0, 1) + at * 86_400_000).toISOString().slice(0, 10)),
  );

describe('days put together', () => {
  it('stay apart where all have room, those without a decision among them', () => {
    const spans = spansOf([day('2026-11-27', 3), day('2026-11-24', 2)], 60);
    expect(spans.map(({ nApproved }) => nApproved)).toEqual([2, 0, 0, 3]);
    expect(spans[0]?.first).toBe(dayNumber('2026-11-24'));
    expect(spans.every(({ first, last }) => first === last)).toBe(true);
  });

  it('become spans of one length, and lose nothing', () => {
    for (const n of [60, 61, 119, 200, 400, 4000]) {
      const spans = spansOf(days(n), 60);
      expect(spans.length).toBeLessThanOrEqual(60);
      expect(spans.reduce((sum, { nApproved }) => sum + nApproved, 0)).toBe(n);
      const lengths = spans.slice(0, -1).map(({ first, last }) => last - first + 1);
      expect(new Set(lengths).size).toBe(1);
      expect(spans.at(-1)?.last).toBe(dayNumber('2026-01-01') + n - 1);
    }
    expect(spansOf(days(60), 60)).toHaveLength(60);
    expect(spansOf(days(200), 60)).toHaveLength(Math.ceil(200 / 7));
  });

  it('are none of none, and of what is no day', () => {
    expect(spansOf([], 60)).toEqual([]);
    expect(spansOf([day('yesterday')], 60)).toEqual([]);
    expect(spansOf(days(3), 0)).toHaveLength(1);
  });

  it('add up what comes twice', () => {
    expect(spansOf([day('2026-11-27', 3), day('2026-11-27', 4)], 60)[0]?.nApproved).toBe(7);
  });
});

describe('numbers', () => {
  const some = day('2026-11-27', 12, { nEdited: 3, nRight: 14, nWrong: 1 });

  it('add up', () => {
    expect(totalOf([some, some])).toMatchObject({
      nApproved: 24,
      nEdited: 6,
      nRight: 28,
      nWrong: 2,
    });
    expect(totalOf([])).toMatchObject({ nApproved: 0, nWrong: 0 });
    expect(nDecided(some)).toBe(15);
  });

  it('give a share only where a claim was judged', () => {
    expect(shareRight(some)).toBeCloseTo(14 / 15);
    expect(shareRight(day('2026-11-27'))).toBeNull();
    expect(rightInWords(some)).toBe('93% of 15');
    expect(rightInWords(day('2026-11-27'))).toBe('–');
  });

  it('have a scale whose half is a whole number', () => {
    for (let n = 0; n < 3000; n += 1) {
      const end = scaleEnd(n);
      expect(end).toBeGreaterThanOrEqual(Math.max(1, n));
      expect(end % 2).toBe(0);
      expect(end).toBeLessThanOrEqual(Math.max(4, n * 1.7));
    }
    expect([0, 2, 3, 9, 11, 109, 365].map(scaleEnd)).toEqual([2, 2, 4, 10, 12, 120, 400]);
  });
});

describe('words', () => {
  it('name a day, and days of one year or two', () => {
    const name = (first: string, last: string) =>
      spanName({ first: dayNumber(first), last: dayNumber(last) });
    expect(name('2026-11-27', '2026-11-27')).toBe('27 Nov 2026');
    expect(name('2026-11-21', '2026-11-27')).toBe('21 Nov to 27 Nov 2026');
    expect(name('2025-12-29', '2026-01-04')).toBe('29 Dec 2025 to 4 Jan 2026');
  });

  it('tell what was decided', () => {
    const [span] = spansOf([day('2026-11-27', 12, { nRejected: 3, nRight: 14, nWrong: 1 })], 60);
    expect(span && spanInWords(span)).toBe(
      '27 Nov 2026: 12 kept and 3 rejected; 14 of 15 claims right',
    );
    const [none] = spansOf([day('2026-11-27', 0)], 60);
    expect(none && spanInWords(none)).toBe('27 Nov 2026: nothing decided');
  });

  it('say how long a column is where it is more than a day', () => {
    expect(lengthInWords(spansOf(days(60), 60))).toBe('');
    expect(lengthInWords(spansOf(days(200), 60))).toBe('Each column is 7 days.');
    expect(lengthInWords([])).toBe('');
  });
});
