/** How what is being typed may go on. */
import * as backend from '../lib/backend';
import type { Completion } from '../lib/bindings/Completion';
import { Latest } from '../lib/latest';

/** Asked after this pause. */
const PAUSE_MS = 100;

class Completions {
  items = $state.raw<Completion[]>([]);
  /** The one that a key would take; -1 for none. */
  at = $state(-1);

  readonly #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get isOpen(): boolean {
    return this.items.length > 0;
  }

  ask(text: string, caret: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(text, caret), PAUSE_MS);
  }

  async #fetch(text: string, caret: number): Promise<void> {
    // Without proposals one types on.
    const came = await this.#latest.run(() => backend.complete(text, caret).catch(() => []));
    if (came === null) return;
    this.items = came.value;
    this.at = -1;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#latest.forget();
    this.items = [];
    this.at = -1;
  }

  move(by: 1 | -1): void {
    const n = this.items.length;
    // From none, down goes to the first and up to the last; beyond the ends is none.
    this.at = ((this.at + 1 + by + n + 1) % (n + 1)) - 1;
  }
}

export const completions = new Completions();
