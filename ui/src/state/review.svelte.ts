/** Descriptions that are looked through: which one is shown, what is decided of it, and back again. */
import { untrack } from 'svelte';
import * as backend from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';
import type { Claim } from '../lib/bindings/Claim';
import type { ProductId } from '../lib/bindings/ProductId';
import type { ReviewDecision } from '../lib/bindings/ReviewDecision';
import type { ReviewFilter } from '../lib/bindings/ReviewFilter';
import type { ReviewItem } from '../lib/bindings/ReviewItem';
import type { ReviewPhoto } from '../lib/bindings/ReviewPhoto';
import type { Stepped } from '../lib/bindings/Stepped';
import { BECOMES, decided } from '../lib/decision';
import type { DecodedPicture } from '../lib/decoded';
import { InTurn } from '../lib/inTurn';
import { Latest } from '../lib/latest';
import { needInWords, rowOf, STATE_NAMES, steppedInWords, WAITING } from '../lib/review';
import { inOrder } from '../lib/segments';
import { notices } from './notices.svelte';
import { ReviewItems } from './reviewItems';
import { ReviewQueue } from './reviewQueue.svelte';

/** So many of the next products are held ready with their pictures. */
const N_AHEAD = 3;
/** After so long without a decision a person looks, and what the decisions changed is asked for. */
const REST_MS = 600;

class Review {
  readonly queue = new ReviewQueue();
  /** Names the product that is shown, or about to be. */
  id = $state<ProductId | null>(null);
  item = $state.raw<ReviewItem | null>(null);
  phase = $state<'none' | 'here' | 'gone' | 'failed'>('none');
  failure = $state.raw<ApiError | null>(null);
  photoAt = $state(0);
  /** Words are marked by whose they are. */
  showsOrigins = $state(false);
  /** What was done last to many products at once, beside a way back. */
  done = $state<string | null>(null);
  /** Somebody is writing, which nothing may take away. */
  isWriting = $state(false);
  /** A step back or forward is under way. */
  isStepping = $state(false);

  readonly #items = new ReviewItems((item) => this.#renewed(item));
  /** Decisions reach the engine in the order in which they were made. */
  readonly #sending = new InTurn();
  readonly #latest = new Latest();
  /** Decisions of each product that the engine has not answered. */
  readonly #unanswered = new Map<ProductId, number>();
  /** Counts changes of the catalog: only the last of many is followed. */
  #nChanges = 0;
  #decidedAt = -Infinity;

  readonly at = $derived(this.queue.indexOf(this.id));
  readonly claims = $derived<Claim[]>(inOrder(this.item?.claims ?? []));
  readonly photo = $derived<ReviewPhoto | undefined>(this.item?.photos[this.photoAt]);

  /** Opens the screen: the words may have become others since it was left. */
  async open(): Promise<void> {
    this.#items.age();
    await this.settled();
    await this.load(this.queue.phase === 'here');
    this.#renewShown();
  }

  /**
   * Brings the screen up to date after the catalog changed, which each decision does, too. While they follow one
   * another it waits: all that is held would be asked for again after each, and the next product with it.
   */
  async refresh(): Promise<void> {
    const { queue } = this;
    const change = ++this.#nChanges;
    await this.#rested();
    await this.settled();
    if (change !== this.#nChanges) return;
    this.#items.age();
    if (queue.phase !== 'here' || queue.rows.length === 0) {
      await this.load(queue.phase === 'here');
      return;
    }
    await queue.recount();
    this.#renewShown();
    this.#prepare();
  }

  async #rested(): Promise<void> {
    const left = () => this.#decidedAt + REST_MS - performance.now();
    while (left() > 0) await new Promise((go) => setTimeout(go, left()));
  }

  #renewShown(): void {
    const { id } = this;
    if (id !== null && !this.#unanswered.has(id)) void this.#items.renew(id);
  }

