/** What is under review, put into words: claims, states, steps of a history, filters. */
import { kindName } from './attributes';
import type { AttributeKind } from './bindings/AttributeKind';
import type { Claim } from './bindings/Claim';
import type { ClaimKind } from './bindings/ClaimKind';
import type { Conflict } from './bindings/Conflict';
import type { ReviewEvent } from './bindings/ReviewEvent';
import type { ReviewFilter } from './bindings/ReviewFilter';
import type { ReviewItem } from './bindings/ReviewItem';
import type { ReviewRow } from './bindings/ReviewRow';
import type { ReviewState } from './bindings/ReviewState';
import type { ReviewText } from './bindings/ReviewText';
import type { TextPart } from './bindings/TextPart';
import type { Verdict } from './bindings/Verdict';
import type { WordOrigin } from './bindings/WordOrigin';
import { FIELD_NAMES, nameOf } from './product';
import { count, number, percent } from './words';

type Need = Pick<ReviewRow, 'nDoubtful' | 'nContradicted'>;

/** In the order in which the engine counts them. */
export const STATES: ReviewState[] = ['pending', 'approved', 'edited', 'rejected', 'needsInfo'];

export const STATE_NAMES: Record<ReviewState, string> = {
  pending: 'To decide',
  approved: 'Approved',
  edited: 'Edited',
  rejected: 'Rejected',
  needsInfo: 'Needs information',
};

export const VERDICT_NAMES: Record<Verdict, string> = {
  contradicted: 'contradicted',
  doubtful: 'doubtful',
  notVisible: 'not visible',
  supported: 'supported',
};

export const ORIGIN_NAMES: Record<WordOrigin, string> = {
  shop: 'shop',
  models: 'Vitrine',
  person: 'person',
  template: 'template',
};

export const PARTS: { part: TextPart; key: keyof ReviewText; name: string; most: number | null }[] =
  [
    { part: 'title', key: 'title', name: 'Title', most: 150 },
    { part: 'text', key: 'text', name: 'Text', most: null },
    { part: 'altText', key: 'altText', name: 'Alternative text', most: 125 },
  ];

const ATTRIBUTES: AttributeKind[] = [
  'type',
  'colour',
  'material',
  'pattern',
  'style',
  'finish',
  'occasion',
  'setting',
  'own',
];

/** Every kind that a filter can ask for. */
export const CLAIM_KINDS: ClaimKind[] = [
  ...ATTRIBUTES.map((kind): ClaimKind => ({ of: 'attribute', kind })),
  { of: 'count' },
  { of: 'lettering' },
  { of: 'unseen' },
];

export function claimKindName(kind: ClaimKind, list: string | null = null): string {
  if (kind.of === 'attribute') return kindName({ kind: kind.kind, list });
  if (kind.of === 'count') return 'Number of things';
  return kind.of === 'lettering' ? 'Lettering' : 'What no photo shows';
}

export const isSameKind = (a: ClaimKind, b: ClaimKind) =>
  a.of === b.of && (a.of !== 'attribute' || b.of !== 'attribute' || a.kind === b.kind);

export const isSameClaim = (a: Claim, b: Pick<Claim, 'kind' | 'list' | 'value'>) =>
  a.value === b.value && a.list === b.list && isSameKind(a.kind, b.kind);

/** `navy, colour, doubtful, 54%`, for those who do not see the line under the words. */
export function claimInWords({ kind, list, value, verdict, probability }: Claim): string {
  const words = [value, claimKindName(kind, list).toLowerCase(), VERDICT_NAMES[verdict]];
  if (probability !== null) words.push(percent(probability));
  return words.join(', ');
}

/** What becomes of a claim, as a person would say it. */
export function verdictInWords({ verdict, rather, personSays }: Claim): string {
  if (personSays !== null) return personSays ? 'you said it is right' : 'you said it is wrong';
  if (verdict === 'supported') return 'likely';
  if (verdict === 'doubtful') return rather ? `may be wrong: perhaps ${rather}` : 'may be wrong';
  if (verdict === 'notVisible') return 'no photo can show this';
  return rather ? `the photo shows something else: ${rather}` : 'the photo shows something else';
}

