/** The catalog's health in numbers and words: where each product stands, what is wrong, and which list shows it. */
import type { Health } from './bindings/Health';
import type { HealthProblem } from './bindings/HealthProblem';
import type { SearchFilter } from './bindings/SearchFilter';
import { STATE_NAMES } from './review';
import { count } from './words';

export type StandKey = 'approved' | 'edited' | 'rejected' | 'needsInfo' | 'pending' | 'undescribed';

/** Products that stand at the same place between a photo and a checked description. */
export interface Stand {
  key: StandKey;
  name: string;
  n: number;
  /** Which products of the catalog these are; null where the review lists them. */
  filter: SearchFilter | null;
}

export const is = (value: string, isNot = false): SearchFilter => ({ key: 'is', value, isNot });

/** Every product at one place, what is done first. They are called what the review calls them. */
export function standsOf({ nProducts, nDescribed, reviewed }: Health): Stand[] {
  return [
    { key: 'approved', name: STATE_NAMES.approved, n: reviewed.approved, filter: is('approved') },
    { key: 'edited', name: STATE_NAMES.edited, n: reviewed.edited, filter: is('edited') },
    { key: 'rejected', name: STATE_NAMES.rejected, n: reviewed.rejected, filter: is('rejected') },
    { key: 'needsInfo', name: STATE_NAMES.needsInfo, n: reviewed.needsInfo, filter: is('unclear') },
    { key: 'pending', name: STATE_NAMES.pending, n: reviewed.pending, filter: null },
    {
      key: 'undescribed',
      name: 'Not described',
      // Counted apart, they may come from two moments of a run.
      n: Math.max(0, nProducts - nDescribed),
      filter: is('described', true),
    },
  ];
}

/** A part of all; nothing of nothing. */
export const shareOf = (n: number, all: number) => (all > 0 ? Math.min(1, n / all) : 0);

/** What was found, most products first, and the names of what was looked for and not found. */
export function sorted(problems: HealthProblem[]): { found: HealthProblem[]; absent: string[] } {
  const found = problems.filter(({ nProducts }) => nProducts > 0);
  return {
    // Of as many products each, they stay as the engine has them: the gravest first.
    found: found.sort((a, b) => b.nProducts - a.nProducts),
    absent: problems.filter(({ nProducts }) => nProducts === 0).map(({ label }) => label),
  };
}

/** Nothing asks for a person, apart from descriptions that nobody has looked at yet. */
export const isWell = (health: Health) =>
  health.nWithProblem === 0 &&
  health.nContradicted === 0 &&
  health.nDoubtful === 0 &&
  health.nTwinGroups === 0 &&
  health.nWithoutPhoto === 0;

/** `12 descriptions have words that a photo contradicts`, `No description has words that …` */
const haveWords = (n: number, which: string) =>
  n === 0
    ? `No description has words that ${which}.`
    : `${count(n, 'description has', 'descriptions have')} words that ${which}`;

export const againstInWords = (n: number) => haveWords(n, 'a photo contradicts');

export const doubtfulInWords = (n: number) => haveWords(n, 'may be wrong');
