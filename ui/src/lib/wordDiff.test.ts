import { describe, expect, it } from 'vitest';
import { changes, wordDiff } from './wordDiff';

const read = (before: string, after: string) =>
  wordDiff(before, after).map(({ kind, text }) => `${kind}: ${text.trimEnd()}`);

describe('wordDiff', () => {
  it('finds nothing where nothing differs', () => {
    expect(read('a navy bag', 'a navy bag')).toEqual(['same: a navy bag']);
    expect(changes(wordDiff('a navy bag', 'a  navy bag'))).toBe(0);
    expect(wordDiff('', '')).toEqual([]);
  });

  it('finds words that were changed, added and taken away', () => {
    expect(read('a navy bag', 'a blue bag')).toEqual([
      'same: a',
      'gone: navy',
      'new: blue',
      'same: bag',
    ]);
    expect(read('a bag', 'a large navy bag')).toEqual(['same: a', 'new: large navy', 'same: bag']);
    expect(read('a bag of leather', 'a bag')).toEqual(['same: a bag', 'gone: of leather']);
    expect(read('', 'a bag')).toEqual(['new: a bag']);
    expect(read('a bag', '')).toEqual(['gone: a bag']);
  });

  it('keeps as much as it can', () => {
    const parts = wordDiff('one two three four', 'zero one three four five');
    expect(changes(parts)).toBe(3);
  });

  it('keeps the longer words rather than the small ones', () => {
    expect(read('A red mug. With a clasp.', 'a red thing.')).toEqual([
      'gone: A',
      'new: a',
      'same: red',
      'gone: mug. With a clasp.',
      'new: thing.',
    ]);
  });

  it('puts the later text together again', () => {
    const after = 'A blue bag,  of canvas.';
    const parts = wordDiff('A navy bag of leather.', after);
    const text = parts.filter(({ kind }) => kind !== 'gone').map((part) => part.text);
    expect(text.join('')).toBe(after);
  });
});
