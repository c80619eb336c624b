/** What is asked: words, pictures, products that others should be like or not, and filters. */
import * as backend from '../lib/backend';
import type { Product } from '../lib/bindings/Product';
import type { QueryPicture } from '../lib/bindings/QueryPicture';
import type { SavedSearch } from '../lib/bindings/SavedSearch';
import type { SearchFilter } from '../lib/bindings/SearchFilter';
import type { SearchWeights } from '../lib/bindings/SearchWeights';
import type { SortBy } from '../lib/bindings/SortBy';
import { isSameFilter } from '../lib/filters';
import { answer, type Question } from './answer.svelte';
import { notices } from './notices.svelte';

/** Typing is answered after this pause. */
const TYPING_PAUSE_MS = 120;

/** 1 for "like this", -1 for "not like this". */
export interface AskedPicture extends QueryPicture {
  weight: number;
}

export interface AskedProduct {
  product: Product;
  weight: number;
}

class Query {
  text = $state('');
  pictures = $state.raw<AskedPicture[]>([]);
  /** Products that others should be like, or not. */
  products = $state.raw<AskedProduct[]>([]);
  /** They narrow a search, and browsing as well: of one key any of its values, of different keys all. */
  filters = $state.raw<SearchFilter[]>([]);
  sort = $state<SortBy>('relevance');
  /** How much each part of a photo counts; none as long as nobody changed it. */
  weights = $state.raw<SearchWeights | undefined>();
  /** How many pictures are on their way into the field. */
  arriving = $state(0);

  #timer: ReturnType<typeof setTimeout> | undefined;

  get isEmpty(): boolean {
    return (
      this.text.trim() === '' &&
      this.pictures.length === 0 &&
      this.products.length === 0 &&
      this.filters.length === 0
    );
  }

  get question(): Question {
    return {
      text: this.text.trim(),
      pictures: this.pictures.map(({ token, weight }) => ({ token, weight })),
      products: this.products.map(({ product, weight }) => ({
        product: product.id,
        picture: product.picture,
        weight,
      })),
      filters: this.filters,
      sort: this.sort,
      ...(this.weights ? { weights: this.weights } : {}),
    };
  }

  /** Words as they are typed. */
  type(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), TYPING_PAUSE_MS);
  }

  /** Asks at once, without waiting for a pause. */
  ask(): void {
    clearTimeout(this.#timer);
    void answer.ask(this.question);
  }

  set(text: string): void {
    this.text = text;
    this.ask();
  }

  /** "More like this": takes the place of whatever was asked. */
  findLike(...products: Product[]): void {
    this.text = '';
    this.pictures = [];
    this.products = products.map((product) => ({ product, weight: 1 }));
    this.filters = [];
    this.ask();
  }

  /** Everything that passes one filter: takes the place of whatever was asked. */
  findOnly(filter: SearchFilter): void {
    this.text = '';
    this.pictures = [];
    this.products = [];
    this.filters = [filter];
    this.ask();
  }

  /** "Not like this": added to what is asked, and away from it where it was asked for. */
  findUnlike(product: Product): void {
    const others = this.products.filter((one) => one.product.id !== product.id);
    this.products = [...others, { product, weight: -1 }];
    this.ask();
  }

  /** Takes pictures in, wherever they come from. */
  async add(source: () => Promise<QueryPicture[] | QueryPicture | null>): Promise<void> {
    this.arriving += 1;
    const came = await notices.attempt(source);
    this.arriving -= 1;
    const pictures = came === null ? [] : Array.isArray(came) ? came : [came];
    if (pictures.length === 0) return;
    const asked = pictures.map((one) => ({ ...one, weight: 1 }));
    const byToken = new Map([...this.pictures, ...asked].map((one) => [one.token, one]));
    this.pictures = [...byToken.values()];
    this.ask();
  }

  choosePicture(): Promise<void> {
    return this.add(() => backend.queryPictureDialog());
  }

  remove(token: string): void {
    this.pictures = this.pictures.filter((picture) => picture.token !== token);
    this.ask();
  }

  removeProduct(id: number): void {
    this.products = this.products.filter(({ product }) => product.id !== id);
    this.ask();
  }

  /** From "like this" to "not like this", and back. */
  turnPicture(token: string): void {
    this.pictures = this.pictures.map((one) =>
      one.token === token ? { ...one, weight: -one.weight } : one,
    );
    this.ask();
  }

  turnProduct(id: number): void {
    this.products = this.products.map((one) =>
      one.product.id === id ? { ...one, weight: -one.weight } : one,
    );
    this.ask();
  }

  hasFilter(filter: SearchFilter): boolean {
    return this.filters.some((one) => isSameFilter(one, filter));
  }

  /** Narrows what is asked by one more filter, or takes that filter away again. */
  toggleFilter(filter: SearchFilter): void {
    if (this.hasFilter(filter)) {
      this.removeFilter(filter);
    } else {
      this.filters = [...this.filters, filter];
      this.ask();
    }
  }

  removeFilter(filter: SearchFilter): void {
    this.filters = this.filters.filter((one) => !isSameFilter(one, filter));
    this.ask();
  }

  /** From "is" to "is not", and back, in its place. */
  turnFilter(filter: SearchFilter): void {
    const turned = { ...filter, isNot: !filter.isNot };
    const others = this.filters.filter((one) => !isSameFilter(one, turned));
    this.filters = others.map((one) => (isSameFilter(one, filter) ? turned : one));
    this.ask();
  }

  /** Of one key, or all. */
  removeFilters(key?: string): void {
    this.filters = key === undefined ? [] : this.filters.filter((one) => one.key !== key);
    this.ask();
  }

  /** Weighs the parts of a photo anew; as the models' makers found best where nothing is said. */
  weigh(weights: SearchWeights | undefined): void {
    this.weights = weights;
    this.ask();
  }

  /** Asks what was kept under a name. Products that it was asked with are looked up by whoever kept them. */
  open(saved: SavedSearch, products: AskedProduct[]): void {
    const { request, pictures } = saved;
    this.text = request.text;
    this.pictures = request.pictures.flatMap(({ token, weight }) => {
      const picture = pictures.find((one) => one.token === token);
      return picture ? [{ ...picture, weight }] : [];
    });
    this.products = products;
    this.filters = request.filters;
    this.sort = request.sort;
    this.weights = request.weights;
    this.ask();
  }

  sortBy(sort: SortBy): void {
    if (sort === this.sort) return;
    this.sort = sort;
    this.ask();
  }

  /** Takes away the filter, picture or product nearest to the cursor; false when there is none. */
  removeLast(): boolean {
    const filter = this.filters.at(-1);
    const picture = this.pictures.at(-1);
    const product = this.products.at(-1);
    if (filter) this.removeFilter(filter);
    else if (picture) this.remove(picture.token);
    else if (product) this.removeProduct(product.product.id);
    else return false;
    return true;
  }

  clear(): void {
    this.text = '';
    this.pictures = [];
    this.products = [];
    this.filters = [];
    this.ask();
  }
}

export const query = new Query();
