import { describe, expect, it } from 'vitest';
import type { Health } from './bindings/Health';
import type { HealthProblem } from './bindings/HealthProblem';
import { againstInWords, doubtfulInWords, isWell, shareOf, sorted, standsOf } from './health';

const WELL: Health = {
  nProducts: 10,
  nPhotos: 12,
  nDescribed: 7,
  reviewed: { pending: 1, approved: 2, edited: 3, rejected: 0, needsInfo: 1 },
  nContradicted: 0,
  nDoubtful: 0,
  problems: [],
  nWithProblem: 0,
  nTwinGroups: 0,
  nWithoutPhoto: 0,
  nUnmeasured: 0,
  days: [],
};

const problem = (name: string, nProducts: number): HealthProblem => ({
  name,
  label: `too ${name}`,
  advice: '',
  isOfPhoto: true,
  nProducts,
});

describe('where products stand', () => {
  it('counts every product once', () => {
    const stands = standsOf(WELL);
    expect(stands.map(({ key, n }) => [key, n])).toEqual([
      ['approved', 2],
      ['edited', 3],
      ['rejected', 0],
      ['needsInfo', 1],
      ['pending', 1],
      ['undescribed', 3],
    ]);
    expect(stands.reduce((sum, { n }) => sum + n, 0)).toBe(WELL.nProducts);
  });

  it('leads to the products of the catalog, and to the review for what nobody checked', () => {
    const filters = Object.fromEntries(standsOf(WELL).map(({ key, filter }) => [key, filter]));
    expect(filters.needsInfo).toEqual({ key: 'is', value: 'unclear', isNot: false });
    expect(filters.undescribed).toEqual({ key: 'is', value: 'described', isNot: true });
    expect(filters.pending).toBeNull();
  });

  it('never counts fewer than none', () => {
    expect(standsOf({ ...WELL, nDescribed: 11 }).at(-1)?.n).toBe(0);
  });
});

describe('shares', () => {
  it('are parts of all, also where there is nothing', () => {
    expect(shareOf(1, 4)).toBe(0.25);
    expect(shareOf(5, 4)).toBe(1);
    expect(shareOf(0, 0)).toBe(0);
  });
});

describe('problems', () => {
  it('come with most products first, and in their order where as many have them', () => {
    const { found, absent } = sorted([
      problem('small', 2),
      problem('dark', 0),
      problem('pale', 9),
      problem('blurred', 2),
      problem('tiny', 0),
    ]);
    expect(found.map(({ name }) => name)).toEqual(['pale', 'small', 'blurred']);
    expect(absent).toEqual(['too dark', 'too tiny']);
  });

  it('are none only where none of any kind is', () => {
    expect(isWell(WELL)).toBe(true);
    for (const key of [
      'nWithProblem',
      'nContradicted',
      'nDoubtful',
      'nTwinGroups',
      'nWithoutPhoto',
    ]) {
      expect(isWell({ ...WELL, [key]: 1 })).toBe(false);
    }
  });

  it('are said in sentences', () => {
    expect(againstInWords(1)).toBe('1 description has words that a photo contradicts');
    expect(againstInWords(0)).toBe('No description has words that a photo contradicts.');
    expect(doubtfulInWords(1200)).toBe('1,200 descriptions have words that may be wrong');
  });
});
