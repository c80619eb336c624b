/** Photos that are alike, put into words, and where their groups are on the screen. */
import type { Likeness } from './bindings/Likeness';
import type { TwinDecision } from './bindings/TwinDecision';
import type { TwinGroup } from './bindings/TwinGroup';
import type { TwinPage } from './bindings/TwinPage';
import type { TwinPhoto } from './bindings/TwinPhoto';
import { baseName, bytes, count, number } from './words';

/** In the order in which the engine counts them, which is also the order on the screen. */
export const LIKENESSES: Likeness[] = ['copy', 'samePhoto', 'mirrored', 'crop', 'variant'];

export const LIKENESS_NAMES: Record<Likeness, string> = {
  copy: 'Exact copies',
  samePhoto: 'Same photo in another size',
  mirrored: 'Mirrored',
  crop: 'Crops',
  variant: 'Variants of one product',
};

/** What a group of the kind is, for somebody who sees it for the first time. */
export const LIKENESS_MEANS: Record<Likeness, string> = {
  copy: 'The same picture, saved more than once',
  samePhoto: 'One photo in different sizes or qualities',
  mirrored: 'One photo, turned left to right',
  crop: 'One photo shows a part of another',
  variant: 'Different photos that may show one product',
};

/** How many groups are wanted: of one likeness, or of all. */
export function groupsOfLikeness(page: TwinPage, likeness: Likeness | null): number {
  if (likeness !== null) return page.nByLikeness[LIKENESSES.indexOf(likeness)] ?? 0;
  return page.nByLikeness.reduce((sum, n) => sum + n, 0);
}

/** `1,200 × 900, 2.4 MB`; short, because two of them are compared side by side. */
export const measures = (photo: TwinPhoto) =>
  `${number(photo.product.width)} × ${number(photo.product.height)}, ${bytes(photo.sizeBytes)}`;

export const fileNameOf = ({ paths, product }: TwinPhoto) =>
  paths[0] === undefined ? product.fileName : baseName(paths[0]);

/** The folder of a path without the file's name, its end kept: `… / shop / summer`. */
export function folderOf(path: string): string {
  const parts = path.split(/[\\/]/).filter(Boolean).slice(0, -1);
  if (parts.length === 0) return '';
  return (parts.length > 2 ? '… / ' : '') + parts.slice(-2).join(' / ');
}

/** What a person decided, as the line beside "Undo" says it. */
export function decisionInWords({ photos }: TwinGroup, decision: TwinDecision): string {
  // One file in several places.
  if (photos.length === 1) return 'Noted as all right';
  if (decision.kind === 'different') return `Noted as ${photos.length} different things`;
  if (decision.kind === 'oneProduct') return `${count(photos.length, 'photo')} are one product now`;
  const kept = photos.find(({ picture }) => picture === decision.picture);
  const others = photos.length - 1;
  return `${kept ? fileNameOf(kept) : 'One photo'} is kept, ${count(others, 'other')} set aside`;
}

/** Two groups are the same group when they are made of the same photos. */
export const isSameGroup = (group: TwinGroup | undefined, pictures: number[]) =>
  group !== undefined &&
  group.photos.length === pictures.length &&
  group.photos.every(({ picture }) => pictures.includes(picture));
