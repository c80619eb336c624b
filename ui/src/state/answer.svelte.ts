/** The products that answer the question in force, page by page. */
import * as backend from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';
import type { Product } from '../lib/bindings/Product';
import type { SearchPage } from '../lib/bindings/SearchPage';
import type { SearchProblem } from '../lib/bindings/SearchProblem';
import { Latest } from '../lib/latest';
import { Pages } from '../lib/pages';
import { EVERYTHING, requestOf, type Question } from '../lib/question';
import { notices } from './notices.svelte';

export type { Question };

const PAGE_SIZE = 200;
/** 6,000 products: more than any window shows, little enough to forget about. */
const PAGES_KEPT = 30;
/** An answer that comes sooner needs no sign that one is on its way. */
const PATIENCE_MS = 150;
/** While a run adds photos, what is in view is asked for again at most this often. */
const REFRESH_PAUSE_MS = 1000;
/** An answer to which not every model came in time is asked for again after so long, and then longer. */
const TRY_AGAIN_MS = 1500;
const TRIES = 2;

class Answer {
  /** The question that `pages` answers. */
  question = $state.raw<Question>(EVERYTHING);
  total = $state(0);
  nGood = $state(0);
  nNotYetSearchable = $state(0);
  /** What of the words was not understood. */
  problems = $state.raw<SearchProblem[]>([]);
  /** Words that the models do not know. */
  unknownWords = $state.raw<string[]>([]);
  /** Whether a closer look may order the first products better. */
  canImprove = $state(false);
  #isRanked = $state(false);
  /** `none` until the first answer. */
  phase = $state<'none' | 'here' | 'failed'>('none');
  failure = $state.raw<ApiError | null>(null);
  /** An answer has been on its way for longer than a blink. */
  isLate = $state(false);
  /** Counts questions that were answered: the grid starts at its top again. */
  answered = $state(0);

  /** Whether each product comes with what a list shows of it; whoever turns it on refreshes. */
  withDetails = false;

  /** Counts pages that arrived; reading it makes a reader follow `at`. */
  #arrivals = $state(0);
  #pages: Pages<Product> | null = null;
  readonly #latest = new Latest();
  #asking = false;
  #inView: [number, number] = [0, 0];
  #refreshing = false;
  #refreshAgain = false;

  /** Nothing is ranked: products come in the order in which they were added. */
  get isBrowsing(): boolean {
    return !this.#isRanked;
  }

  /** There is an order, or a filter, that has its reasons. */
  get canExplain(): boolean {
    return this.phase === 'here' && (this.#isRanked || this.isNarrowed);
  }

  /** Only products with certain attributes are wanted. */
  get isNarrowed(): boolean {
    return this.question.filters.length > 0;
  }

  /** How many products come before the divider between strong and weak matches. */
  get split(): number {
    return this.isBrowsing ? this.total : Math.min(this.nGood, this.total);
  }

  /** Beside good matches the weaker ones are folded away until somebody asks for them. */
  isFolded = $state(true);

  /** Weaker matches that may be folded away. */
  get nWeak(): number {
    return this.isBrowsing || this.nGood === 0 ? 0 : Math.max(0, this.total - this.nGood);
  }

  /** Products that are shown. */
  get nShown(): number {
    return this.isFolded && this.nWeak > 0 ? this.split : this.total;
  }

  /** The product of a rank, when its page is here. */
  at(rank: number): Product | undefined {
    void this.#arrivals;
    return this.#pages?.get(rank);
  }

  rankOf(id: number): number | null {
    void this.#arrivals;
    return this.#pages?.find((product) => product.id === id) ?? null;
  }

  async ask(question: Question): Promise<void> {
    this.#asking = true;
    const patience = setTimeout(() => (this.isLate = true), PATIENCE_MS);
    try {
      const first = await this.#latest.run(() =>
        backend.search({ ...requestOf(question, PAGE_SIZE), withDetails: this.withDetails }),
      );
      if (first === null) return;
      this.#take(question, first.value);
    } catch (thrown) {
      this.#asking = false;
      this.isLate = false;
      this.question = question;
      this.failure = backend.asApiError(thrown);
      this.phase = 'failed';
    } finally {
      clearTimeout(patience);
    }
  }

  again(): void {
    void this.ask(this.question);
  }

  /** Tells which ranks are in view, so that they are fetched and kept. */
  look(first: number, last: number): void {
    this.#inView = [first, last];
    this.#pages?.want(first, last);
  }

  /** The catalog changed: what is in view is asked for again and replaced in place. */
  async refresh(): Promise<void> {
    // A question under way will bring the news anyway; a failed one is asked again by the person.
    if (this.#asking || this.#pages === null || this.phase !== 'here') return;
    if (this.#refreshing) {
      this.#refreshAgain = true;
      return;
    }
    this.#refreshing = true;
    do {
      this.#refreshAgain = false;
      await this.#pages.refresh(...this.#inView);
      await new Promise((resolve) => setTimeout(resolve, REFRESH_PAUSE_MS));
    } while (this.#refreshAgain);
    this.#refreshing = false;
  }

  #take(question: Question, first: SearchPage): void {
    this.#asking = false;
    this.isLate = false;
    this.failure = null;
    this.#pages?.close();
    if (question !== this.question) this.isFolded = true;
    const pages = new Pages<Product>({
      pageSize: PAGE_SIZE,
      keep: PAGES_KEPT,
      fetch: (offset, limit) =>
        backend.search({
          ...requestOf(question, limit),
          withDetails: this.withDetails,
          offset,
        }),
      // Pages of an answer all carry its counts, and only a search's answer is fetched here.
      arrived: (part) => this.#count(part as SearchPage),
      failed: (thrown) => notices.report(thrown),
    });
    pages.seed(first);
    this.#pages = pages;
    this.question = question;
    this.phase = 'here';
    this.#count(first);
    this.answered += 1;
    this.#askAgain(question, first.isPartial, 1);
  }

  /** One of the models was busy: what is in view is asked for again, a few times at most. */
  #askAgain(question: Question, isPartial: boolean, attempt: number): void {
    if (!isPartial || attempt > TRIES) return;
    setTimeout(() => {
      if (this.question !== question || this.phase !== 'here') return;
      void this.refresh();
      this.#askAgain(question, true, attempt + 1);
    }, TRY_AGAIN_MS * attempt);
  }

  #count(page: SearchPage): void {
    this.total = page.total;
    this.nGood = page.nGood;
    this.nNotYetSearchable = page.nNotYetSearchable;
    this.problems = page.problems;
    this.unknownWords = page.unknownWords;
    this.canImprove = page.canImprove;
    this.#isRanked = page.isRanked;
    this.#arrivals += 1;
  }
}

export const answer = new Answer();
