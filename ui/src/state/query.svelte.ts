/** What is asked: words, pictures, a product that others should be like, and filters. */
import * as backend from '../lib/backend';
import { isSameFilter } from '../lib/attributes';
import type { AttributeFilter } from '../lib/bindings/AttributeFilter';
import type { Product } from '../lib/bindings/Product';
import type { QueryPicture } from '../lib/bindings/QueryPicture';
import { answer, type Question } from './answer.svelte';
import { notices } from './notices.svelte';

/** Typing is answered after this pause. */
const TYPING_PAUSE_MS = 120;

class Query {
  text = $state('');
  pictures = $state.raw<QueryPicture[]>([]);
  like = $state.raw<Product | null>(null);
  /** Products must have all of these; they narrow a search, and browsing as well. */
  filters = $state.raw<AttributeFilter[]>([]);
  /** How many pictures are on their way into the field. */
  arriving = $state(0);

  #timer: ReturnType<typeof setTimeout> | undefined;

  get isEmpty(): boolean {
    return (
      this.text.trim() === '' &&
      this.pictures.length === 0 &&
      this.like === null &&
      this.filters.length === 0
    );
  }

  get question(): Question {
    return {
      text: this.text.trim(),
      pictures: this.pictures.map(({ token }) => token),
      like: this.like?.id ?? null,
      likePicture: this.like?.picture ?? null,
      filters: this.filters,
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
  findLike(product: Product): void {
    this.text = '';
    this.pictures = [];
    this.like = product;
    this.filters = [];
    this.ask();
  }

  /** Takes pictures in, wherever they come from. */
  async add(source: () => Promise<QueryPicture[] | QueryPicture | null>): Promise<void> {
    this.arriving += 1;
    const came = await notices.attempt(source);
    this.arriving -= 1;
    const pictures = came === null ? [] : Array.isArray(came) ? came : [came];
    if (pictures.length === 0) return;
    const byToken = new Map([...this.pictures, ...pictures].map((one) => [one.token, one]));
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

  removeLike(): void {
    this.like = null;
    this.ask();
  }

  hasFilter(filter: AttributeFilter): boolean {
    return this.filters.some((one) => isSameFilter(one, filter));
  }

  /** Narrows what is asked by one more filter, or takes that filter away again. */
  toggleFilter(filter: AttributeFilter): void {
    if (this.hasFilter(filter)) {
      this.removeFilter(filter);
    } else {
      this.filters = [...this.filters, filter];
      this.ask();
    }
  }

  removeFilter(filter: AttributeFilter): void {
    this.filters = this.filters.filter((one) => !isSameFilter(one, filter));
    this.ask();
  }

  removeFilters(): void {
    this.filters = [];
    this.ask();
  }

  /** Takes away the filter or picture nearest to the cursor; false when there is none. */
  removeLast(): boolean {
    const filter = this.filters.at(-1);
    const picture = this.pictures.at(-1);
    if (filter) this.removeFilter(filter);
    else if (picture) this.remove(picture.token);
    else if (this.like) this.removeLike();
    else return false;
    return true;
  }

  clear(): void {
    this.text = '';
    this.pictures = [];
    this.like = null;
    this.filters = [];
    this.ask();
  }
}

export const query = new Query();
