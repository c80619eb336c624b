/** Filters in words, and which of them ask the same. */
import type { FilterName } from './bindings/FilterName';
import type { SearchFilter } from './bindings/SearchFilter';
import { capitalised } from './words';

/** The same for filters that ask the same, and for no others. */
export const filterId = ({ key, value, isNot }: SearchFilter): string =>
  JSON.stringify([key, value, isNot]);

export const isSameFilter = (a: SearchFilter, b: SearchFilter) => filterId(a) === filterId(b);

/** `Colour`; a list of the merchant's own is called what it is called. */
export const keyName = (key: string): string => {
  const name = key.trim();
  return name === '' ? 'Own list' : capitalised(name);
};

/** What the engine calls values that are typed as one short word: `problem:tiny`. */
const names = new Map<string, string>();

const nameId = (key: string, value: string) => JSON.stringify([key, value]);

/** Learns what the engine calls values. A chip needs it before any count of the engine has come. */
export function learnNames(all: FilterName[]): void {
  names.clear();
  for (const { key, value, label } of all) names.set(nameId(key, value), label);
}

/** `10 to 50`, `from 10`, `up to 50`; `too small for Google`; other values are said as they are. */
export function valueName({ key, value }: Pick<SearchFilter, 'key' | 'value'>): string {
  if (key !== 'price') return names.get(nameId(key, value)) ?? value;
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
