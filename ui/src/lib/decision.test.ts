import { expect, it } from 'vitest';
import type { Claim } from './bindings/Claim';
import type { ReviewItem } from './bindings/ReviewItem';
import { decided } from './decision';

const claim = (value: string) =>
  ({ kind: { of: 'count' }, list: null, value, personSays: null }) as Claim;
const item = {
  state: 'approved',
  text: { title: 'a', text: 'b', altText: 'c' },
  note: null,
  claims: [claim('2'), claim('3')],
} as Partial<ReviewItem> as ReviewItem;

it('takes over what a person decides, and nothing else', () => {
  expect(decided(item, { kind: 'reject' })).toEqual({ ...item, state: 'rejected' });
  expect(decided(item, { kind: 'reopen' })).toEqual({ ...item, state: 'pending' });
  const text = { title: 'x', text: 'y', altText: 'z' };
  expect(decided(item, { kind: 'edit', text })).toEqual({ ...item, state: 'edited', text });
  expect(decided(item, { kind: 'note', note: ' ask ' })).toEqual({ ...item, note: 'ask' });
  expect(decided({ ...item, note: 'ask' }, { kind: 'note', note: '' })).toEqual(item);
});

it('judges the one claim that is meant', () => {
  const { claims, state } = decided(item, {
    kind: 'judgeClaim',
    claim: { of: 'count' },
    list: null,
    value: '3',
    isRight: false,
  });
  expect(claims.map(({ personSays }) => personSays)).toEqual([null, false]);
  expect(state).toBe('approved');
});