  /** What is held of a product is as the engine has it now. */
  #renewed(item: ReviewItem): void {
    const { queue } = this;
    const { id } = item.product;
    const row = queue.rows[queue.indexOf(id)];
    if (row) queue.put(rowOf(item, row.need), 0);
    if (this.id === id && this.phase === 'here' && !this.isWriting) this.item = item;
  }

  /** Asks for the queue from its start and shows what needs eyes most; quietly, what is shown stays meanwhile. */
  async load(isQuiet = false): Promise<void> {
    const { queue } = this;
    if (!(await queue.load(isQuiet))) return;
    const kept = queue.indexOf(this.id);
    if (kept >= 0 && this.phase === 'here') this.#prepare();
    else this.show((queue.nextPending(-1) ?? queue.rows[0])?.product.id ?? null);
  }

  narrow(change: Partial<ReviewFilter>): void {
    this.queue.narrow(change);
    this.show(null);
    void this.load();
  }

  /** For when the screen opens next: what waits and passes this, and no longer what was shown before. */
  awaitOpening(change: Partial<ReviewFilter> = {}): void {
    this.queue.narrow({ ...WAITING, ...change });
    this.queue.phase = 'none';
    this.show(null);
  }

  clearFilter(): void {
    this.narrow(WAITING);
  }

  /** Shows a product: at once where it is held ready. */
  show(id: ProductId | null): void {
    this.id = id;
    this.photoAt = 0;
    this.failure = null;
    const held = id === null ? undefined : this.#items.get(id);
    if (id === null || held) {
      this.#latest.forget();
      this.item = held ?? null;
      this.phase = held ? 'here' : 'none';
    } else {
      this.item = null;
      this.phase = 'none';
      void this.#fetch(id);
    }
    this.#prepare();
  }

  async #fetch(id: ProductId): Promise<void> {
    try {
      const came = await this.#latest.run(() => this.#items.fetch(id));
      if (came === null || this.id !== id) return;
      this.item = came.value;
      this.phase = 'here';
    } catch (thrown) {
      this.failure = backend.asApiError(thrown);
      this.phase = this.failure.code === 'notFound' ? 'gone' : 'failed';
    }
  }

  /** Nobody writes any more: what became another one meanwhile is shown. */
  endWriting(): void {
    this.isWriting = false;
    const held = this.item && this.#items.get(this.item.product.id);
    if (held) this.item = held;
  }

  again(): void {
    this.show(this.id);
  }

  /** The product is gone: its row goes, too, and the next one comes. */
  passGone(): void {
    const { id, at, queue } = this;
    if (id === null) return;
    queue.drop(id);
    void queue.recount();
    this.show((queue.rows[at] ?? queue.rows[at - 1])?.product.id ?? null);
  }

  /** To the next row or the previous one, decided or not. */
  async step(by: 1 | -1): Promise<void> {
    const { queue, at } = this;
    const row = queue.rows[at + by] ?? ((await queue.more()) ? queue.rows[at + by] : undefined);
    if (row) this.#goTo(row.product.id);
    else notices.say(by > 0 ? 'That was the last one' : 'That was the first one');
  }

  #goTo(id: ProductId): void {
    this.show(id);
    this.#tell();
  }

  turnPhoto(by: 1 | -1): void {
    const n = this.item?.photos.length ?? 0;
    if (n > 1) this.photoAt = (this.photoAt + by + n) % n;
  }

  /** Turns to a photo; false where the product has no such photo. */
  turnTo(picture: number | null): boolean {
    const at = this.item?.photos.findIndex((photo) => photo.picture === picture) ?? -1;
    if (at >= 0) this.photoAt = at;
    return at >= 0;
  }

  /** The whole picture of a photo, held ready or on its way. */
  pictureOf(photo: ReviewPhoto): DecodedPicture {
    return this.#items.picture(photo);
  }

  /** Decides and goes on at once; the engine is told behind it, in order. */
  decide(decision: ReviewDecision): void {
    const { item, queue } = this;
    if (item === null || this.phase !== 'here') return;
    const state = BECOMES[decision.kind] ?? item.state;
    const { at } = this;
    this.#decidedAt = performance.now();
    this.#take(decided(item, decision));
    this.done = null;
    void this.#send(item, decision);
    if (!BECOMES[decision.kind] || decision.kind === 'reopen') return;
    const words = STATE_NAMES[state];
    const next = queue.nextPending(at);
    if (next) this.show(next.product.id);
    else void this.#goOn(at);
    this.#tell(words);
  }

  /** No held row waits: more are asked for, and without any the screen says that it is done. */
  async #goOn(at: number): Promise<void> {
    const { queue, id } = this;
    await this.#sending.run(() => Promise.resolve());
    if (await queue.more()) {
      const next = queue.nextPending(at);
      if (next && this.id === id) return this.#goTo(next.product.id);
    }
    if (this.id !== id || queue.nextPending(-1)) return;
    if (queue.filter.state === 'pending') await this.reload();
    else notices.say('Nothing else here waits');
  }

  async #send(before: ReviewItem, decision: ReviewDecision): Promise<void> {
    const { id } = before.product;
    this.#unanswered.set(id, (this.#unanswered.get(id) ?? 0) + 1);
    try {
      const after = await this.#sending.run(() => backend.decideReview(id, decision));
      if (this.#answered(id) === 0) this.#take(after);
    } catch (thrown) {
      this.#answered(id);
      notices.report(thrown);
      const now = this.#items.get(id)?.state ?? before.state;
      this.queue.move(now, before.state);
      this.#items.set(before);
      this.queue.put(rowOf(before), this.at);
      if (!this.isWriting) this.show(id);
    }
  }

  #answered(id: ProductId): number {
    const left = (this.#unanswered.get(id) ?? 1) - 1;
    if (left > 0) this.#unanswered.set(id, left);
    else this.#unanswered.delete(id);
    return left;
  }

  /** Takes over what is known of a product now, wherever it is shown. */
  #take(item: ReviewItem): void {
    const { queue } = this;
    const { id } = item.product;
    const row = queue.rows[queue.indexOf(id)];
    this.#items.set(item);
    if (row) {
      queue.move(row.state, item.state);
      queue.put(rowOf(item, row.need), 0);
    }
    if (this.id === id) this.item = item;
  }

  /** Takes the last step back, or does it again, and shows what it changed. */
  async walk(way: 'undo' | 'redo'): Promise<void> {
    if (this.isStepping) return;
    this.isStepping = true;
    this.done = null;
    const step = way === 'undo' ? backend.undoReview : backend.redoReview;
    const came = await notices.attempt(() =>
      this.#sending.run(async () => ({ stepped: await step() })),
    );
    if (came?.stepped) await this.#stepped(came.stepped, way);
    else if (came) notices.say(`There is nothing to ${way === 'undo' ? 'take back' : 'do again'}`);
    this.isStepping = false;
  }

  async #stepped({ what, products, nProducts }: Stepped, way: 'undo' | 'redo'): Promise<void> {
    const { queue } = this;
    const [id] = products;
    for (const one of products) this.#items.forget(one);
    if (nProducts > 1) await queue.load();
    if (id !== undefined) {
      const item = await notices.attempt(() => this.#items.fetch(id));
      if (item) queue.put(rowOf(item, queue.rows[queue.indexOf(id)]?.need), Math.max(0, this.at));
      this.show(id);
    }
    await queue.recount();
    const words = steppedInWords(what, nProducts);
    notices.say(`${way === 'undo' ? 'Taken back' : 'Done again'}: ${words}`);
  }

  /** Approves what a preview showed, and says how many that were. */
  approveAll(token: string): Promise<number> {
    return this.#sending.run(() => backend.approveAll(token));
  }

  /** What is decided has reached the engine. */
  settled(): Promise<void> {
    return this.#sending.run(() => Promise.resolve());
  }

  /** Everything may have become another. */
  async reload(): Promise<void> {
    this.#items.forgetAll();
    this.show(null);
    await this.load();
  }

  #prepare(): void {
    const { queue } = this;
    const at = untrack(() => this.at);
    queue.near(at);
    if (at < 0) return;
    const waiting = queue.rows
      .slice(at + 1)
      .filter(({ state }) => state === 'pending')
      .slice(0, N_AHEAD);
    const beside = [queue.rows[at + 1], queue.rows[at - 1]].flatMap((row) => row ?? []);
    // The nearest last: what was wanted last is kept longest.
    const ids = new Set([...waiting, ...beside].map(({ product }) => product.id));
    for (const id of [...ids].reverse()) {
      if (!this.#unanswered.has(id)) this.#items.prepare(id);
    }
  }

  #tell(before = ''): void {
    const row = this.queue.rows[this.queue.indexOf(this.id)];
    if (!row) return notices.say(before);
    const words = [row.title, STATE_NAMES[row.state], needInWords(row)].filter(Boolean).join(', ');
    notices.say(before ? `${before}. Next: ${words}` : words);
  }
}

export const review = new Review();
