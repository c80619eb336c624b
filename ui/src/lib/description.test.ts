import { describe, expect, it } from 'vitest';
import type { Attribute } from './bindings/Attribute';
import type { Description } from './bindings/Description';
import { partsOf, wholeText } from './description';

const claim = (part: Partial<Attribute>): Attribute => ({
  kind: 'colour',
  list: null,
  value: 'navy',
  confidence: 0.9,
  evidence: 'both',
  ...part,
});

const WRITTEN: Description = {
  title: 'Navy leather bag',
  text: 'A navy bag of leather.',
  altText: 'Navy bag on a white table',
  attributes: [claim({}), claim({ value: 'white' }), claim({ kind: 'material', value: 'leather' })],
  swatches: [],
  caption: null,
};

describe('a description as text', () => {
  it('reads as it would be published', () =>
    expect(wholeText(WRITTEN)).toBe(
      'Navy leather bag\n\nA navy bag of leather.\n\n' +
        'Alt text: Navy bag on a white table\nColour: navy, white\nMaterial: leather',
    ));

  it('leaves out what the pixels dispute, and a kind of which nothing is left', () => {
    const attributes = [
      claim({ evidence: 'disputed' }),
      claim({ kind: 'material', value: 'leather' }),
    ];
    expect(wholeText({ ...WRITTEN, attributes })).not.toContain('Colour');
    expect(wholeText({ ...WRITTEN, attributes })).toContain('\nMaterial: leather');
  });

  it('has no holes where parts are empty', () => {
    const bare = { ...WRITTEN, title: ' ', altText: '', attributes: [] };
    expect(partsOf(bare)).toEqual([{ name: 'Text', words: 'A navy bag of leather.' }]);
    expect(wholeText(bare)).toBe('A navy bag of leather.');
  });
});
