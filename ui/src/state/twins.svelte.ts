/** Photos that are alike and wait for a person's word, which of them is looked at, and what was decided. */
import * as backend from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';
import type { Likeness } from '../lib/bindings/Likeness';
import type { TwinDecision } from '../lib/bindings/TwinDecision';
import type { TwinGroup } from '../lib/bindings/TwinGroup';
import type { TwinPage } from '../lib/bindings/TwinPage';
import type { TwinPhoto } from '../lib/bindings/TwinPhoto';
import { Latest } from '../lib/latest';
import { Pages, type Part } from '../lib/pages';
import { decisionInWords, groupsOfLikeness, isSameGroup, LIKENESSES } from '../lib/twins';
import { count } from '../lib/words';
import { notices } from './notices.svelte';

const PAGE_SIZE = 40;
const PAGES_KEPT = 8;
const SET_ASIDE_AT_ONCE = 60;

interface Decided {
  words: string;
  at: number;
  pictures: number[];
}

/** A part of the groups with the counts that came with it. */
type TwinPart = Part<TwinGroup> & { page: TwinPage };

class Twins {
  /** Only groups of this likeness; null for all. */
  likeness = $state<Likeness | null>(null);
  phase = $state<'none' | 'here' | 'failed'>('none');
  failure = $state.raw<ApiError | null>(null);
  total = $state(0);
  nByLikeness = $state.raw<number[]>(LIKENESSES.map(() => 0));
  nWaiting = $state(0);
  nSetAside = $state(0);

  /** The group and the photo of it that the keys are about. */
  at = $state(0);
  photoAt = $state(0);
  isLargeOpen = $state(false);
  isDeciding = $state(false);
  /** What was decided last in this window; taken back by "Undo". */
  decided = $state.raw<Decided[]>([]);

  /** The list of photos that were set aside is shown in place of the groups. */
  isAsideOpen = $state(false);
  aside = $state.raw<TwinPhoto[] | null>(null);
  asideFailure = $state.raw<ApiError | null>(null);

  #arrivals = $state(0);
  #pages: Pages<TwinGroup> | null = null;
  #inView: [number, number] = [0, 0];
  readonly #latest = new Latest();
  readonly #latestAside = new Latest();

  /** Groups of every likeness together. */
  get nAll(): number {
    return this.nByLikeness.reduce((sum, n) => sum + n, 0);
  }

  groupAt(at: number): TwinGroup | undefined {
    void this.#arrivals;
    return this.#pages?.get(at);
  }

  get group(): TwinGroup | undefined {
    return this.groupAt(this.at);
  }

  get photo(): TwinPhoto | undefined {
    return this.group?.photos[this.photoAt];
  }

  /** Asks for the groups from their start. */
  async load(): Promise<void> {
    const { likeness } = this;
    try {
      const came = await this.#latest.run(() => this.#fetch(likeness, 0, PAGE_SIZE));
      if (came === null) return;
      this.#pages?.close();
      const pages = new Pages<TwinGroup>({
        pageSize: PAGE_SIZE,
        keep: PAGES_KEPT,
        fetch: (offset, limit) => this.#fetch(likeness, offset, limit),
        // Only what `#fetch` answers is fetched here.
        arrived: (part) => this.#count((part as TwinPart).page),
        failed: (thrown) => notices.report(thrown),
      });
      pages.seed(came.value);
      this.#pages = pages;
      this.phase = 'here';
      this.failure = null;
      this.#count(came.value.page);
    } catch (thrown) {
      this.failure = backend.asApiError(thrown);
      this.phase = 'failed';
    }
  }

