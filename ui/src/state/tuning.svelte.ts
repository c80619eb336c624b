/** What searches learn from the shop: what there is, what is under way, and what came of it. */
import * as backend from '../lib/backend';
import type { Comparison } from '../lib/bindings/Comparison';
import type { TuningJob } from '../lib/bindings/TuningJob';
import type { TuningReport } from '../lib/bindings/TuningReport';
import type { TuningState } from '../lib/bindings/TuningState';
import { isUnderWay } from '../lib/tuning';
import { notices } from './notices.svelte';
import { Shown } from './shown.svelte';

/** How often curves are asked for while something is learnt. */
const REST_MS = 800;
/** Products that are compared. */
const N_COMPARED = 8;

class Tuning {
  readonly state = new Shown<TuningState>(() => this.#ask());
  /** What is under way, or how the last one ended. */
  job = $state.raw<TuningJob | null>(null);
  /** The one that is shown with its figures. */
  report = $state.raw<TuningReport | null>(null);
  /** A change of what searches go by takes seconds in a large catalog. */
  isChanging = $state(false);
  isReading = $state(false);
  comparison = $state.raw<Comparison | null>(null);
  isComparing = $state(false);

  #isShown = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #compared = 0;

  get isUnderWay(): boolean {
    return isUnderWay(this.job);
  }

  /** Somebody looks from now on. */
  async show(): Promise<void> {
    this.#isShown = true;
    await this.load();
  }

  /** Nobody looks any more. */
  leave(): void {
    this.#isShown = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.comparison !== null || this.isComparing) {
      this.comparison = null;
      void notices.attempt(() => backend.endTuningComparison());
    }
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (await this.state.load()) await this.load();
  }

  async #ask(): Promise<TuningState> {
    const now = await backend.tuning();
    this.job = now.job;
    await this.#read(now);
    return now;
  }

  /** The figures of what is in use, else of the newest; what somebody chose to see stays. */
  async #read(now: TuningState): Promise<void> {
    const isThere = now.all.some(({ id }) => id === this.report?.tuning.id);
    const id = isThere ? this.report?.tuning.id : (now.used ?? now.all[0])?.id;
    this.report = id === undefined ? null : await notices.attempt(() => backend.tuningReport(id));
  }

  /** It went on, or ended. */
  heard(job: TuningJob): void {
    const ended = this.isUnderWay && !isUnderWay(job);
    this.job = job;
    if (ended) {
      if (job.state === 'failed' && job.message !== null) notices.say(job.message);
      else if (!this.#isShown && job.state === 'finished') {
        notices.tell(`Learning is done. ${job.message ?? ''}`);
      }
      // What came of it is what is shown next.
      if (job.tuning !== null) this.report = null;
      void this.load();
    } else if (this.#isShown) this.#soon();
  }

  /** Searches go by something else. */
  changed(): void {
    if (this.#isShown) void this.load();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => void this.#goOn(), REST_MS);
  }

  /** While something is learnt, its curves alone change: all the rest is read once it ends. */
  async #goOn(): Promise<void> {
    if (!this.isUnderWay || this.state.value === null) return this.load();
    const points = await notices.attempt(() => backend.tuningPoints());
    this.#timer = undefined;
    const now = this.state.value;
    if (points !== null && this.isUnderWay && now !== null) this.state.value = { ...now, points };
  }

  async #do(action: () => Promise<void>): Promise<void> {
    await notices.attempt(action);
    await this.load();
  }

  start = () => this.#do(() => backend.startTuning(1));
  pause = () => this.#do(() => backend.pauseTuning());
  resume = () => this.#do(() => backend.resumeTuning());
  cancel = () => this.#do(() => backend.cancelTuning());
  remove = (id: number) => this.#do(() => backend.removeTuning(id));

  /** Reading a long log takes a while. */
  async addLog(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    await this.#do(async () => {
      await backend.searchLogDialog();
    });
    this.isReading = false;
  }

  stopLog = () => notices.attempt(() => backend.stopSearchLog());
  forgetLog = () => this.#do(() => backend.forgetSearchLog());
  keepOpened = (isKept: boolean) => this.#do(() => backend.keepOpened(isKept));

  /** What searches go by from now on; null for the models alone. */
  async use(id: number | null): Promise<void> {
    if (this.isChanging) return;
    this.isChanging = true;
    await this.#do(() => backend.useTuning(id));
    this.isChanging = false;
  }

  /** Shows the figures of another one. */
  async look(id: number): Promise<void> {
    this.comparison = null;
    this.report = await notices.attempt(() => backend.tuningReport(id));
  }

  async saveReport(id: number): Promise<void> {
    const name = await notices.attempt(() => backend.saveTuningReportDialog(id));
    if (name !== null) notices.tell(`Saved as ${name}`);
  }

  /** What a search finds without and with what was learnt. */
  async compare(id: number, text: string): Promise<void> {
    const asked = ++this.#compared;
    if (text.trim() === '') {
      this.comparison = null;
      this.isComparing = false;
      return;
    }
    this.isComparing = true;
    const found = await notices.attempt(() => backend.compareTuning(id, text, N_COMPARED));
    if (asked !== this.#compared) return;
    this.comparison = found;
    this.isComparing = false;
  }
}

export const tuning = new Tuning();
