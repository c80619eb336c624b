/** Products of lists of which there is no photo, as many as somebody wanted to see. */
import * as backend from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';
import type { Unphotographed as Product } from '../lib/bindings/Unphotographed';
import { Latest } from '../lib/latest';

const AT_ONCE = 100;
/** The engine answers no more than this in one go. */
const MOST = 1000;

class Unphotographed {
  isOpen = $state(false);
  products = $state.raw<Product[] | null>(null);
  failure = $state.raw<ApiError | null>(null);
  isLoading = $state(false);

  /** How many are wanted; kept apart from what came, as the catalog may change before more has come. */
  #n = AT_ONCE;
  readonly #latest = new Latest();

  toggle(): void {
    this.isOpen = !this.isOpen;
    if (this.isOpen) void this.load();
  }

  /** Asks for as many as are wanted; true when an answer came that nothing overtook. */
  async load(): Promise<boolean> {
    this.isLoading = true;
    try {
      const came = await this.#latest.run(() => this.#fetch(this.#n));
      if (came === null) return false;
      this.products = came.value;
      this.failure = null;
      this.isLoading = false;
      return true;
    } catch (thrown) {
      this.failure = backend.asApiError(thrown);
      this.isLoading = false;
      return false;
    }
  }

  more(): Promise<boolean> {
    this.#n = Math.max(AT_ONCE, this.products?.length ?? 0) + AT_ONCE;
    return this.load();
  }

  async #fetch(n: number): Promise<Product[]> {
    const products: Product[] = [];
    while (products.length < n) {
      const limit = Math.min(MOST, n - products.length);
      const part = await backend.unphotographed(products.length, limit);
      products.push(...part);
      if (part.length < limit) break;
    }
    return products;
  }
}

export const unphotographed = new Unphotographed();
