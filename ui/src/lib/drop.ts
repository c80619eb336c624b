/** What files that are held over the window would do, and where. */
import type { DropSummary } from './bindings/DropSummary';
import { count, list } from './words';

export type DropTarget = 'query' | 'catalog' | 'nothing';

export interface Zone {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Only pictures can be searched with, and only when there is something to find. */
export const offersQuery = (summary: DropSummary, nSearchable: number) =>
  summary.nPictures > 0 && nSearchable > 0;

export const offersCatalog = ({ nFolders, nPictures, nLists }: DropSummary) =>
  nFolders + nPictures + nLists > 0;

/** Product lists alone: nothing is added before a person has looked at them. */
export const isOnlyLists = ({ nFolders, nPictures, nLists }: DropSummary) =>
  nLists > 0 && nFolders + nPictures === 0;

/** Which target is at (`x`, `y`), in CSS px; `queryZone` is null where it is not offered. */
export function dropTargetAt(
  x: number,
  y: number,
  queryZone: Zone | null,
  summary: DropSummary,
): DropTarget {
  const { left, top, right, bottom } = queryZone ?? { left: 0, top: 0, right: 0, bottom: 0 };
  if (queryZone !== null && x >= left && x < right && y >= top && y < bottom) return 'query';
  return offersCatalog(summary) ? 'catalog' : 'nothing';
}

export function catalogDropInWords(summary: DropSummary): string {
  const { nFolders, nPictures, nLists } = summary;
  const lists = nLists === 1 ? 'this product list' : `these ${count(nLists, 'product list')}`;
  if (isOnlyLists(summary)) return `Drop to look at ${lists}`;
  const parts = [];
  if (nFolders > 0) parts.push(count(nFolders, 'folder'));
  if (nPictures > 0) parts.push(count(nPictures, 'photo'));
  const added = `Add ${list(parts)} to the catalog`;
  return nLists > 0 ? `${added}, then look at ${lists}` : added;
}

export const queryDropInWords = (summary: DropSummary) =>
  summary.nPictures === 1
    ? 'Find products like this picture'
    : `Find products like these ${count(summary.nPictures, 'picture')}`;
