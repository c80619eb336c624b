/**
 * Rules by which words are made, read while somebody types them: what is wrong with one and where, and what it
 * would make of an example. The engine reads them again when they are saved, and has the last word.
 *
 * `{brand}` stands for what the shop says of the brand. Square brackets hold what is left out where it has nothing
 * to say; `[if size=XL: ...]` and `[unless brand: ...]` ask first; a backslash takes a sign for itself.
 */

const MAX_RULE = 2_000;
const MAX_DEPTH = 8;
/** Conditions are looked for in so many letters. */
const MAX_CONDITION = 200;

/** What a name in curly brackets stands for, in the order in which it is told. */
export const SLOTS: { name: string; means: string }[] = [
  { name: 'title', means: 'the shop’s title' },
  { name: 'brand', means: 'the brand' },
  { name: 'category', means: 'the category' },
  { name: 'type', means: 'what it is, such as “mug”' },
  { name: 'colour', means: 'the shop’s colour, else what the photo shows' },
  { name: 'material', means: 'the shop’s material, else what the photo shows' },
  { name: 'pattern', means: 'the shop’s pattern, else what the photo shows' },
  { name: 'size', means: 'the size' },
  { name: 'gender', means: 'whom it is for' },
  { name: 'age_group', means: 'for which age' },
  { name: 'description', means: 'the shop’s text' },
  { name: 'alt_text', means: 'the shop’s alternative text' },
  { name: 'tags', means: 'the tags' },
  { name: 'sku', means: 'the number' },
  { name: 'price', means: 'the price' },
  { name: 'barcode', means: 'the barcode' },
  { name: 'shop.colour', means: 'the colour, only where the shop says one' },
  { name: 'shop.material', means: 'the material, only where the shop says one' },
  { name: 'shop.pattern', means: 'the pattern, only where the shop says one' },
  { name: 'seen.title', means: 'the title that Vitrine writes from the photo' },
  { name: 'seen.sentence', means: 'the sentence that Vitrine writes from the photo' },
  { name: 'seen.text', means: 'the whole text that Vitrine writes from the photo' },
  { name: 'seen.alt', means: 'the alternative text that Vitrine writes from the photo' },
  { name: 'seen.type', means: 'what the photo shows' },
  { name: 'seen.colour', means: 'the colour that the photo shows' },
  { name: 'seen.material', means: 'the material that the photo shows' },
  { name: 'seen.pattern', means: 'the pattern that the photo shows' },
];

/** A product to try rules on. */
export const EXAMPLE: Readonly<Record<string, string>> = {
  brand: 'Poppy',
  category: 'Kitchen > Mugs',
  type: 'mug',
  colour: 'blue',
  material: 'stoneware',
  size: '300 ml',
  sku: 'PO-12',
  price: '18.00',
  'shop.material': 'stoneware',
  'seen.title': 'blue mug with a white rim',
  'seen.sentence': 'A blue mug with a white rim.',
  'seen.text': 'A blue mug with a white rim. It is glossy and stands on a wooden table.',
  'seen.alt': 'blue mug with a white rim on a wooden table',
  'seen.type': 'mug',
  'seen.colour': 'blue',
  'seen.material': 'ceramic',
};

export interface RuleProblem {
  /** At which character, from 0. */
  at: number;
  message: string;
}

interface Condition {
  slot: string;
  value: string | null;
  isUnless: boolean;
}

type Piece =
  | { is: 'words'; text: string }
  | { is: 'slot'; name: string }
  | { is: 'group'; condition: Condition | null; pieces: Piece[] };

class Wrong extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

class Reader {
  /** By character and not by half of one, as the engine counts. */
  readonly #letters: string[];
  #at = 0;

  constructor(rule: string) {
    this.#letters = [...rule];
  }

  whole(): Piece[] {
    if (this.#letters.length > MAX_RULE) {
      throw new Wrong(MAX_RULE, `A rule may have ${MAX_RULE} characters. Shorten it.`);
    }
    const pieces = this.#pieces(0);
    if (this.#at < this.#letters.length) {
      throw new Wrong(
        this.#at,
        'No bracket is open that this ] could close. For the sign itself write \\].',
      );
    }
    return pieces;
  }