/** `The shop says colour: red. The photo looks blue.` */
export function conflictInWords({ field, variant, said, seen, product }: Conflict): string {
  const what = variant
    ? `The shop’s variant “${variant}” is ${said}`
    : `The shop says ${field ? `${FIELD_NAMES[field].toLowerCase()}: ` : ''}${said}`;
  return `${what}. The photo looks ${product === null ? seen : `more like another product: ${seen}`}.`;
}

/** `2 claims against the photo, 1 claim doubtful`; empty where nothing asks for eyes. */
export function needInWords({ nDoubtful, nContradicted }: Need): string {
  const words = [];
  if (nContradicted > 0) words.push(`${count(nContradicted, 'claim')} against the photo`);
  if (nDoubtful > 0) words.push(`${count(nDoubtful, 'claim')} doubtful`);
  return words.join(', ');
}

/** The same where there is little room: `2 against, 1 doubtful`. */
export function needInShort({ nDoubtful, nContradicted }: Need): string {
  const words = [];
  if (nContradicted > 0) words.push(`${number(nContradicted)} against`);
  if (nDoubtful > 0) words.push(`${number(nDoubtful)} doubtful`);
  return words.join(', ');
}

/** It may be wrong, and nobody has said; also what no photo shows and nobody who could know said. */
const isDoubtful = ({ verdict, origin, personSays }: Claim) =>
  personSays === null &&
  (verdict === 'doubtful' ||
    (verdict === 'notVisible' && (origin === 'models' || origin === 'template')));

const isDenied = ({ verdict, personSays }: Claim) =>
  personSays === null ? verdict === 'contradicted' : !personSays;

/** The row of the queue that an item would have, counted as the engine counts. */
export function rowOf(item: ReviewItem, need = 0): ReviewRow {
  const n = (isOne: (claim: Claim) => boolean) => item.claims.filter(isOne).length;
  return {
    product: item.product,
    state: item.state,
    title: item.text.title.trim() || nameOf(item.product),
    need,
    nDoubtful: n(isDoubtful),
    nContradicted: n(isDenied) + item.conflicts.length,
  };
}

const STEPS: Record<string, string> = {
  approve: 'approved it',
  reject: 'rejected it',
  needs_info: 'asked for information',
  reopen: 'opened it again',
  edit: 'changed the words',
  note: 'noted',
  judge_claim: 'judged a claim',
  undo: 'took a step back',
  redo: 'did a step again',
  rewrite: 'had it written again',
};

export const stepInWords = ({ what }: Pick<ReviewEvent, 'what'>) => STEPS[what] ?? what;

/** What was taken back or done again, as the live region says it. */
export const steppedInWords = (what: string, n: number) =>
  `${count(n, 'product')}: ${STEPS[what] ?? what}`;

/** What is shown until somebody asks for other things: what waits for a decision. */
export const WAITING: ReviewFilter = {
  state: 'pending',
  claim: null,
  verdict: null,
  folder: null,
  category: null,
};

export const isSameText = (a: ReviewText, b: ReviewText) =>
  a.title === b.title && a.text === b.text && a.altText === b.altText;

/** How something is written again. */
export type RewriteMode = 'product' | 'caption' | 'fast' | 'classic' | 'best';

export const REWRITE_MODES: { mode: RewriteMode; name: string }[] = [
  { mode: 'product', name: 'Title and text for a shop' },
  { mode: 'caption', name: 'One plain sentence' },
  { mode: 'fast', name: 'A sentence and the words that fit best' },
  { mode: 'classic', name: 'A sentence, then style and mood' },
  { mode: 'best', name: 'The words that come nearest (slow)' },
];
