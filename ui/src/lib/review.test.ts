import { describe, expect, it } from 'vitest';
import type { Claim } from './bindings/Claim';
import type { Conflict } from './bindings/Conflict';
import {
  claimInWords,
  claimKindName,
  conflictInWords,
  isSameClaim,
  needInShort,
  needInWords,
  verdictInWords,
} from './review';

const NAVY: Claim = {
  kind: { of: 'attribute', kind: 'colour' },
  list: null,
  value: 'navy',
  spans: [],
  origin: 'models',
  verdict: 'doubtful',
  probability: 0.54,
  rather: null,
  picture: 1,
  personSays: null,
};

describe('claims in words', () => {
  it('say what, of what kind, and how sure', () => {
    expect(claimInWords(NAVY)).toBe('navy, colour, doubtful, 54%');
    const unseen: Claim = {
      ...NAVY,
      kind: { of: 'unseen' },
      verdict: 'notVisible',
      probability: null,
    };
    expect(claimInWords({ ...unseen, value: '24 cm' })).toBe(
      '24 cm, what no photo shows, not visible',
    );
    expect(claimKindName({ of: 'attribute', kind: 'own' }, 'Season')).toBe('Season');
  });

  it('say what becomes of it, and a person has the last word', () => {
    expect(verdictInWords({ ...NAVY, verdict: 'supported' })).toBe('likely');
    expect(verdictInWords(NAVY)).toBe('may be wrong');
    expect(verdictInWords({ ...NAVY, verdict: 'contradicted', rather: 'blue' })).toBe(
      'the photo shows something else: blue',
    );
    expect(verdictInWords({ ...NAVY, verdict: 'notVisible' })).toBe('no photo can show this');
    expect(verdictInWords({ ...NAVY, personSays: true })).toBe('you said it is right');
    expect(verdictInWords({ ...NAVY, personSays: false })).toBe('you said it is wrong');
  });

  it('are the same by kind, list and value', () => {
    expect(isSameClaim(NAVY, { ...NAVY, probability: 1 } as Claim)).toBe(true);
    expect(isSameClaim(NAVY, { ...NAVY, kind: { of: 'attribute', kind: 'type' } })).toBe(false);
    expect(isSameClaim({ ...NAVY, kind: { of: 'count' } }, NAVY)).toBe(false);
  });
});

describe('conflictInWords', () => {
  const conflict: Conflict = {
    field: 'colour',
    variant: null,
    said: 'red',
    seen: 'blue',
    probability: 0.1,
    picture: 1,
    product: null,
  };

  it('names the field, the variant, or the other product', () => {
    expect(conflictInWords(conflict)).toBe('The shop says colour: red. The photo looks blue.');
    expect(conflictInWords({ ...conflict, field: null, variant: 'M / red' })).toBe(
      'The shop’s variant “M / red” is red. The photo looks blue.',
    );
    expect(conflictInWords({ ...conflict, product: 4, seen: 'Mug' })).toBe(
      'The shop says colour: red. The photo looks more like another product: Mug.',
    );
  });
});

describe('what asks for eyes', () => {
  it('is counted, at length and in short', () => {
    expect(needInWords({ nDoubtful: 2, nContradicted: 1 })).toBe(
      '1 claim against the photo, 2 claims doubtful',
    );
    expect(needInShort({ nDoubtful: 2, nContradicted: 1 })).toBe('1 against, 2 doubtful');
    expect(needInWords({ nDoubtful: 0, nContradicted: 0 })).toBe('');
  });
});