  #pieces(depth: number): Piece[] {
    const pieces: Piece[] = [];
    let text = '';
    const put = (piece?: Piece) => {
      if (text) pieces.push({ is: 'words', text });
      text = '';
      if (piece) pieces.push(piece);
    };
    for (
      let letter = this.#letters[this.#at];
      letter !== undefined;
      letter = this.#letters[this.#at]
    ) {
      if (letter === ']') break;
      if (letter === '{') put(this.#slot());
      else if (letter === '[') put(this.#group(depth));
      else {
        if (letter === '\\') this.#at += 1;
        text += this.#letters[this.#at] ?? '';
        this.#at += 1;
      }
    }
    put();
    return pieces;
  }

  #slot(): Piece {
    const start = this.#at;
    const end = this.#letters.indexOf('}', start);
    if (end < 0) throw new Wrong(start, 'This { stays open. Put } after the name.');
    this.#at = end + 1;
    return { is: 'slot', name: known(this.#letters.slice(start + 1, end).join(''), start) };
  }

  #group(depth: number): Piece {
    const start = this.#at;
    if (depth >= MAX_DEPTH) throw new Wrong(start, 'These brackets lie too deep in others.');
    this.#at += 1;
    const condition = this.#condition();
    const pieces = this.#pieces(depth + 1);
    if (this.#letters[this.#at] !== ']') {
      throw new Wrong(start, 'This [ stays open. Put ] where its part ends.');
    }
    this.#at += 1;
    return { is: 'group', condition, pieces };
  }

  /** `if size=XL: ` or `unless brand: ` where brackets begin with it. */
  #condition(): Condition | null {
    const start = this.#at;
    const rest = this.#letters.slice(start, start + MAX_CONDITION).join('');
    const [whole, word, asked] = /^(if|unless) ([^:[\]{]*):/.exec(rest) ?? [];
    if (whole === undefined || asked === undefined) return null;
    this.#at += [...whole].length;
    if (this.#letters[this.#at] === ' ') this.#at += 1;
    const equals = asked.indexOf('=');
    return {
      slot: known(equals < 0 ? asked : asked.slice(0, equals), start),
      value: equals < 0 ? null : asked.slice(equals + 1).trim(),
      isUnless: word === 'unless',
    };
  }
}

function known(written: string, at: number): string {
  const name = written.trim().toLowerCase();
  if (SLOTS.some((slot) => slot.name === name)) return name;
  throw new Wrong(at, `There is no {${name}}. “How rules are written” has the names.`);
}

/** What keeps a rule from being followed; null where it can be. */
export function problemOf(rule: string): RuleProblem | null {
  try {
    new Reader(rule).whole();
    return null;
  } catch (thrown) {
    if (thrown instanceof Wrong) return { at: thrown.at, message: thrown.message };
    throw thrown;
  }
}

/** What a rule makes of a product; nothing of one that cannot be followed. */
export function filled(rule: string, product: Readonly<Record<string, string>>): string {
  if (problemOf(rule)) return '';
  const valueOf = (slot: string) => product[slot]?.trim() ?? '';
  let text = '';
  const isMet = ({ slot, value, isUnless }: Condition) => {
    const said = valueOf(slot);
    const isSo = value === null ? said !== '' : said.toLowerCase() === value.toLowerCase();
    return isSo !== isUnless;
  };
  /** Every slot has something, and one of them something that was not said yet. */
  const hasNews = (pieces: Piece[]) => {
    const values = pieces.flatMap((piece) => (piece.is === 'slot' ? [valueOf(piece.name)] : []));
    if (values.length === 0) return true;
    return values.every(Boolean) && values.some((value) => !isSaid(text, value));
  };
  const write = (pieces: Piece[]) => {
    for (const piece of pieces) {
      if (piece.is === 'words') text += piece.text;
      else if (piece.is === 'slot') text += valueOf(piece.name);
      else if (piece.condition ? isMet(piece.condition) : hasNews(piece.pieces))
        write(piece.pieces);
    }
  };
  write(new Reader(rule).whole());
  text = text.trim();
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length);
}

/** Whether words stand in a text as words of their own, in whatever case. */
function isSaid(text: string, words: string): boolean {
  const [all, wanted] = [text.toLowerCase(), words.toLowerCase()];
  const isLetter = (letter: string | undefined) =>
    letter !== undefined && /[\p{L}\p{N}]/u.test(letter);
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + 1)) {
    if (!isLetter(all[at - 1]) && !isLetter(all[at + wanted.length])) return true;
  }
  return false;
}
