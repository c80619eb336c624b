/** What a decision makes of a product, before the engine has answered. */
import type { Claim } from './bindings/Claim';
import type { ReviewDecision } from './bindings/ReviewDecision';
import type { ReviewItem } from './bindings/ReviewItem';
import type { ReviewState } from './bindings/ReviewState';
import { isSameClaim } from './review';

/** Decisions after which a product is in another state. */
export const BECOMES: Partial<Record<ReviewDecision['kind'], ReviewState>> = {
  approve: 'approved',
  reject: 'rejected',
  needsInfo: 'needsInfo',
  reopen: 'pending',
  edit: 'edited',
};

export function decided(item: ReviewItem, decision: ReviewDecision): ReviewItem {
  const state = BECOMES[decision.kind] ?? item.state;
  if (decision.kind === 'edit') return { ...item, state, text: decision.text };
  if (decision.kind === 'note') return { ...item, note: decision.note.trim() || null };
  if (decision.kind !== 'judgeClaim') return { ...item, state };
  const { claim: kind, list, value, isRight } = decision;
  const judged = (one: Claim) =>
    isSameClaim(one, { kind, list, value }) ? { ...one, personSays: isRight } : one;
  return { ...item, claims: item.claims.map(judged) };
}
