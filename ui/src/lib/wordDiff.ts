/** What differs between two texts, word by word. */

export interface DiffPart {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

/** Words with the space after them, so that the parts put together are the text again. */
const wordsOf = (text: string): string[] => text.match(/\S+\s*|^\s+/g) ?? [];

/** A word counts as the same whatever space follows it. */
const isSame = (a: string | undefined, b: string | undefined) => a?.trimEnd() === b?.trimEnd();

/** The fewest words taken away and added: what is common has as many letters as it can. */
export function wordDiff(before: string, after: string): DiffPart[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  const width = b.length + 1;
  // How many letters are common from place (i, j) on: a long word tells more than an "a".
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = isSame(a[i], b[j])
        ? at(i + 1, j + 1) + (b[j]?.trimEnd().length ?? 0)
        : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }

  const parts: DiffPart[] = [];
  const put = (kind: DiffPart['kind'], text = '') => {
    const last = parts.at(-1);
    if (last?.kind === kind) last.text += text;
    else parts.push({ kind, text });
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && isSame(a[i], b[j])) {
      put('same', b[j]);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      put('gone', a[i]);
      i += 1;
    } else {
      put('new', b[j]);
      j += 1;
    }
  }
  return parts;
}

/** How many words were taken away and added. */
export function changes(parts: DiffPart[]): number {
  return parts
    .filter(({ kind }) => kind !== 'same')
    .reduce((sum, { text }) => sum + wordsOf(text).length, 0);
}
