/** What people decided of the models' words, day by day: put together where there are many days, and in words. */
import type { AgreementDay } from './bindings/AgreementDay';
import { count, list, number, percent } from './words';

type Counts = Omit<AgreementDay, 'day'>;

/** Some days in a row, the first and the last of them as days since 1970. */
export interface Span extends Counts {
  first: number;
  last: number;
}

const DAY_MS = 86_400_000;
/** So many days go together: days, weeks, and what weeks add up to. */
const LENGTHS = [1, 2, 7, 14, 28, 56, 91, 182, 364];
const NONE: Counts = { nApproved: 0, nEdited: 0, nRejected: 0, nRight: 0, nWrong: 0 };

/** `2026-11-27` as days since 1970, whatever the time zone. */
export const dayNumber = (day: string) => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);

const sum = (a: Counts, b: Counts): Counts => ({
  nApproved: a.nApproved + b.nApproved,
  nEdited: a.nEdited + b.nEdited,
  nRejected: a.nRejected + b.nRejected,
  nRight: a.nRight + b.nRight,
  nWrong: a.nWrong + b.nWrong,
});

export const totalOf = (all: Counts[]): Counts => all.reduce(sum, NONE);

/**
 * The time from the first decision to the last in at most `most` spans of the same length, those without a
 * decision among them: a week off looks like one. The last span may reach beyond the last day; it ends with it.
 */
export function spansOf(days: AgreementDay[], most: number): Span[] {
  const dated = days
    .map((day): [number, AgreementDay] => [dayNumber(day.day), day])
    .filter(([at]) => Number.isFinite(at))
    .sort(([a], [b]) => a - b);
  const first = dated[0]?.[0];
  const last = dated.at(-1)?.[0];
  if (first === undefined || last === undefined) return [];
  const nDays = last - first + 1;
  const fits = (length: number) => Math.ceil(nDays / length) <= Math.max(1, most);
  const length = LENGTHS.find(fits) ?? Math.ceil(nDays / Math.max(1, most));
  const spans = Array.from({ length: Math.ceil(nDays / length) }, (_, at): Span => {
    const from = first + at * length;
    return { ...NONE, first: from, last: Math.min(last, from + length - 1) };
  });
  for (const [at, day] of dated) {
    const place = Math.floor((at - first) / length);
    const span = spans[place];
    if (span) spans[place] = { ...span, ...sum(span, day) };
  }
  return spans;
}

/** `Each column is 7 days.`; nothing where it is one. */
export function lengthInWords(spans: Span[]): string {
  const [first] = spans;
  const length = first ? first.last - first.first + 1 : 1;
  return length > 1 ? `Each column is ${count(length, 'day')}.` : '';
}

export const nDecided = ({ nApproved, nEdited, nRejected }: Counts) =>
  nApproved + nEdited + nRejected;

/** The share of claims that were found right; null where nobody judged one. */
export const shareRight = ({ nRight, nWrong }: Counts) =>
  nRight + nWrong > 0 ? nRight / (nRight + nWrong) : null;

/** The end of a scale that holds `most`, such that a half of it is a whole number, too. */
export function scaleEnd(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  const ends = [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10, 12].map(
    (step) => Math.round(step * power * 10) / 10,
  );
  return ends.find((one) => one >= Math.max(2, most) && one % 2 === 0) ?? most;
}

const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
const withYear = format({ day: 'numeric', month: 'short', year: 'numeric' });
const withoutYear = format({ day: 'numeric', month: 'short' });

/** `27 Nov`, or `27 Nov 2026`. */
export const dayName = (day: number, hasYear = false) =>
  (hasYear ? withYear : withoutYear).format(day * DAY_MS);

/** `27 Nov 2026`, `21 Nov to 27 Nov 2026` */
export function spanName({ first, last }: Pick<Span, 'first' | 'last'>): string {
  if (first === last) return dayName(last, true);
  const isOneYear = dayName(first, true).slice(-4) === dayName(last, true).slice(-4);
  return `${dayName(first, !isOneYear)} to ${dayName(last, true)}`;
}

/** `27 Nov 2026: 12 kept, 3 edited; 14 of 15 claims right` */
export function spanInWords(span: Span): string {
  const { nApproved, nEdited, nRejected, nRight, nWrong } = span;
  const parts: [number, string][] = [
    [nApproved, 'kept'],
    [nEdited, 'edited'],
    [nRejected, 'rejected'],
  ];
  const said = list(parts.filter(([n]) => n > 0).map(([n, what]) => `${number(n)} ${what}`));
  const right =
    nRight + nWrong > 0 ? `; ${number(nRight)} of ${count(nRight + nWrong, 'claim')} right` : '';
  return `${spanName(span)}: ${said || 'nothing decided'}${right}`;
}

/** `93% of 1,204`; a dash where nobody judged a claim. */
export function rightInWords(counts: Counts): string {
  const share = shareRight(counts);
  return share === null ? '–' : `${percent(share)} of ${number(counts.nRight + counts.nWrong)}`;
}
