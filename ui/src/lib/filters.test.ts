import { describe, expect, it } from 'vitest';
import { byKey, filterName, isSameFilter, learnNames } from './filters';

const NAVY = { key: 'colour', value: 'navy', isNot: false };

describe('filters', () => {
  it('are named by what they ask', () => {
    expect(filterName(NAVY)).toBe('Colour: navy');
    expect(filterName({ ...NAVY, isNot: true })).toBe('Colour: not navy');
    expect(filterName({ key: 'Season', value: 'winter', isNot: false })).toBe('Season: winter');
    expect(filterName({ key: ' ', value: 'x', isNot: false })).toBe('Own list: x');
  });

  it('say in full what is typed as one word', () => {
    const name = (key: string, value: string, isNot = false) => filterName({ key, value, isNot });
    expect(name('problem', 'tiny')).toBe('Problem: tiny');
    learnNames([
      { key: 'problem', value: 'tiny', label: 'too small for Google' },
      { key: 'problem', value: 'noalt', label: 'no alternative text' },
      { key: 'has', value: 'sku', label: 'a number' },
    ]);
    expect(name('problem', 'blurred')).toBe('Problem: blurred');
    expect(name('problem', 'tiny')).toBe('Problem: too small for Google');
    expect(name('problem', 'noalt', true)).toBe('Problem: not no alternative text');
    expect(name('has', 'sku')).toBe('Has: a number');
    expect(name('is', 'approved')).toBe('Is: approved');
    expect(name('constructor', 'name')).toBe('Constructor: name');
    expect(name('problem', 'constructor')).toBe('Problem: constructor');
  });

  it('say a price as a range', () => {
    const price = (value: string) => filterName({ key: 'price', value, isNot: false });
    expect(price('10..50')).toBe('Price: 10 to 50');
    expect(price('..50')).toBe('Price: up to 50');
    expect(price('50..')).toBe('Price: from 50');
    expect(price('12')).toBe('Price: 12');
  });

  it('are the same when all of them is', () => {
    expect(isSameFilter(NAVY, { ...NAVY })).toBe(true);
    expect(isSameFilter(NAVY, { ...NAVY, key: 'pattern' })).toBe(false);
    expect(isSameFilter(NAVY, { ...NAVY, isNot: true })).toBe(false);
    expect(isSameFilter(NAVY, { ...NAVY, value: 'Navy' })).toBe(false);
  });

  it('go together by key, in their order', () => {
    const groups = byKey([NAVY, { ...NAVY, key: 'type' }, { ...NAVY, value: 'red' }]);
    expect([...groups].map(([key, ofKey]) => [key, ofKey.length])).toEqual([
      ['colour', 2],
      ['type', 1],
    ]);
  });
});
