import { describe, expect, it } from 'vitest';
import type { Claim } from './bindings/Claim';
import type { OriginSpan } from './bindings/OriginSpan';
import type { Verdict } from './bindings/Verdict';
import { inOrder, segmentsOf } from './segments';

const claim = (value: string, verdict: Verdict, ...at: [number, number][]): Claim => ({
  kind: { of: 'attribute', kind: 'colour' },
  list: null,
  value,
  spans: at.map(([start, end]) => ({ part: 'text', start, end })),
  origin: 'models',
  verdict,
  probability: 0.5,
  rather: null,
  picture: 1,
  personSays: null,
});

const cut = (text: string, claims: Claim[], origins: OriginSpan[] = []) =>
  segmentsOf(text, 'text', claims, origins).map(({ text: piece, claim: at }) => [piece, at]);

describe('segmentsOf', () => {
  it('is the whole text, in order', () => {
    const text = 'A navy bag of leather';
    const claims = [claim('leather', 'supported', [14, 21]), claim('navy', 'doubtful', [2, 6])];
    expect(cut(text, claims)).toEqual([
      ['A ', null],
      ['navy', 1],
      [' bag of ', null],
      ['leather', 0],
    ]);
  });

  it('has one piece for plain words and none for no words', () => {
    expect(cut('A bag', [])).toEqual([['A bag', null]]);
    expect(cut('', [claim('navy', 'doubtful', [0, 4])])).toEqual([]);
  });

  it('keeps to its part of the text', () => {
    const claims = [claim('navy', 'doubtful', [0, 4])];
    expect(segmentsOf('navy', 'title', claims)[0]?.claim).toBeNull();
  });

  it('keeps neighbours apart, also two mentions of one claim', () => {
    expect(
      cut('navyblue', [claim('a', 'doubtful', [0, 4]), claim('b', 'doubtful', [4, 8])]),
    ).toEqual([
      ['navy', 0],
      ['blue', 1],
    ]);
    expect(cut('navynavy', [claim('navy', 'doubtful', [0, 4], [4, 8])])).toEqual([
      ['navy', 0],
      ['navy', 0],
    ]);
  });

  it('lets the claim that needs eyes most stand where several overlap', () => {
    const claims = [
      claim('navy leather', 'supported', [0, 12]),
      claim('leather', 'contradicted', [5, 12]),
    ];
    expect(cut('navy leather', claims)).toEqual([
      ['navy ', 0],
      ['leather', 1],
    ]);
  });

  it('lets the shorter one stand where two need eyes alike', () => {
    const claims = [
      claim('navy leather bag', 'doubtful', [0, 16]),
      claim('leather', 'doubtful', [5, 12]),
    ];
    expect(cut('navy leather bag', claims)).toEqual([
      ['navy ', 0],
      ['leather', 1],
      [' bag', 0],
    ]);
  });

  it('puts together what a claim that is not shown has cut', () => {
    const claims = [
      claim('navy leather', 'doubtful', [0, 12]),
      claim('leather', 'supported', [5, 12]),
    ];
    expect(cut('navy leather', claims)).toEqual([['navy leather', 0]]);
  });

  it('counts as JavaScript counts and never cuts a letter in two', () => {
    const text = '👜 navy 🧵';
    expect(cut(text, [claim('navy', 'doubtful', [3, 7])])).toEqual([
      ['👜 ', null],
      ['navy', 0],
      [' 🧵', null],
    ]);
    expect(cut(text, [claim('bag', 'doubtful', [1, 7])]).map(([piece]) => piece)).toEqual([
      '👜',
      ' navy',
      ' 🧵',
    ]);
  });

  it('takes spans that reach beyond the text for its end', () => {
    expect(cut('navy', [claim('navy', 'doubtful', [2, 99])])).toEqual([
      ['na', null],
      ['vy', 0],
    ]);
    expect(cut('navy', [claim('navy', 'doubtful', [50, 99])])).toEqual([['navy', null]]);
  });

  it('tells whose the words are', () => {
    const origins: OriginSpan[] = [
      { span: { part: 'text', start: 0, end: 4 }, origin: 'shop' },
      { span: { part: 'text', start: 4, end: 8 }, origin: 'models' },
    ];
    const pieces = segmentsOf('navy bag', 'text', [claim('bag', 'supported', [5, 8])], origins);
    expect(pieces.map(({ text, origin, claim: at }) => [text, origin, at])).toEqual([
      ['navy', 'shop', null],
      [' ', 'models', null],
      ['bag', 'models', 0],
    ]);
  });
});

describe('inOrder', () => {
  it('puts first what needs eyes first, and else leaves the order', () => {
    const verdicts: [string, Verdict][] = [
      ['a', 'supported'],
      ['b', 'doubtful'],
      ['c', 'notVisible'],
      ['d', 'contradicted'],
      ['e', 'doubtful'],
    ];
    const claims = verdicts.map(([value, verdict]) => claim(value, verdict));
    expect(inOrder(claims).map(({ value }) => value)).toEqual(['d', 'b', 'e', 'c', 'a']);
    expect(claims[0]?.value).toBe('a');
  });
});
