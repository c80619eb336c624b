import { describe, expect, it } from 'vitest';
import { claimInWords, filterOf, groupsOf, kindName, surenessOf } from './attributes';
import type { Attribute } from './bindings/Attribute';

const claim = (part: Partial<Attribute>): Attribute => ({
  kind: 'colour',
  list: null,
  value: 'navy',
  confidence: 0.62,
  evidence: 'models',
  ...part,
});

describe('claims in words', () => {
  it('says how sure Vitrine is, in three steps', () => {
    const said = [0, 0.499, 0.5, 0.799, 0.8, 1].map(surenessOf);
    expect(said).toEqual(['a guess', 'a guess', 'fairly sure', 'fairly sure', 'sure', 'sure']);
  });

  it('says the claim, how sure, and what the pixels say', () => {
    expect(claimInWords(claim({}))).toBe('navy, fairly sure, 62%');
    expect(claimInWords(claim({ confidence: 1.2, evidence: 'both' }))).toBe(
      'navy, sure, 100%, the photo’s pixels agree',
    );
    expect(claimInWords(claim({ evidence: 'pixels' }))).toBe(
      'navy, fairly sure, 62%, measured in the photo',
    );
    expect(claimInWords(claim({ confidence: -0.1 }))).toBe('navy, a guess, 0%');
    expect(claimInWords(claim({ evidence: 'disputed' }))).toBe(
      'navy, fairly sure, 62%, the photo’s pixels say otherwise',
    );
  });
});

describe('groups', () => {
  it('keeps kinds in their order, and the surest of a kind first as it came', () => {
    const groups = groupsOf([
      claim({ kind: 'material', value: 'wool' }),
      claim({ value: 'navy' }),
      claim({ value: 'white' }),
      claim({ kind: 'type', value: 'sweater' }),
    ]);
    expect(groups.map(({ name, attributes }) => [name, ...attributes.map((a) => a.value)])).toEqual(
      [
        ['Type', 'sweater'],
        ['Colour', 'navy', 'white'],
        ['Material', 'wool'],
      ],
    );
  });

  it('keeps the lists of a merchant apart, after everything else', () => {
    const own = (list: string | null, value: string) => claim({ kind: 'own', list, value });
    const groups = groupsOf([
      own('Season', 'winter'),
      own(null, 'x'),
      own('Season', 'autumn'),
      claim({}),
    ]);
    expect(groups.map(({ name, attributes }) => [name, attributes.length])).toEqual([
      ['Colour', 1],
      ['Season', 2],
      ['Own list', 1],
    ]);
  });

  it('makes none of nothing', () => expect(groupsOf([])).toEqual([]));
});

describe('filters', () => {
  it('go by kind, and carry nothing of how sure Vitrine was', () =>
    expect(filterOf(claim({ confidence: 0.3 }))).toEqual({
      key: 'colour',
      value: 'navy',
      isNot: false,
    }));

  it('go by the name of a list of the merchant’s own', () => {
    const own = claim({ kind: 'own', list: 'Season', value: 'winter' });
    expect(filterOf(own)).toEqual({ key: 'Season', value: 'winter', isNot: false });
    expect(kindName({ kind: 'own', list: ' ' })).toBe('Own list');
  });
});
