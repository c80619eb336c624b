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

export const offersCatalog = (summary: DropSummary) => summary.nFolders + summary.nPictures > 0;

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
  const parts = [];
  if (summary.nFolders > 0) parts.push(count(summary.nFolders, 'folder'));
  if (summary.nPictures > 0) parts.push(count(summary.nPictures, 'photo'));
  return `Add ${list(parts)} to the catalog`;
}

export const queryDropInWords = (summary: DropSummary) =>
  summary.nPictures === 1
    ? 'Find products like this picture'
    : `Find products like these ${count(summary.nPictures, 'picture')}`;
