/** Product lists on their way in: one after the other is looked at, and taken in only when a person says so. */
import * as backend from '../lib/backend';
import type { ListPreview } from '../lib/bindings/ListPreview';
import type { ListToken } from '../lib/bindings/ListToken';
import { Latest } from '../lib/latest';
import { takenIn } from '../lib/productLists';
import { notices } from './notices.svelte';
import { session } from './session.svelte';

/** Who changes several columns waits for one answer only. */
const REST_MS = 200;

class ListImport {
  /** Those that were not looked at yet; the first one is shown. */
  #lists = $state.raw<ListToken[]>([]);
  /** The place of the one that is shown, from 1, among those that came together. */
  at = $state(1);
  preview = $state.raw<ListPreview | null>(null);
  /** What each column means, as a person sees and changes it. */
  meanings = $state.raw<string[]>([]);
  /** A person said what a column means. */
  isChanged = $state(false);
  /** An answer to the last change is under way. */
  isAsking = $state(false);
  failure = $state('');
  isTaking = $state(false);
  /** Why the list could not be taken in. */
  refusal = $state('');

  readonly #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly shown = $derived<ListToken | null>(this.#lists[0] ?? null);
  /** How many came together. */
  readonly n = $derived(this.at - 1 + this.#lists.length);
  readonly canTake = $derived(
    this.preview !== null &&
      this.preview.problem === null &&
      this.preview.nProducts > 0 &&
      !this.isAsking &&
      !this.isTaking &&
      this.failure === '',
  );

  async choose(): Promise<void> {
    const chosen = await notices.attempt(() => backend.chooseProductList());
    if (chosen) this.open([chosen]);
  }

  /** Shows the first of them, or has them wait behind the one that is shown. */
  open(lists: ListToken[]): void {
    const isFirst = this.shown === null;
    this.#lists = [...this.#lists, ...lists];
    if (!isFirst || lists.length === 0) return;
    this.at = 1;
    this.#show();
  }

  /** Leaves this list as it is and goes on with the next. */
  pass(token = this.shown?.token): void {
    if (token === undefined || this.shown?.token !== token) return;
    clearTimeout(this.#timer);
    this.#latest.forget();
    this.#lists = this.#lists.slice(1);
    this.at += 1;
    if (this.shown) this.#show();
  }

  #show(): void {
    this.preview = null;
    this.meanings = [];
    this.isChanged = false;
    this.isTaking = false;
    this.refusal = '';
    void this.ask();
  }

  /** A column means something else: what the list brings then is asked for. */
  say(column: number, meaning: string): void {
    this.meanings = this.meanings.map((old, at) => (at === column ? meaning : old));
    this.isChanged = true;
    this.#askSoon();
  }

  /** Back to what the columns seemed to mean. */
  startOver(): void {
    this.isChanged = false;
    this.#askSoon();
  }

  #askSoon(): void {
    clearTimeout(this.#timer);
    this.#latest.forget();
    this.isAsking = true;
    this.refusal = '';
    this.#timer = setTimeout(() => void this.ask(), REST_MS);
  }

  async ask(): Promise<void> {
    const { shown } = this;
    if (shown === null) return;
    clearTimeout(this.#timer);
    this.failure = '';
    this.isAsking = true;
    try {
      const came = await this.#latest.run(() =>
        backend.previewList(shown.token, this.isChanged ? this.meanings : null),
      );
      if (came === null) return;
      this.preview = came.value;
      this.meanings = came.value.columns.map(({ meaning }) => meaning);
    } catch (thrown) {
      this.failure = backend.asApiError(thrown).message;
    }
    this.isAsking = false;
  }

  /** True once the list is in. */
  async take(): Promise<boolean> {
    const { shown, preview } = this;
    if (shown === null || preview === null || !this.canTake) return false;
    this.isTaking = true;
    this.refusal = '';
    try {
      await backend.importList(shown.token, this.isChanged ? this.meanings : null);
    } catch (thrown) {
      if (this.shown !== shown) notices.report(thrown);
      else {
        this.refusal = backend.asApiError(thrown).message;
        this.isTaking = false;
      }
      return false;
    }
    notices.tell(takenIn(preview.name, preview.nProducts));
    session.screen = 'catalog';
    this.pass(shown.token);
    return true;
  }
}

export const listImport = new ListImport();
