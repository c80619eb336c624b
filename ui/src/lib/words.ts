/** Numbers, times and amounts as people say them. The UI speaks English, so its numbers do. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

export const number = (n: number) => whole.format(n);

/** `1 photo`, `1,240 photos`, `no photos`. */
export function count(n: number, one: string, many = `${one}s`): string {
  if (n === 0) return `no ${many}`;
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** `2.4 MB`; decimal units, as file browsers show them. */
export function bytes(n: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let value = n;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (unit === 0) return count(n, 'byte').replace('no ', '0 ');
  return `${value < 10 ? oneDigit.format(value) : whole.format(value)} ${units[unit]}`;
}

/** `20 min left`, `1 h 5 min left`; coarse, because an estimate is. */
export function timeLeft(secs: number): string {
  if (secs < 50) return 'less than a minute left';
  const minutes = Math.round(secs / 60);
  if (minutes < 60) return `${minutes} min left`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${number(Math.round(hours / 24))} days left`;
  const rest = minutes % 60;
  return rest === 0 || hours >= 10 ? `${hours} h left` : `${hours} h ${rest} min left`;
}

/** `3.1 photos/s`, or `12 photos/min` where a second is too short. */
export function rate(perSecond: number): string {
  if (perSecond >= 10) return `${number(perSecond)} photos/s`;
  if (perSecond >= 1) return `${oneDigit.format(perSecond)} photos/s`;
  const perMinute = Math.max(1, Math.round(perSecond * 60));
  return `${count(perMinute, 'photo')}/min`;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export const date = (ms: number) => day.format(ms);

/** `12%`; 100 only when it is all of it. */
export const percent = (fraction: number) =>
  `${fraction >= 1 ? 100 : Math.min(99, Math.floor(fraction * 100))}%`;

/** `Too dark`: words that begin a line. */
export const capitalised = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

/** The last part of a path of any system. */
export const baseName = (path: string) => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;

/** `a`, `a and b`, `a, b and c`. */
export function list(parts: string[]): string {
  if (parts.length < 2) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}
