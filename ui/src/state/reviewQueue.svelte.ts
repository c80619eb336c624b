/** The products that wait for a person, in the order in which they need one, and what narrows them. */
import * as backend from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';
import type { ProductId } from '../lib/bindings/ProductId';
import type { ReviewCount } from '../lib/bindings/ReviewCount';
import type { ReviewFilter } from '../lib/bindings/ReviewFilter';
import type { ReviewQueue as Part } from '../lib/bindings/ReviewQueue';
import type { ReviewRow } from '../lib/bindings/ReviewRow';
import type { ReviewState } from '../lib/bindings/ReviewState';
import { Latest } from '../lib/latest';
import { STATES, WAITING } from '../lib/review';
import { notices } from './notices.svelte';

const PAGE_SIZE = 100;
/** So many rows before the end of what is held the next ones are asked for. */
const AHEAD = 30;

/**
 * Rows are held from the first on. One that was decided stays where it is, so that nothing moves
 * under the eye; the engine may leave it out from then on, which counts when more rows are asked for.
 */
export class ReviewQueue {
  filter = $state.raw<ReviewFilter>(WAITING);
  phase = $state<'none' | 'here' | 'failed'>('none');
  isLoading = $state(false);
  failure = $state.raw<ApiError | null>(null);
  rows = $state.raw<ReviewRow[]>([]);
  nByState = $state.raw<number[]>(STATES.map(() => 0));
  nUndescribed = $state(0);
  folders = $state.raw<ReviewCount[]>([]);
  categories = $state.raw<ReviewCount[]>([]);
  /** Rows that pass the filter and are not held. */
  nMore = $state(0);

  readonly #latest = new Latest();
  #loading: Promise<boolean> | null = null;
  /** Counts decisions, which the engine may not have counted yet. */
  #nMoves = 0;

  get nAll(): number {
    return this.nByState.reduce((sum, n) => sum + n, 0);
  }

  get nPending(): number {
    return this.nByState[0] ?? 0;
  }

  get nDecided(): number {
    return this.nAll - this.nPending;
  }

  /** Rows that are held, and those that would come. */
  get total(): number {
    return this.rows.length + this.nMore;
  }

  /** Something other than the state narrows it. */
  get isNarrowed(): boolean {
    const { claim, verdict, folder, category } = this.filter;
    return [claim, verdict, folder, category].some((one) => one !== null);
  }

  indexOf(id: ProductId | null): number {
    return this.rows.findIndex(({ product }) => product.id === id);
  }

  /** Asks from the start. True when an answer came that nothing overtook. */
  async load(isQuiet = false): Promise<boolean> {
    this.#loading = null;
    this.isLoading = !isQuiet;
    const limit = Math.max(PAGE_SIZE, Math.min(500, this.rows.length));
    try {
      const came = await this.#latest.run(() => backend.reviewQueue(this.filter, 0, limit));
      if (came === null) return false;
      this.rows = came.value.rows;
      this.#count(came.value);
      this.phase = 'here';
      this.failure = null;
      this.isLoading = false;
      return true;
    } catch (thrown) {
      this.failure = backend.asApiError(thrown);
      this.phase = 'failed';
      this.isLoading = false;
      return false;
    }
  }

  /** Asks for the counts alone: no row comes, goes or moves. */
  async recount(): Promise<void> {
    const { filter } = this;
    const nMoves = this.#nMoves;
    try {
      const part = await backend.reviewQueue(filter, 0, 1);
      // What was decided meanwhile is counted here already, and its change of the catalog brings new counts.
      if (filter === this.filter && nMoves === this.#nMoves) this.#count(part);
    } catch (thrown) {
      notices.report(thrown);
    }
  }

  /** Asks for further rows where there are some; true when some came. */
  async more(): Promise<boolean> {
    if (this.nMore <= 0) return false;
    this.#loading ??= this.#more().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #more(): Promise<boolean> {
    try {
      const came = await this.#latest.run(() =>
        backend.reviewQueue(this.filter, this.#nPassing, PAGE_SIZE),
      );
      if (came === null) return false;
      const held = new Set(this.rows.map(({ product }) => product.id));
      const fresh = came.value.rows.filter(({ product }) => !held.has(product.id));
      this.rows = [...this.rows, ...fresh];
      this.#count(came.value);
      // The order may have become another one meanwhile: nothing is asked for over and over.
      if (fresh.length === 0) this.nMore = 0;
      return fresh.length > 0;
    } catch (thrown) {
      notices.report(thrown);
      return false;
    }
  }

  /** Near the end of what is held more is asked for. */
  near(at: number): void {
    if (at + AHEAD >= this.rows.length) void this.more();
  }

  narrow(change: Partial<ReviewFilter>): void {
    this.filter = { ...this.filter, ...change };
    this.rows = [];
  }

  /** Puts a row in its place, or beside `at` where it is not held. */
  put(row: ReviewRow, at: number): void {
    const place = this.indexOf(row.product.id);
    if (place < 0) {
      const to = Math.max(0, Math.min(this.rows.length, at));
      this.rows = [...this.rows.slice(0, to), row, ...this.rows.slice(to)];
    } else {
      this.rows = this.rows.map((one, n) => (n === place ? row : one));
    }
  }

  drop(id: ProductId): void {
    this.rows = this.rows.filter(({ product }) => product.id !== id);
  }

  /** One product went from one state to another. */
  move(from: ReviewState, to: ReviewState): void {
    if (from === to) return;
    this.#nMoves += 1;
    const change = (state: ReviewState) => Number(state === to) - Number(state === from);
    this.nByState = STATES.map((state, n) => Math.max(0, (this.nByState[n] ?? 0) + change(state)));
  }

  /** The nearest row after `at` that waits, else the first one before it. */
  nextPending(at: number): ReviewRow | undefined {
    const waits = ({ state }: ReviewRow) => state === 'pending';
    return this.rows.slice(at + 1).find(waits) ?? this.rows.slice(0, Math.max(0, at)).find(waits);
  }

  /** Of the held rows, those that the engine counts to the filter's answer. */
  get #nPassing(): number {
    const { state } = this.filter;
    return state === null
      ? this.rows.length
      : this.rows.filter((row) => row.state === state).length;
  }

  #count(part: Part): void {
    this.nByState = part.nByState;
    this.nUndescribed = part.nUndescribed;
    this.folders = part.folders;
    this.categories = part.categories;
    this.nMore = Math.max(0, part.total - this.#nPassing);
  }
}
