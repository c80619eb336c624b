import { describe, expect, it } from 'vitest';
import { EXAMPLE, filled, problemOf, SLOTS } from './template';

describe('filled', () => {
  const mug = { brand: 'Poppy', 'seen.title': 'blue mug', size: 'XL' };

  it.each([
    ['{brand} {seen.title}', 'Poppy blue mug'],
    ['{seen.title}[, size {size}]', 'Blue mug, size XL'],
    ['{seen.title}[, made of {material}]', 'Blue mug'],
    ['[if size=xl: large ]{seen.title}', 'Large blue mug'],
    ['[if size=S: small ]{seen.title}', 'Blue mug'],
    ['[unless material: {seen.title}]', 'Blue mug'],
    ['[if brand: By {brand}[, {material}].]', 'By Poppy.'],
    ['{seen.title} \\[new\\]', 'Blue mug [new]'],
    ['[if nothing is asked] stays', 'If nothing is asked stays'],
    [' { BRAND } ', 'Poppy'],
    ['', ''],
  ])('follows %s', (rule, expected) => {
    expect(filled(rule, mug)).toBe(expected);
  });

  it('does not say again what was said', () => {
    expect(filled('{seen.title}[, {colour}]', { 'seen.title': 'blue mug', colour: 'Blue' })).toBe(
      'Blue mug',
    );
    expect(filled('{seen.title}[, {size}]', { 'seen.title': 'size 40 mug', size: '4' })).toBe(
      'Size 40 mug, 4',
    );
  });

  it('makes something of the example with every name that stands for something there', () => {
    for (const name of Object.keys(EXAMPLE)) {
      expect(SLOTS.map((slot) => slot.name)).toContain(name);
      expect(filled(`{${name}}`, EXAMPLE)).not.toBe('');
    }
  });
});

describe('problemOf', () => {
  it.each([
    ['a {brnd}', 2, 'no {brnd}'],
    ['a {brand', 2, 'stays open'],
    ['a [b', 2, 'stays open'],
    ['a b]', 3, 'No bracket is open'],
    ['[if brnd: x]', 1, 'no {brnd}'],
    ['😀 {brnd}', 2, 'no {brnd}'],
    ['['.repeat(20), 8, 'too deep'],
    ['x'.repeat(3000), 2000, 'Shorten'],
  ])('finds what is wrong with a rule (%#)', (rule, at, words) => {
    const problem = problemOf(rule);
    expect(problem?.at).toBe(at);
    expect(problem?.message).toContain(words);
    expect(filled(rule, EXAMPLE)).toBe('');
  });

  it('finds nothing wrong with what can be followed', () => {
    for (const rule of ['', 'a', '[a {brand}] \\{', '[if size=XL: [big ]]{title}']) {
      expect(problemOf(rule)).toBeNull();
    }
  });
});
