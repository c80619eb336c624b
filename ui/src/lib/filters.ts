/** Filters in words, and which of them ask the same. */
import type { SearchFilter } from './bindings/SearchFilter';

/** The same for filters that ask the same, and for no others. */
export const filterId = ({ key, value, isNot }: SearchFilter): string =>
  JSON.stringify([key, value, isNot]);

export const isSameFilter = (a: SearchFilter, b: SearchFilter) => filterId(a) === filterId(b);

/** `Colour`; a list of the merchant's own is called what it is called. */
export const keyName = (key: string): string => {
  const name = key.trim();
  return name === '' ? 'Own list' : name.charAt(0).toUpperCase() + name.slice(1);
};

/** `10 to 50`, `from 10`, `up to 50`; other values are said as they are. */
function valueName({ key, value }: SearchFilter): string {
  if (key !== 'price') return value;
  const range = /^(.*?)\.\.(.*)$/.exec(value);
  if (!range) return value;
  const [low, high] = [range[1]?.trim(), range[2]?.trim()];
  if (low && high) return `${low} to ${high}`;
  return high ? `up to ${high}` : `from ${low}`;
}

/** `Colour: navy`, `Colour: not navy` */
export const filterName = (filter: SearchFilter) =>
  `${keyName(filter.key)}: ${filter.isNot ? 'not ' : ''}${valueName(filter)}`;

/** Filters of one key, as a map from the key; they ask for any of their values. */
export function byKey(filters: SearchFilter[]): Map<string, SearchFilter[]> {
  const groups = new Map<string, SearchFilter[]>();
  for (const filter of filters) {
    groups.set(filter.key, [...(groups.get(filter.key) ?? []), filter]);
  }
  return groups;
}
