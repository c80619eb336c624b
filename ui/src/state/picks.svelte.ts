/** Several products at once, for what can be done with all of them. */
import * as backend from '../lib/backend';
import type { Product } from '../lib/bindings/Product';
import { count } from '../lib/words';
import { answer } from './answer.svelte';
import { clipboard } from './clipboard.svelte';
import { notices } from './notices.svelte';
import { query } from './query.svelte';

/** "More like these" asks with so many at most: more have nothing in common. */
const MAX_ALIKE = 10;

class Picks {
  #products = $state.raw<ReadonlyMap<number, Product>>(new Map());
  /** From where Shift goes on. */
  #anchor = -1;

  get n(): number {
    return this.#products.size;
  }

  get ids(): number[] {
    return [...this.#products.keys()];
  }

  has(id: number): boolean {
    return this.#products.has(id);
  }

  /** Takes a product in, or lets it go. */
  toggle(rank: number): void {
    const product = answer.at(rank);
    if (!product) return;
    const products = new Map(this.#products);
    if (!products.delete(product.id)) products.set(product.id, product);
    this.#products = products;
    this.#anchor = rank;
  }

  /** Takes everything in from where the last was taken. */
  extend(rank: number, from: number): void {
    const start = this.#anchor >= 0 ? this.#anchor : Math.max(0, from);
    this.#anchor = start;
    this.#add(Math.min(start, rank), Math.max(start, rank) + 1);
  }

  /** What is shown, as far as it is here. */
  all(): void {
    this.#add(0, answer.split > 0 ? answer.split : answer.nShown);
    notices.say(`${count(this.n, 'product')} chosen`);
  }

  #add(first: number, end: number): void {
    const products = new Map(this.#products);
    for (let rank = first; rank < end; rank += 1) {
      const product = answer.at(rank);
      if (product) products.set(product.id, product);
    }
    this.#products = products;
  }

  clear(): void {
    this.#products = new Map();
    this.#anchor = -1;
  }

  async copy(): Promise<void> {
    const words = await notices.attempt(() => backend.productTexts(this.ids));
    if (words) await clipboard.copy(words, count(this.n, 'text'));
  }

  async reveal(): Promise<void> {
    await notices.attempt(() => backend.revealProducts(this.ids));
  }

  async exportList(): Promise<void> {
    const done = await notices.attempt(() => backend.exportListDialog(this.ids));
    if (done) notices.say(`${count(this.n, 'product')} written`);
  }

  alike(): void {
    const products = [...this.#products.values()].slice(0, MAX_ALIKE);
    this.clear();
    query.findLike(...products);
  }
}

export const picks = new Picks();
