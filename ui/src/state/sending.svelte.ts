/** Descriptions on their way out: what is ready, what it would be written as, and what that would change. */
import * as backend from '../lib/backend';
import type { ExportChoices } from '../lib/bindings/ExportChoices';
import type { ExportPreview } from '../lib/bindings/ExportPreview';
import { choiceGroups, firstChoice, writtenInWords, type Choice } from '../lib/exporting';
import { Latest } from '../lib/latest';
import { notices } from './notices.svelte';
import { review } from './review.svelte';

/** Who goes through the choices with the arrows waits for the last one only. */
const REST_MS = 150;

class Sending {
  isOpen = $state(false);
  choices = $state.raw<ExportChoices | null>(null);
  /** Why the choices are not here. */
  failure = $state('');
  choice = $state.raw<Choice | null>(null);
  preview = $state.raw<ExportPreview | null>(null);
  /** Why there is no preview. */
  previewFailure = $state('');
  isAsking = $state(false);
  isWriting = $state(false);
  /** Why nothing was written. */
  refusal = $state('');

  readonly groups = $derived(this.choices ? choiceGroups(this.choices) : []);
  readonly canWrite = $derived(
    this.preview !== null &&
      this.preview.nProducts > 0 &&
      !this.isAsking &&
      !this.isWriting &&
      this.previewFailure === '',
  );

  /** For the next time that the dialog is opened. */
  #chosen = '';
  readonly #loaded = new Latest();
  readonly #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;

  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    void this.load();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#loaded.forget();
    this.#latest.forget();
    this.isOpen = false;
  }

  async load(): Promise<void> {
    this.choices = this.choice = this.preview = null;
    this.failure = this.previewFailure = this.refusal = '';
    this.isAsking = this.isWriting = false;
    try {
      // What was just decided goes along.
      await review.settled();
      const came = await this.#loaded.run(() => backend.exportChoices());
      if (came === null) return;
      this.choices = came.value;
      if (came.value.nReady === 0) return;
      this.choice = firstChoice(came.value, this.#chosen) ?? null;
      await this.ask();
    } catch (thrown) {
      this.failure = backend.asApiError(thrown).message;
    }
  }

  choose(choice: Choice): void {
    this.choice = choice;
    this.#chosen = choice.key;
    this.refusal = '';
    this.isAsking = true;
    clearTimeout(this.#timer);
    this.#latest.forget();
    this.#timer = setTimeout(() => void this.ask(), REST_MS);
  }

  async ask(): Promise<void> {
    const { choice } = this;
    if (choice === null) return;
    this.previewFailure = '';
    this.isAsking = true;
    try {
      const came = await this.#latest.run(() => backend.previewExport(choice.target));
      if (came === null) return;
      this.preview = came.value;
    } catch (thrown) {
      this.preview = null;
      this.previewFailure = backend.asApiError(thrown).message;
    }
    this.isAsking = false;
  }

  /** Asks where to, and writes. */
  async write(): Promise<void> {
    const { choice } = this;
    if (choice === null || !this.canWrite) return;
    this.isWriting = true;
    this.refusal = '';
    try {
      const written = await backend.exportDialog(choice.target);
      if (written) {
        notices.tell(writtenInWords(written));
        this.close();
      }
    } catch (thrown) {
      if (this.isOpen) this.refusal = backend.asApiError(thrown).message;
      else notices.report(thrown);
    }
    this.isWriting = false;
  }
}

export const sending = new Sending();
