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
  /** Counts how often what is held was forgotten: an answer from before is not held. */
  #age = 0;

  get(id: ProductId): ReviewItem | undefined {
    return this.#held.get(id);
  }

  set(item: ReviewItem): void {
    const { id } = item.product;
    this.#held.delete(id);
    this.#held.set(id, item);
    for (const old of this.#held.keys()) {
      if (this.#held.size <= ITEMS_KEPT) break;
      this.#held.delete(old);
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
    this.fetch(id).then(
      ({ photos: [first] }) => first && this.picture(first),
      () => undefined,
    );
  }

  picture(pictured: backend.Pictured): DecodedPicture {
    return this.#pictures.want(backend.fullAddress(pictured));
  }

  forget(id: ProductId): void {
    this.#held.delete(id);
    this.#underWay.delete(id);
  }

  /** The catalog became another one. */
  forgetAll(): void {
    this.#age += 1;
    this.#held.clear();
    this.#underWay.clear();
  }
}