  /** The catalog changed: what is in view is asked for again and replaced in place. */
  async refresh(): Promise<void> {
    if (this.phase !== 'here' || this.#pages === null || this.total === 0) await this.load();
    else await this.#pages.refresh(...this.#inView);
    if (this.isAsideOpen) await this.loadAside();
  }

  look(first: number, last: number): void {
    this.#inView = [first, last];
    this.#pages?.want(first, last);
  }

  only(likeness: Likeness | null): void {
    this.isAsideOpen = false;
    if (likeness === this.likeness) return;
    this.likeness = likeness;
    this.#goTo(0);
    void this.load();
  }

  moveTo(at: number, photoAt = 0): void {
    const last = Math.max(0, this.total - 1);
    this.at = Math.max(0, Math.min(last, at));
    this.photoAt = Math.max(0, Math.min((this.group?.photos.length ?? 1) - 1, photoAt));
  }

  movePhoto(by: 1 | -1): void {
    this.moveTo(this.at, this.photoAt + by);
  }

  /** Does it, and goes on to the group that takes the place of this one. */
  async decide(decision: TwinDecision): Promise<void> {
    const { group, at } = this;
    if (group === undefined || this.isDeciding) return;
    this.isDeciding = true;
    const pictures = group.photos.map(({ picture }) => picture);
    const isDone = await notices.attempt(async () => {
      await backend.decideTwins(pictures, decision);
      return true;
    });
    if (isDone) {
      const words = decisionInWords(group, decision);
      this.decided = [...this.decided, { words, at, pictures }];
      await this.refresh();
      this.isLargeOpen = false;
      this.moveTo(at);
      notices.say(`${words}. ${this.total === 0 ? 'That was the last group' : this.#left()}`);
    }
    this.isDeciding = false;
  }

  keepThis(): void {
    const { photo } = this;
    if (photo) void this.decide({ kind: 'keep', picture: photo.picture });
  }

  /** Takes the last decision of this window back and goes to its group. */
  async undo(): Promise<void> {
    const last = this.decided.at(-1);
    if (last === undefined || this.isDeciding) return;
    this.isDeciding = true;
    const isUndone = await notices.attempt(() => backend.undoTwinDecision());
    if (isUndone !== null) {
      this.decided = this.decided.slice(0, -1);
      await this.refresh();
      // The engine may have put it elsewhere, such as when the list was narrowed meanwhile.
      const found = this.#pages?.find((group) => isSameGroup(group, last.pictures));
      this.moveTo(found ?? last.at);
      notices.say(isUndone ? 'Taken back' : 'There is nothing to take back');
    }
    this.isDeciding = false;
  }

  forgetDecided(): void {
    this.decided = [];
  }

  openAside(): void {
    this.isAsideOpen = true;
    void this.loadAside();
  }

  /** Asks for what was set aside, as many as are shown and `more` of them. */
  async loadAside(more = 0): Promise<void> {
    const limit = Math.max(SET_ASIDE_AT_ONCE, (this.aside?.length ?? 0) + more);
    try {
      const came = await this.#latestAside.run(() => backend.setAside(0, limit));
      if (came === null) return;
      this.aside = came.value;
      this.asideFailure = null;
    } catch (thrown) {
      this.asideFailure = backend.asApiError(thrown);
    }
  }

  moreAside(): void {
    void this.loadAside(SET_ASIDE_AT_ONCE);
  }

  async showAgain(photo: TwinPhoto): Promise<void> {
    const isDone = await notices.attempt(async () => {
      await backend.showAgain(photo.picture);
      return true;
    });
    if (!isDone) return;
    notices.say(`${photo.product.fileName} is shown again`);
    await this.load();
    await this.loadAside();
  }

  #left(): string {
    return `${count(this.total, 'group')} left`;
  }

  #goTo(at: number): void {
    this.at = at;
    this.photoAt = 0;
  }

  async #fetch(likeness: Likeness | null, offset: number, limit: number): Promise<TwinPart> {
    const page = await backend.twins(likeness, offset, limit);
    return { total: groupsOfLikeness(page, likeness), items: page.groups, page };
  }

  #count(page: TwinPage): void {
    this.total = groupsOfLikeness(page, this.likeness);
    this.nByLikeness = page.nByLikeness;
    this.nWaiting = page.nWaiting;
    this.nSetAside = page.nSetAside;
    this.#arrivals += 1;
    this.moveTo(this.at, this.photoAt);
  }
}

export const twins = new Twins();
