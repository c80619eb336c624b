/** Product lists in words: what their columns mean, what they would bring, and what may be wrong with them. */
import type { ListFinding } from './bindings/ListFinding';
import type { ListPreview } from './bindings/ListPreview';
import type { ListTrouble } from './bindings/ListTrouble';
import { count, number } from './words';

export const NOT_USED = 'ignored';

interface Meaning {
  value: string;
  name: string;
}

/** Options of which a program's lists speak. */
const N_OPTIONS = 3;

const options = Array.from({ length: N_OPTIONS }, (_, at) => [
  { value: `option_name:${at + 1}`, name: `Name of option ${at + 1}` },
  { value: `option_value:${at + 1}`, name: `Value of option ${at + 1}` },
]).flat();

/** What a column may mean, in the merchant's words and in the order of the menu. */
export const MEANINGS: { group: string; meanings: Meaning[] }[] = [
  {
    group: 'The product',
    meanings: [
      { value: 'field:title', name: 'Title' },
      { value: 'field:sku', name: 'Number (SKU)' },
      { value: 'field:description', name: 'Description' },
      { value: 'field:price', name: 'Price' },
      { value: 'field:category', name: 'Category' },
      { value: 'field:brand', name: 'Brand' },
      { value: 'field:barcode', name: 'Barcode' },
      { value: 'field:tags', name: 'Tags' },
    ],
  },
  {
    group: 'What it is like',
    meanings: [
      { value: 'field:colour', name: 'Colour' },
      { value: 'field:material', name: 'Material' },
      { value: 'field:pattern', name: 'Pattern' },
      { value: 'field:size', name: 'Size' },
      { value: 'field:gender', name: 'For women, men, all' },
      { value: 'field:age_group', name: 'For which age' },
    ],
  },
  {
    group: 'Photos',
    meanings: [
      { value: 'image', name: 'Photo' },
      { value: 'variant_image', name: 'Photo of the variant' },
      { value: 'image_alt', name: 'Text for the photo' },
      { value: 'field:alt_text', name: 'Text for all photos' },
      { value: 'image_position', name: 'Order of photos' },
    ],
  },
  {
    group: 'Variants',
    meanings: [{ value: 'handle', name: 'Rows of one product (handle)' }, ...options],
  },
];

const NAMES = new Map(
  MEANINGS.flatMap(({ meanings }) => meanings.map(({ value, name }) => [value, name] as const)),
);

/** A meaning in words, also one that the menu does not offer. */
export function meaningName(meaning: string): string {
  if (meaning === NOT_USED) return 'Not used';
  const known = NAMES.get(meaning);
  if (known) return known;
  const [of = '', which = ''] = meaning.split(':');
  if (of === 'option_name') return `Name of option ${which}`;
  if (of === 'option_value') return `Value of option ${which}`;
  const plain = (which || of).replaceAll('_', ' ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

export const isOffered = (meaning: string) => meaning === NOT_USED || NAMES.has(meaning);

const DELIMITERS: Record<string, string> = {
  ';': 'semicolons between cells',
  '\t': 'tabs between cells',
  '|': 'bars between cells',
};

/** `CSV for Shopify, Windows-1252, 1,204 rows`. */
export function listInWords(preview: ListPreview): string {
  const { format, program, encoding, delimiter, nRows } = preview;
  return [
    program ? `${format} for ${program}` : format,
    encoding,
    DELIMITERS[delimiter ?? ''],
    count(nRows, 'row'),
  ]
    .filter(Boolean)
    .join(', ');
}

/** What taking the list in would do, in sentences of one clause each. */
export function bringsInWords(preview: ListPreview): string[] {
  const { nProducts, nVariants, nWithPhotos, nKnown, nPhotosWithoutRow } = preview;
  const products = count(nProducts, 'product');
  const said = [nVariants > 0 ? `${products} with ${count(nVariants, 'variant')}` : products];
  if (nProducts > 0) {
    const nWithout = nProducts - nWithPhotos;
    if (nWithout === 0) said.push(nProducts === 1 ? 'it has photos here' : 'all have photos here');
    else if (nWithPhotos === 0) said.push('none has photos here');
    else {
      said.push(`${number(nWithPhotos)} ${nWithPhotos === 1 ? 'has' : 'have'} photos here`);
      said.push(`${number(nWithout)} ${nWithout === 1 ? 'has' : 'have'} none`);
    }
  }
  if (nPhotosWithoutRow > 0) {
    said.push(
      `${count(nPhotosWithoutRow, 'photo')} ${nPhotosWithoutRow === 1 ? 'is' : 'are'} in no row`,
    );
  }
  if (nKnown > 0) {
    said.push(
      nKnown === 1
        ? '1 was here before and is brought up to date'
        : `${number(nKnown)} were here before and are brought up to date`,
    );
  }
  return said;
}

const TROUBLES: Record<ListTrouble, [one: string, many: string]> = {
  passedOver: ['row brings nothing and is passed over', 'rows bring nothing and are passed over'],
  noPhoto: ['product without a photo', 'products without a photo'],
  double: [
    'row has the number or handle of another product',
    'rows have the number or handle of another product',
  ],
  badPrice: ['price that cannot be read', 'prices that cannot be read'],
  longTitle: ['title longer than shops show', 'titles longer than shops show'],
  noTitle: ['product without a title', 'products without a title'],
  badBarcode: ['barcode with a wrong digit', 'barcodes with a wrong digit'],
};

/** `14 products without a photo`. */
export const findingInWords = ({ trouble, n }: ListFinding) => count(n, ...TROUBLES[trouble]);

/** What is wrong with rows, and not only unfinished. */
export const isGrave = ({ trouble }: ListFinding) =>
  trouble === 'passedOver' || trouble === 'double' || trouble === 'badPrice';

/** What the numbers of a list's lines count. */
export function lineName({ format, delimiter }: ListPreview): string {
  if (delimiter !== null) return 'Line';
  return /excel|workbook/i.test(format) ? 'Row' : 'No.';
}

/** What came of a list, once it is in. */
export const takenIn = (name: string, n: number) =>
  `“${name}” is taken in: ${count(n, 'product')}. Their titles appear as they are read.`;

/** `Product list · 412 products, 398 with photos`. */
export function sourceInWords({ nProducts, nTied }: { nProducts: number; nTied: number }): string {
  return `Product list · ${count(nProducts, 'product')}, ${number(nTied)} with photos`;
}
