/** How a product is called. */
import type { FieldName } from './bindings/FieldName';
import type { Product } from './bindings/Product';

export type Named = Pick<Product, 'title' | 'generatedTitle' | 'description' | 'fileName'>;

/** The merchant's own words first, then what Vitrine wrote, the shortest first, then the file's name. */
export const nameOf = ({ title, generatedTitle, description, fileName }: Named): string =>
  title?.trim() || generatedTitle?.trim() || description?.trim() || fileName;

/** What people call what a shop says of a product. */
export const FIELD_NAMES: Record<FieldName, string> = {
  title: 'Title',
  sku: 'Number',
  price: 'Price',
  category: 'Category',
  brand: 'Brand',
  description: 'Text',
  barcode: 'Barcode',
  colour: 'Colour',
  material: 'Material',
  pattern: 'Pattern',
  size: 'Size',
  gender: 'For',
  ageGroup: 'Age',
  tags: 'Tags',
  altText: 'Alternative text',
};
