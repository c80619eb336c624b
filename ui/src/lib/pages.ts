/**
 * A long answer, held in pages of which only those near the eye are kept.
 *
 * Ranks come in as a wanted range; pages that miss are fetched, one request a
 * page, and pages far from the range are let go, so that memory does not grow
 * with the catalog. A page that is fetched again replaces the old one when it
 * arrives: what is on the screen never goes blank.
 */

/** A part of an answer, as the engine sends it. */
export interface Part<T> {
  total: number;
  items: T[];
}

export interface PagesOptions<T> {
  fetch: (offset: number, limit: number) => Promise<Part<T>>;
  /** Called after every page that arrived, with that page. */
  arrived: (part: Part<T>) => void;
  failed: (thrown: unknown) => void;
  pageSize: number;
  /** How many pages are kept at most. */
  keep: number;
}

export class Pages<T> {
  total = 0;
  readonly #options: PagesOptions<T>;
  readonly #held = new Map<number, T[]>();
  /** Pages under way, with the number of the request that will fill them. */
  readonly #underWay = new Map<number, number>();
  readonly #stale = new Set<number>();
  #requests = 0;
  #closed = false;

  constructor(options: PagesOptions<T>) {
    this.#options = options;
  }

  get(rank: number): T | undefined {
    const { pageSize } = this.#options;
    return this.#held.get(Math.floor(rank / pageSize))?.[rank % pageSize];
  }

  /** The rank of the first held item that fits. */
  find(fits: (item: T) => boolean): number | null {
    for (const [page, items] of this.#held) {
      const at = items.findIndex(fits);
      if (at >= 0) return page * this.#options.pageSize + at;
    }
    return null;
  }

  get nHeld(): number {
    return this.#held.size;
  }

  /** Fetches what misses of ranks `first..=last` and lets go of what is far from them. */
  want(first: number, last: number): void {
    if (this.#closed || this.total === 0) return;
    const [from, to] = this.#pagesOf(first, last);
    for (let page = from; page <= to; page += 1) {
      if (!this.#held.has(page) || this.#stale.has(page)) void this.#load(page);
    }
    this.#letGo(from, to);
  }

  /**
   * Asks again for ranks `first..=last`. Other held pages count as out of date
   * and are fetched again when they are next wanted.
   */
  async refresh(first: number, last: number): Promise<void> {
    if (this.#closed) return;
    const [from, to] = this.#pagesOf(first, last);
    for (const page of this.#held.keys()) this.#stale.add(page);
    const loads = [];
    for (let page = from; page <= to; page += 1) loads.push(this.#load(page, true));
    await Promise.all(loads);
  }

  /** Puts a first page in that was fetched by the one who made these pages. */
  seed(part: Part<T>): void {
    this.total = part.total;
    this.#held.set(0, part.items);
  }

  /** After this nothing is fetched and nothing that still arrives is reported. */
  close(): void {
    this.#closed = true;
  }

  #pagesOf(first: number, last: number): [number, number] {
    const { pageSize } = this.#options;
    const end = Math.max(0, Math.min(last, this.total - 1));
    const start = Math.max(0, Math.min(first, end));
    return [Math.floor(start / pageSize), Math.floor(end / pageSize)];
  }

  async #load(page: number, again = false): Promise<void> {
    if (this.#underWay.has(page) && !again) return;
    const { fetch, arrived, failed, pageSize } = this.#options;
    const mine = ++this.#requests;
    this.#underWay.set(page, mine);
    try {
      const part = await fetch(page * pageSize, pageSize);
      if (this.#closed || this.#underWay.get(page) !== mine) return;
      this.#underWay.delete(page);
      this.#stale.delete(page);
      this.#held.set(page, part.items);
      this.total = part.total;
      arrived(part);
    } catch (thrown) {
      if (this.#closed || this.#underWay.get(page) !== mine) return;
      this.#underWay.delete(page);
      failed(thrown);
    }
  }

  #letGo(from: number, to: number): void {
    const { keep } = this.#options;
    if (this.#held.size <= keep) return;
    const distance = (page: number) => Math.max(from - page, page - to, 0);
    const farthestFirst = [...this.#held.keys()].sort((a, b) => distance(b) - distance(a));
    for (const page of farthestFirst.slice(0, this.#held.size - keep)) {
      if (distance(page) === 0) break;
      this.#held.delete(page);
      this.#stale.delete(page);
    }
  }
}
