/** What the products of the answer have in common, asked for after each answer. */
import * as backend from '../lib/backend';
import type { FacetGroup } from '../lib/bindings/FacetGroup';
import type { SearchFilter } from '../lib/bindings/SearchFilter';
import { shownGroups } from '../lib/facets';
import { Latest } from '../lib/latest';
import { requestOf } from '../lib/question';
import { answer } from './answer.svelte';
import { query } from './query.svelte';

/** Numbers that come sooner need no sign that they are on their way. */
const PATIENCE_MS = 150;

class Facets {
  #groups = $state.raw<FacetGroup[]>([]);
  #asked = $state.raw<SearchFilter[]>([]);
  phase = $state<'none' | 'here' | 'failed'>('none');
  /** The numbers are those of an earlier answer, for longer than a blink. */
  isLate = $state(false);
  readonly #latest = new Latest();

  readonly groups = $derived(shownGroups(this.#groups, query.filters, this.#asked));

  /** Asks for the answer in force; latest wins. */
  async ask(): Promise<void> {
    const { question } = answer;
    const patience = setTimeout(() => (this.isLate = true), PATIENCE_MS);
    try {
      const came = await this.#latest.run(() => backend.facets(requestOf(question)));
      if (came === null) return;
      this.#groups = came.value.groups;
      this.#asked = question.filters;
      this.phase = 'here';
      this.isLate = false;
    } catch {
      // The answer itself is there; only its filters are not, and the panel says so.
      this.phase = 'failed';
      this.isLate = false;
    } finally {
      clearTimeout(patience);
    }
  }

  /** Chooses a value or lets go of it; one that was left out is chosen. */
  toggle(key: string, value: string): void {
    const left = query.filters.find((one) => one.key === key && one.value === value && one.isNot);
    if (left) query.turnFilter(left);
    else query.toggleFilter({ key, value, isNot: false });
  }
}

export const facets = new Facets();
