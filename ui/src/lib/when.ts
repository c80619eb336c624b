/** When something was, as people say it. */
import { count } from './words';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' });

/** `just now`, `5 minutes ago`, `today, 14:05`, `yesterday, 14:05`, `3 Mar 2026, 14:05`. */
export function when(ms: number, now = Date.now()): string {
  const since = now - ms;
  if (since >= 0 && since < MINUTE) return 'just now';
  if (since >= 0 && since < HOUR) return `${count(Math.floor(since / MINUTE), 'minute')} ago`;
  const days = dayOf(now) - dayOf(ms);
  const name = days === 0 ? 'today' : days === 1 ? 'yesterday' : day.format(ms);
  return `${name}, ${time.format(ms)}`;
}

/** To the second. */
export const exactly = (ms: number) => exact.format(ms);

/** The number of a day where this window is. */
function dayOf(ms: number): number {
  const date = new Date(ms);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / (24 * HOUR));
}
