/** The catalog, the run and the models as the engine last reported them. */
import * as backend from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';
import type { AppState } from '../lib/bindings/AppState';
import type { CatalogSummary } from '../lib/bindings/CatalogSummary';
import type { ModelsInfo } from '../lib/bindings/ModelsInfo';
import type { RunProgress } from '../lib/bindings/RunProgress';
import { learnNames } from '../lib/filters';
import { isUnderWay } from '../lib/run';
import { answer } from './answer.svelte';
import { notices } from './notices.svelte';
import { packs } from './packs.svelte';
import { tuning } from './tuning.svelte';

export type Screen = 'catalog' | 'review' | 'duplicates' | 'health' | 'learning' | 'settings';

class Session {
  phase = $state<'starting' | 'ready' | 'failed'>('starting');
  failure = $state<ApiError | null>(null);
  screen = $state<Screen>('catalog');

  version = $state('');
  catalog = $state.raw<CatalogSummary>({
    nProducts: 0,
    nWithoutPhoto: 0,
    nPhotos: 0,
    nSearchable: 0,
    nDescribed: 0,
    nSkipped: 0,
    nGone: 0,
    isReadOnly: false,
    sources: [],
  });
  run = $state.raw<RunProgress>({
    state: 'idle',
    stages: [],
    nSkipped: 0,
    current: null,
    message: null,
  });
  models = $state.raw<ModelsInfo | null>(null);
  modelsProblem = $state<string | null>(null);
  sampleAvailable = $state(false);
  examples = $state.raw<string[]>([]);
  /** Counts the changes of the catalog, for whoever shows a part of it. */
  changes = $state(0);

  #listening = false;

  get isUnderWay(): boolean {
    return isUnderWay(this.run);
  }

  /** Nothing was added yet: the window invites. */
  get isFirstStart(): boolean {
    return this.catalog.sources.length === 0 && this.catalog.nPhotos === 0 && !this.isUnderWay;
  }

  /** Listens first and asks then, so that nothing happens unseen in between. */
  async start(): Promise<void> {
    this.phase = 'starting';
    try {
      if (!this.#listening) {
        await backend.on('progress', (run) => this.#progressed(run));
        await backend.on('catalog-changed', (catalog) => this.#changed(catalog));
        await backend.on('packs', (news) => packs.heard(news));
        await backend.on('tuning', (job) => tuning.heard(job));
        await backend.on('pack-changed', () => this.#packChanged());
        this.#listening = true;
      }
      const state = await backend.appState();
      this.version = state.version;
      learnNames(state.filterNames);
      this.catalog = state.catalog;
      this.run = state.run;
      this.#takeSlow(state);
      this.phase = 'ready';
    } catch (thrown) {
      this.failure = backend.asApiError(thrown);
      this.phase = 'failed';
    }
  }

  /** What no event tells. Catalog and run come by event, and an older answer must not overtake one. */
  #takeSlow(state: AppState): void {
    this.models = state.models;
    this.modelsProblem = state.modelsProblem;
    this.sampleAvailable = state.sampleAvailable;
    this.examples = [...new Set(state.examples)];
  }

  /** Asks for the pack in use, after it may have become another. */
  async refreshModels(): Promise<void> {
    this.#takeSlow(await backend.appState());
  }

  #packChanged(): void {
    this.refreshModels().catch((thrown: unknown) => notices.report(thrown));
    void packs.load();
    tuning.changed();
    void answer.refresh();
  }

  #progressed(run: RunProgress): void {
    const ended = this.isUnderWay && !isUnderWay(run);
    this.run = run;
    // Examples are made from descriptions, and a run brings new ones.
    if (ended) {
      backend
        .appState()
        .then((state) => this.#takeSlow(state))
        .catch((thrown: unknown) => notices.report(thrown));
    }
  }

  #changed(catalog: CatalogSummary): void {
    this.catalog = catalog;
    this.changes += 1;
    void answer.refresh();
  }
}

export const session = new Session();
