/** A description as plain text, to be pasted into a shop. */
import { groupsOf } from './attributes';
import type { Description } from './bindings/Description';

/** What can be copied, each under the name that its button and its label have. */
export type PartName = 'Title' | 'Text' | 'Alt text';

/** The parts that hold words, in the order in which they are read. */
export function partsOf({
  title,
  text,
  altText,
}: Description): { name: PartName; words: string }[] {
  const parts: { name: PartName; words: string }[] = [
    { name: 'Title', words: title.trim() },
    { name: 'Text', words: text.trim() },
    { name: 'Alt text', words: altText.trim() },
  ];
  return parts.filter(({ words }) => words !== '');
}

/**
 * Title and text as paragraphs, then a line for the alt text and one for each kind of attribute.
 * A claim that the photo's pixels dispute is left out: it should not be published unread.
 */
export function wholeText(written: Description): string {
  const [paragraphs, lines] = [[] as string[], [] as string[]];
  for (const { name, words } of partsOf(written)) {
    if (name === 'Alt text') lines.push(`${name}: ${words}`);
    else paragraphs.push(words);
  }
  const agreed = written.attributes.filter(({ evidence }) => evidence !== 'disputed');
  for (const { name, attributes } of groupsOf(agreed)) {
    lines.push(`${name}: ${attributes.map(({ value }) => value).join(', ')}`);
  }
  if (lines.length > 0) paragraphs.push(lines.join('\n'));
  return paragraphs.join('\n\n');
}
