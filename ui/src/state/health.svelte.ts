/** The catalog's health: its figures as the engine last counted them, and its report on its way to a file. */
import * as backend from '../lib/backend';
import type { Health as Figures } from '../lib/bindings/Health';
import { notices } from './notices.svelte';
import { Shown } from './shown.svelte';
import { unphotographed } from './unphotographed.svelte';

/** While a run changes the catalog again and again, it is counted at most this often. */
const REST_MS = 600;

class Health {
  readonly figures = new Shown<Figures>(() => backend.health());
  isSaving = $state(false);

  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Counts the catalog; what is shown stays until the new figures are there. */
  async load(): Promise<void> {
    this.#stop();
    const isStale = await this.figures.load();
    if (isStale === null) return;
    if (isStale) this.#soon();
    if (unphotographed.isOpen) void unphotographed.load();
  }

  /** The catalog changed. */
  changed(): void {
    if (!this.figures.changed()) this.#soon();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => void this.load(), REST_MS);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Nobody looks any more. */
  leave(): void {
    this.#stop();
    this.figures.leave();
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
