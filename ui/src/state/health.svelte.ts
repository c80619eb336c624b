/** The catalog's health: its figures as the engine last counted them, and its report on its way to a file. */
import * as backend from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';
import type { Health as Figures } from '../lib/bindings/Health';
import { notices } from './notices.svelte';
import { unphotographed } from './unphotographed.svelte';

/** While a run changes the catalog again and again, it is counted at most this often. */
const REST_MS = 600;

class Health {
  phase = $state<'none' | 'here' | 'failed'>('none');
  failure = $state.raw<ApiError | null>(null);
  figures = $state.raw<Figures | null>(null);
  isSaving = $state(false);

  #isAsking = false;
  /** The catalog changed while it was being counted. */
  #isStale = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Counts the catalog; what is shown stays until the new figures are there. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One after the other: with an answer dropped for each newer question, a long run would never show one.
    this.#isStale = this.#isAsking;
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.figures = await backend.health();
      this.phase = 'here';
      this.failure = null;
    } catch (thrown) {
      if (this.phase === 'here') notices.report(thrown);
      else {
        this.failure = backend.asApiError(thrown);
        this.phase = 'failed';
      }
    }
    this.#isAsking = false;
    if (this.#isStale) this.#soon();
    if (unphotographed.isOpen) void unphotographed.load();
  }

  /** The catalog changed. */
  changed(): void {
    if (this.#isAsking) this.#isStale = true;
    else this.#soon();
  }

  #soon(): void {
    this.#isStale = false;
    this.#timer ??= setTimeout(() => void this.load(), REST_MS);
  }

  /** Nobody looks any more. */
  leave(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isStale = false;
  }

  /** Asks where to, and writes what the screen shows as a page for others. */
  async saveReport(): Promise<void> {
    if (this.isSaving) return;
    this.isSaving = true;
    const name = await notices.attempt(() => backend.saveReportDialog());
    if (name !== null) notices.tell(`Saved as ${name}`);
    this.isSaving = false;
  }
}

export const health = new Health();
