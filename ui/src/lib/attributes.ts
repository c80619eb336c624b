/** What Vitrine says of a product, put into words: claims, how sure it is of them, filters by them. */
import type { Attribute } from './bindings/Attribute';
import type { AttributeKind } from './bindings/AttributeKind';
import type { Evidence } from './bindings/Evidence';
import type { SearchFilter } from './bindings/SearchFilter';
import { percent } from './words';

const KIND_NAMES: Record<Exclude<AttributeKind, 'own'>, string> = {
  type: 'Type',
  colour: 'Colour',
  material: 'Material',
  pattern: 'Pattern',
  style: 'Style',
  finish: 'Finish',
  occasion: 'Occasion',
  setting: 'Setting',
};

/** The order in which kinds are shown; lists of the merchant's own come last. */
const KIND_ORDER: AttributeKind[] = [...(Object.keys(KIND_NAMES) as AttributeKind[]), 'own'];

export type Sureness = 'sure' | 'fairly sure' | 'a guess';

/** From this confidence on a claim is said to be sure, or fairly sure; below it is a guess. */
const SURE = 0.8;
const FAIRLY_SURE = 0.5;

export function surenessOf(confidence: number): Sureness {
  if (confidence >= SURE) return 'sure';
  if (confidence >= FAIRLY_SURE) return 'fairly sure';
  return 'a guess';
}

export const DISPUTE = 'the photo’s pixels say otherwise';

/** What the photo's pixels have to do with a claim; nothing when only the models were asked. */
const EVIDENCE: Record<Evidence, string | null> = {
  models: null,
  pixels: 'measured in the photo',
  both: 'the photo’s pixels agree',
  disputed: DISPUTE,
};

/** `navy, fairly sure, 62%, the photo’s pixels agree`, for those who do not see the bar. */
export function claimInWords({ value, confidence, evidence }: Attribute): string {
  const howSure = [surenessOf(confidence), percent(Math.max(0, confidence))];
  return [value, ...howSure, EVIDENCE[evidence]].filter((words) => words !== null).join(', ');
}

/** `Colour`, or the name of the merchant's own list. */
export const kindName = ({ kind, list }: Pick<Attribute, 'kind' | 'list'>): string =>
  kind === 'own' ? list?.trim() || 'Own list' : KIND_NAMES[kind];

export interface AttributeGroup {
  name: string;
  attributes: Attribute[];
}

/** By kind, and the merchant's own by list; within a group the order stays as it came. */
export function groupsOf(attributes: Attribute[]): AttributeGroup[] {
  return KIND_ORDER.flatMap((kind) => {
    const byName = new Map<string, Attribute[]>();
    for (const attribute of attributes.filter((one) => one.kind === kind)) {
      const name = kindName(attribute);
      byName.set(name, [...(byName.get(name) ?? []), attribute]);
    }
    return [...byName].map(([name, ofGroup]) => ({ name, attributes: ofGroup }));
  });
}

/** "Only products of which this is said": by the claim's kind, or the name of the merchant's list. */
export const filterOf = ({ kind, list, value }: Attribute): SearchFilter => ({
  key: kind === 'own' ? (list ?? 'own') : kind,
  value,
  isNot: false,
});
