/** The words of the product under review: edited, written again, or compared with those before. */
import * as backend from '../lib/backend';
import type { Claim } from '../lib/bindings/Claim';
import type { OriginSpan } from '../lib/bindings/OriginSpan';
import type { ReviewText } from '../lib/bindings/ReviewText';
import { Latest } from '../lib/latest';
import { isSameText, PARTS, type RewriteMode } from '../lib/review';
import { inOrder } from '../lib/segments';
import { notices } from './notices.svelte';
import { review } from './review.svelte';

/** Nobody needs an answer to each letter. */
const REST_MS = 120;

export type Panel = 'words' | 'editing' | 'rewriting' | 'comparing';

class ReviewWords {
  panel = $state<Panel>('words');
  isNoteOpen = $state(false);
  /** What is being written. */
  draft = $state<ReviewText>({ title: '', text: '', altText: '' });
  /** What the draft was found to claim, a moment after the last letter. */
  #checked = $state.raw<{ text: ReviewText; claims: Claim[]; origins: OriginSpan[] } | null>(null);

  mode = $state<RewriteMode>('product');
  prompt = $state('');
  written = $state.raw<ReviewText | null>(null);
  isWriting = $state(false);
  failure = $state('');

  /** Words that were left unsaved when another product was turned to, by product. */
  readonly #left = new Map<number, ReviewText>();
  #of: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #latestCheck = new Latest();
  readonly #latestWritten = new Latest();

  get isEditing(): boolean {
    return this.panel === 'editing';
  }

  /** The claims that are listed and numbered: those of the draft while there is one. */
  readonly claims = $derived<Claim[]>(
    this.panel === 'editing' ? inOrder(this.#checked?.claims ?? []) : review.claims,
  );

  /** What to mark in a part of the draft; nothing while its words have gone on since the check. */
  claimsOf(key: keyof ReviewText): Claim[] {
    return this.#checked?.text[key] === this.draft[key] ? this.claims : [];
  }

  /** A part is longer than shops take. */
  get isTooLong(): boolean {
    return PARTS.some(({ key, most }) => most !== null && this.draft[key].trim().length > most);
  }

  get isComparable(): boolean {
    const { item } = review;
    return item !== null && !isSameText(item.text, item.generated);
  }

  /** Begins to edit: the words that count, or others that take their place once they are saved. */
  edit(words?: ReviewText): void {
    const { item } = review;
    if (!item) return;
    const text = words ?? this.#left.get(item.product.id) ?? item.text;
    this.#of = item.product.id;
    this.draft = { ...text };
    const isAsItIs = isSameText(text, item.text);
    this.#checked = isAsItIs ? { text, claims: item.claims, origins: item.origins } : null;
    this.panel = 'editing';
    review.isWriting = true;
    if (!isAsItIs) void this.#check();
  }

  type(key: keyof ReviewText, words: string): void {
    this.draft[key] = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), REST_MS);
  }

  async #check(): Promise<void> {
    const { id } = review;
    const text = { ...this.draft };
    if (id === null) return;
    try {
      const came = await this.#latestCheck.run(() => backend.checkText(id, text));
      if (came) this.#checked = { text, ...came.value };
    } catch (thrown) {
      notices.report(thrown);
    }
  }

  /** Saves the draft, which is a decision, and goes on. */
  save(): void {
    if (!this.isEditing || this.isTooLong) return;
    const { item } = review;
    const text = {
      title: this.draft.title.trim(),
      text: this.draft.text.trim(),
      altText: this.draft.altText.trim(),
    };
    this.close();
    if (item) review.decide({ kind: 'edit', text });
  }

  rewrite(): void {
    this.written = null;
    this.failure = '';
    this.panel = 'rewriting';
  }

  async write(): Promise<void> {
    const { id } = review;
    if (id === null || this.isWriting) return;
    this.isWriting = true;
    this.failure = '';
    try {
      const { mode } = this;
      const prompt = this.prompt.trim() || null;
      const came = await this.#latestWritten.run(() => backend.rewriteReview(id, mode, prompt));
      if (came === null) return;
      this.written = came.value;
      notices.say('It is written. Compare it with the words that count now.');
    } catch (thrown) {
      this.failure = backend.asApiError(thrown).message;
    }
    this.isWriting = false;
  }

  compare(): void {
    if (this.panel === 'comparing') this.close();
    else if (this.isComparable) this.panel = 'comparing';
    else notices.say('Nobody has changed these words');
  }

  note(words: string): void {
    this.isNoteOpen = false;
    if (words.trim() !== (review.item?.note ?? '')) {
      review.decide({ kind: 'note', note: words.trim() });
      notices.say(words.trim() ? 'Noted' : 'The note is taken away');
    }
  }

  /** Another product is shown: what was not saved is found again by whoever comes back to edit. */
  turned(): void {
    const [of, draft] = [this.#of, { ...this.draft }];
    const wasEditing = this.isEditing;
    this.close();
    if (wasEditing && of !== null) this.#left.set(of, draft);
  }

  /** Back to the words as they are; what was written and not saved is let go. */
  close(): void {
    clearTimeout(this.#timer);
    this.#latestCheck.forget();
    this.#latestWritten.forget();
    if (this.isEditing && this.#of !== null) this.#left.delete(this.#of);
    this.#of = null;
    this.panel = 'words';
    this.isWriting = false;
    this.isNoteOpen = false;
    this.#checked = null;
    review.endWriting();
  }
}

export const words = new ReviewWords();
