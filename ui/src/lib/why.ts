/** Why a product is in an answer, or is not, in plain words; and where its bars are. */
import type { PartName } from './bindings/PartName';
import type { PartScore } from './bindings/PartScore';
import type { Why } from './bindings/Why';
import type { WordFound } from './bindings/WordFound';

/** From this relevance on a product is a good match. */
export const GOOD = 0.5;

export const PART_NAMES: Record<PartName, string> = {
  look: 'How the photo looks',
  matching: 'Photo beside your words',
  description: 'The description',
  own: 'The shop’s own words',
  words: 'The exact words',
  closerLook: 'A closer look',
};

/** The ends of the scale on which all bars of a product are drawn. */
export interface Span {
  from: number;
  to: number;
}

/** Wide enough for every bar, for all of them together, and for the line of a good match. */
export function spanOf(...whys: Pick<Why, 'parts' | 'relevance'>[]): Span {
  const ends = whys.flatMap(({ parts, relevance }) => [
    ...parts.map(({ gave }) => gave),
    relevance,
  ]);
  return { from: Math.min(0, ...ends), to: Math.max(GOOD * 1.2, ...ends) };
}

/** Where a value is on the scale, from 0 to 1. */
export const placeOn = ({ from, to }: Span, value: number) => (value - from) / (to - from);

/** A bar from nothing to a value, as parts of the scale; a negative one goes to the left. */
export function barOn(span: Span, gave: number): { left: number; width: number } {
  const [zero, end] = [placeOn(span, 0), placeOn(span, gave)];
  return { left: Math.min(zero, end), width: Math.abs(end - zero) };
}

/** Less than this, either way, makes no difference that a person could see. */
const NEXT_TO_NOTHING = 0.02;

/** What a part did, for those who do not see its bar. */
export function gaveInWords({ gave, isThere, weight }: PartScore): string {
  if (weight <= 0) return 'not asked';
  if (!isThere) return 'not there yet';
  if (Math.abs(gave) < NEXT_TO_NOTHING) return 'makes no difference';
  const points = Math.round(Math.abs(gave) * 100);
  return gave > 0 ? `speaks for it, ${points}` : `speaks against it, ${points}`;
}

/** `+31`, `−4`, `0`; what all of them add up to is a good match from 50 on. */
export function points(gave: number): string {
  const n = Math.round(Math.abs(gave) * 100);
  if (n === 0) return '0';
  return `${gave > 0 ? '+' : '−'}${n}`;
}

/** What one part gave to two products; null where it counts for one of them only. */
export interface PartBeside {
  part: PartName;
  own: PartScore | null;
  other: PartScore | null;
  /** How much more it gave to the other. */
  lost: number;
}

/** The parts of two products beside each other, the one that cost the first of them most at the top. */
export function besides(own: Why, other: Why): PartBeside[] {
  const names = new Set([...own.parts, ...other.parts].map(({ part }) => part));
  const of = (why: Why, part: PartName) => why.parts.find((one) => one.part === part) ?? null;
  return [...names]
    .map((part) => {
      const [mine, theirs] = [of(own, part), of(other, part)];
      return { part, own: mine, other: theirs, lost: (theirs?.gave ?? 0) - (mine?.gave ?? 0) };
    })
    .sort((a, b) => b.lost - a.lost);
}

/** `in the description, as “boots”` */
export function whereInWords({ word, stands, place }: WordFound): string {
  if (place === null) return 'stands nowhere';
  const where = place === 'shop' ? 'in the shop’s title or text' : 'in the description';
  const isOther = stands !== null && stands.toLowerCase() !== word.toLowerCase();
  return isOther ? `${where}, as “${stands}”` : where;
}
