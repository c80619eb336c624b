import { describe, expect, it } from 'vitest';
import type { FacetGroup } from './bindings/FacetGroup';
import { firstValues, N_SHOWN, shownGroups } from './facets';

const NAVY = { key: 'colour', value: 'navy', isNot: false };
const group = (...values: [string, number, boolean][]): FacetGroup => ({
  key: 'colour',
  name: 'Colour',
  nMore: 0,
  values: values.map(([value, n, isChosen]) => ({ value, label: value, n, isChosen })),
});
const values = (...args: Parameters<typeof shownGroups>) =>
  shownGroups(...args).flatMap((one) =>
    one.values.map(({ value, n, isChosen }) => [one.name, value, n, isChosen]),
  );

describe('filters to choose from', () => {
  it('show what is chosen now, not when the numbers were asked for', () => {
    expect(values([group(['navy', 3, false])], [NAVY], [])).toEqual([['Colour', 'navy', 3, true]]);
    expect(values([group(['navy', 3, true])], [], [NAVY])).toEqual([['Colour', 'navy', 3, false]]);
  });

  it('keep a chosen value that nothing has, even without its group', () => {
    expect(values([group(['red', 3, false])], [NAVY], [])).toEqual([
      ['Colour', 'red', 3, false],
      ['Colour', 'navy', 0, true],
    ]);
    expect(values([], [{ ...NAVY, key: 'Season' }], [])).toEqual([['Season', 'navy', 0, true]]);
  });

  it('know what was typed', () => {
    const [colour] = shownGroups([group(['navy', 3, true])], [], []);
    expect(colour?.values[0]).toMatchObject({ isTyped: true, isChosen: true });
  });

  it('know what is left out', () => {
    const [colour] = shownGroups([group(['navy', 0, false])], [{ ...NAVY, isNot: true }], []);
    expect(colour?.values[0]).toMatchObject({ isNot: true, isChosen: false });
  });

  it('are a few at first, with every chosen one', () => {
    const many = Array.from({ length: 12 }, (_, at): [string, number, boolean] => [
      `v${at}`,
      1,
      false,
    ]);
    const [colour] = shownGroups([group(...many)], [{ ...NAVY, value: 'v11' }], []);
    expect(firstValues(colour?.values ?? []).map(({ value }) => value)).toEqual([
      ...many.slice(0, N_SHOWN).map(([value]) => value),
      'v11',
    ]);
  });
});
