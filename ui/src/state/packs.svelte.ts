/** Model packs: the list, what is under way, and what went wrong with which. */
import * as backend from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';
import type { PackJob } from '../lib/bindings/PackJob';
import type { PackJobEnd } from '../lib/bindings/PackJobEnd';
import type { PackList } from '../lib/bindings/PackList';
import type { PackNews } from '../lib/bindings/PackNews';
import { notices } from './notices.svelte';
import { session } from './session.svelte';

/** While one pack takes over from another, the list is asked for this often at most. */
const CHANGE_EVERY_MS = 2_000;

class Packs {
  list = $state.raw<PackList | null>(null);
  job = $state.raw<PackJob | null>(null);
  /** What went wrong, by the pack's name; under the empty name what belongs to none. */
  errors = $state.raw<Record<string, ApiError>>({});
  /** What went well and leaves no other trace: files that were checked. */
  good = $state.raw<{ name: string; words: string } | null>(null);

  #asked = 0;
  #newest = 0;

  async load(): Promise<void> {
    this.#asked = Date.now();
    const turn = (this.#newest += 1);
    const list = await notices.attempt(() => backend.packs());
    // An older answer must not overtake a newer one.
    if (!list || turn !== this.#newest) return;
    this.list = list;
    this.job = list.job;
  }

  heard({ job, ended }: PackNews): void {
    this.job = job;
    if (!ended) return;
    this.#ended(ended);
    void this.load();
  }

  /** The catalog moved on: the change of packs may have, too. */
  moved(): void {
    if (this.list?.change && Date.now() - this.#asked > CHANGE_EVERY_MS) void this.load();
  }

  /** Does something with a pack; what goes wrong is shown beside it. */
  async attempt(name: string, action: () => Promise<unknown>): Promise<void> {
    this.#forget(name);
    try {
      await action();
    } catch (thrown) {
      this.#failed(name, backend.asApiError(thrown));
    }
    await this.load();
  }

  /** As {@link attempt}, after which another pack may be in use. */
  async change(name: string, action: () => Promise<void>): Promise<void> {
    await this.attempt(name, async () => {
      await action();
      await session.refreshModels();
    });
  }

  #ended({ kind, name, wasThere, error }: PackJobEnd): void {
    if (error) {
      if (error.code !== 'cancelled') this.#failed(kind === 'import' ? '' : name, error);
      return;
    }
    if (kind === 'verify') {
      this.good = { name, words: 'Every file is as it should be.' };
    } else if (wasThere) {
      this.good = { name, words: 'It was already here, and every file is as it should be.' };
    }
    const title = this.list?.packs.find((pack) => pack.name === name)?.title ?? name;
    notices.say(
      kind === 'verify' ? `The files of ${title} are as they should be` : `${title} is ready`,
    );
  }

  #failed(name: string, error: ApiError): void {
    this.errors = { ...this.errors, [name]: error };
    // Who is elsewhere would not see it beside its pack.
    if (session.screen !== 'settings') notices.report(error);
  }

  #forget(name: string): void {
    this.good = null;
    this.errors = Object.fromEntries(Object.entries(this.errors).filter(([of]) => of !== name));
  }
}

export const packs = new Packs();
