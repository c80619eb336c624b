/** What the list beside the grid shows. */
import type { PartName } from './bindings/PartName';
import type { Why } from './bindings/Why';

/** Beside the photo and the title, which are always there. */
export const LIST_COLUMNS = ['description', 'claims', 'why', 'shop'] as const;
export type ListColumn = (typeof LIST_COLUMNS)[number];

export const COLUMN_NAMES: Record<ListColumn, string> = {
  description: 'Description',
  claims: 'Claims',
  why: 'Why it matched',
  shop: 'From the shop',
};

/** Claims in one line of a row. */
export const CLAIMS_SHOWN = 8;
/** Parts that are told: what gave least says nothing. */
const PARTS_SHOWN = 2;

/** The parts that spoke for a product most, with their share of all that spoke for it. */
export function strongest({ parts }: Why): { part: PartName; share: number }[] {
  const speaking = parts.filter(({ part, gave }) => part !== 'closerLook' && gave > 0);
  const all = speaking.reduce((sum, { gave }) => sum + gave, 0);
  return speaking
    .sort((a, b) => b.gave - a.gave)
    .slice(0, PARTS_SHOWN)
    .map(({ part, gave }) => ({ part, share: gave / all }));
}
