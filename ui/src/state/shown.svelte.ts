/** What a screen shows of something that changes: asked for again and again, one question at a time. */
import * as backend from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';
import { notices } from './notices.svelte';

export class Shown<T> {
  phase = $state<'none' | 'here' | 'failed'>('none');
  /** Why there is nothing to show. */
  failure = $state.raw<ApiError | null>(null);
  /** Stays until a newer one is there, also where that cannot be had. */
  value = $state.raw<T | null>(null);

  #ask: () => Promise<T>;
  #isAsking = false;
  #isStale = false;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  /**
   * Asks; whether the answer was out of date when it came, or null where one is awaited already. One after the other: with an answer dropped for each newer
   * question, what changes all the while would never be shown.
   */
  async load(): Promise<boolean | null> {
    this.#isStale = this.#isAsking;
    if (this.#isAsking) return null;
    this.#isAsking = true;
    try {
      this.value = await this.#ask();
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
    return this.#isStale;
  }

  /** It changed; whether the answer that is awaited will be out of date. */
  changed(): boolean {
    this.#isStale = this.#isAsking;
    return this.#isStale;
  }

  /** Nobody looks any more. */
  leave(): void {
    this.#isStale = false;
  }
}
