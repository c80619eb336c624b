/** Filters in words, and which of them ask the same. */
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

/**
 * Values that are typed as one short word, and what people call them. They are the engine's own few, and a chip
 * says them before any count of the engine has come that would name them.
 */
const VALUE_NAMES = new Map<string, Record<string, string>>([
  ['is', { unclear: 'waiting for information' }],
  [
    'has',
    {
      title: 'a title',
      sku: 'a number',
      price: 'a price',
      category: 'a category',
      brand: 'a brand',
      text: 'a text of its own',
      barcode: 'a barcode',
      photos: 'several photos',
      flag: 'something doubtful',
    },
  ],
  [
    'problem',
    {
      tiny: 'too small for Google',
      small: 'below 500 pixels',
      dark: 'too dark',
      pale: 'too pale',
      framed: 'a border or bars',
      watermark: 'a watermark',
      untitled: 'no title in the shop',
      wordy: 'a title over 150 characters',
      noalt: 'no alternative text',
    },
  ],
]);

/** `10 to 50`, `from 10`, `up to 50`; `too small for Google`; other values are said as they are. */
export function valueName({ key, value }: Pick<SearchFilter, 'key' | 'value'>): string {
  const names = VALUE_NAMES.get(key);
  if (names && Object.hasOwn(names, value)) return names[value] ?? value;
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
