/** Which product the person looks at, and how closely. */
import * as backend from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';
import type { Photo } from '../lib/bindings/Photo';
import type { Product } from '../lib/bindings/Product';
import type { ProductDetail } from '../lib/bindings/ProductDetail';
import { Latest } from '../lib/latest';
import { answer } from './answer.svelte';
import { preferences } from './preferences.svelte';

/** With an arrow key held down, only the product where it stops is asked for. */
const REST_MS = 60;

class Selection {
  /** Rank of the cursor in the grid; -1 for none. The product below may be from elsewhere. */
  rank = $state(-1);
  product = $state.raw<Product | null>(null);
  detail = $state.raw<ProductDetail | null>(null);
  failure = $state.raw<ApiError | null>(null);
  /** Which of the product's photos is shown. */
  photoAt = $state(0);
  isPreviewOpen = $state(false);

  readonly #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The cursor went ahead to a rank whose page is not here yet. */
  #isAhead = false;

  /** The photo that is shown; null until the details are here. */
  get photo(): Photo | null {
    return this.detail?.photos[this.photoAt] ?? this.detail?.photos[0] ?? null;
  }

  /** Goes on through the photos of the product, round and round. */
  turnPhoto(by: 1 | -1): void {
    const n = this.detail?.photos.length ?? 0;
    if (n > 1) this.photoAt = (this.photoAt + by + n) % n;
  }

  /** Moves the cursor; the product may not have been fetched yet. */
  moveTo(rank: number): void {
    this.rank = rank;
    const product = answer.at(rank);
    this.#isAhead = product === undefined;
    if (product) this.#show(product);
  }

  open(rank: number): void {
    this.moveTo(rank);
    this.#tellOpened(rank);
    preferences.detailOpen = true;
  }

  /** Shows a product that need not be in the grid, such as a look-alike. */
  openProduct(product: Product): void {
    this.rank = answer.rankOf(product.id) ?? -1;
    this.#isAhead = false;
    this.#show(product);
    preferences.detailOpen = true;
  }

  /** Pages arrived: the cursor stays on its product where that moved, else on its rank. */
  follow(): void {
    const { product } = this;
    if (this.rank >= answer.nShown) this.rank = -1;
    const here = this.rank >= 0 ? answer.at(this.rank) : undefined;
    if (this.#isAhead) {
      if (!here) return;
      this.#isAhead = false;
      this.#show(here);
    } else if (product && here?.id !== product.id) {
      const moved = answer.rankOf(product.id);
      if (moved !== null) this.rank = moved;
      else if (here) this.rank = -1;
    }
  }

  /** A new question was answered: the cursor leaves the grid, the open product stays. */
  forgetRank(): void {
    this.#isAhead = false;
    this.rank = this.product ? (answer.rankOf(this.product.id) ?? -1) : -1;
  }

  closeDetail(): void {
    preferences.detailOpen = false;
  }

  clear(): void {
    this.#latest.forget();
    this.rank = -1;
    this.product = null;
    this.detail = null;
    this.failure = null;
    this.isPreviewOpen = false;
  }

  /** Asks for the details of the product again, without a sign of it. */
  refresh(): void {
    if (this.product) void this.#load(this.product.id);
  }

  /** What was opened after words alone were searched for can be learnt from; kept only where somebody wants that. */
  #tellOpened(rank: number): void {
    const product = answer.at(rank);
    const { text, pictures, products } = answer.question;
    if (!product || text === '' || pictures.length > 0 || products.length > 0) return;
    // It is nobody's business here whether that could be kept.
    void backend.openedAfter(text, product.picture).catch(() => undefined);
  }

  #show(product: Product): void {
    const isOther = this.product?.id !== product.id;
    this.product = product;
    if (!isOther) return;
    this.detail = null;
    this.failure = null;
    this.#latest.forget();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(product.id), REST_MS);
  }

  async #load(id: number): Promise<void> {
    try {
      const came = await this.#latest.run(() => backend.product(id));
      if (came === null || this.product?.id !== id) return;
      const shown = this.photo?.picture ?? this.product.picture;
      this.detail = came.value;
      // The photo that matched best, or the one that was being looked at.
      const at = came.value.photos.findIndex(({ picture }) => picture === shown);
      this.photoAt = Math.max(0, at);
      this.failure = null;
    } catch (thrown) {
      this.detail = null;
      this.failure = backend.asApiError(thrown);
    }
  }
}

export const selection = new Selection();
