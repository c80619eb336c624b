/** How a product is called. */
import type { Product } from './bindings/Product';

/** The merchant's own words first, then the generated ones, then the file's name. */
export const nameOf = ({ title, description, fileName }: Product): string =>
  title?.trim() || description?.trim() || fileName;
