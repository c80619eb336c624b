/** Products under review that are held ready, with their pictures, before somebody asks for them. */
import * as backend from '../lib/backend';
import type { ProductId } from '../lib/bindings/ProductId';
import type { ReviewItem } from '../lib/bindings/ReviewItem';
import { DecodedPictures, type DecodedPicture } from '../lib/decoded';

const ITEMS_KEPT = 24;
/** The shown one, the next three, one before and a further photo or two. */
const PICTURES_KEPT = 7;

export class ReviewItems {
  readonly #held = new Map<ProductId, ReviewItem>();
  readonly #underWay = new Map<ProductId, Promise<ReviewItem>>();
  readonly #pictures = new DecodedPictures(PICTURES_KEPT);
  /** What is held and may be another one by now. */
  readonly #old = new Set<ProductId>();
  readonly #renewed: (item: ReviewItem) => void;
  /** Counts how often what is held was forgotten: an answer from before is not held. */
  #age = 0;

  /** `renewed` hears of each held one that was asked for again. */
  constructor(renewed: (item: ReviewItem) => void) {
    this.#renewed = renewed;
  }

  get(id: ProductId): ReviewItem | undefined {
    return this.#held.get(id);
  }

  set(item: ReviewItem): void {
    const { id } = item.product;
    this.#old.delete(id);
    this.#held.delete(id);
    this.#held.set(id, item);
    for (const old of this.#held.keys()) {
      if (this.#held.size <= ITEMS_KEPT) break;
      this.#held.delete(old);
      this.#old.delete(old);
    }
  }

  /** From memory, else from the engine. */
  async fetch(id: ProductId): Promise<ReviewItem> {
    const held = this.#held.get(id);
    if (held) return held;
    const asked = this.#underWay.get(id) ?? this.#ask(id);
    return asked;
  }

  async #ask(id: ProductId): Promise<ReviewItem> {
    const age = this.#age;
    const asked = backend.reviewItem(id);
    this.#underWay.set(id, asked);
    try {
      const item = await asked;
      // What a person did meanwhile is newer.
      if (age === this.#age && !this.#held.has(id)) this.set(item);
      return this.#held.get(id) ?? item;
    } finally {
      if (this.#underWay.get(id) === asked) this.#underWay.delete(id);
    }
  }

  /** Holds it ready with its first picture; whoever needs it sees what goes wrong. */
  prepare(id: ProductId): void {
    if (this.#old.has(id)) void this.renew(id);
    this.fetch(id).then(
      ({ photos: [first] }) => first && this.picture(first),
      () => undefined,
    );
  }

  /** Asks again for a held one, which stays until the answer is there. */
  async renew(id: ProductId): Promise<void> {
    const before = this.#held.get(id);
    this.#old.delete(id);
    if (!before) return;
    try {
      const item = await backend.reviewItem(id);
      // What a person did meanwhile is newer.
      if (this.#held.get(id) !== before) return;
      this.set(item);
      this.#renewed(item);
    } catch {
      // It is gone, or will be asked for again: whoever shows it is told then.
      if (this.#held.get(id) === before) this.forget(id);
    }
  }

  picture(pictured: backend.Pictured): DecodedPicture {
    return this.#pictures.want(backend.fullAddress(pictured));
  }

  forget(id: ProductId): void {
    this.#held.delete(id);
    this.#old.delete(id);
    this.#underWay.delete(id);
  }

  /** The catalog changed: what is held is still shown at once, and asked for again when its turn is near. */
  age(): void {
    for (const id of this.#held.keys()) this.#old.add(id);
  }

  /** The catalog became another one. */
  forgetAll(): void {
    this.#age += 1;
    this.#held.clear();
    this.#old.clear();
    this.#underWay.clear();
  }
}
