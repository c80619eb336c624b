/** Filters to choose from, as they are shown: with what is chosen now, also where nothing has it. */
import type { FacetGroup } from './bindings/FacetGroup';
import type { SearchFilter } from './bindings/SearchFilter';
import { keyName, valueName } from './filters';

/** Values of a group that are shown before "Show more". */
export const N_SHOWN = 6;

export interface ShownValue {
  value: string;
  label: string;
  n: number;
  isChosen: boolean;
  /** Products that have it are left out. */
  isNot: boolean;
  /** It was typed as text, and only the text takes it away again. */
  isTyped: boolean;
}

export interface ShownGroup {
  key: string;
  name: string;
  values: ShownValue[];
  nMore: number;
}

/**
 * What came, with what is chosen now. `asked` are the filters that the numbers are for: what counted
 * as chosen then and was none of them was typed.
 */
export function shownGroups(
  groups: FacetGroup[],
  now: SearchFilter[],
  asked: SearchFilter[],
): ShownGroup[] {
  const has = (filters: SearchFilter[], key: string, value: string, isNot: boolean) =>
    filters.some((one) => one.key === key && one.value === value && one.isNot === isNot);
  const shown = groups.map(({ key, name, values, nMore }): ShownGroup => ({
    key,
    name,
    nMore,
    values: values.map(({ value, label, n, isChosen }) => {
      const isTyped = isChosen && !has(asked, key, value, false);
      return {
        value,
        label,
        n,
        isTyped,
        isChosen: isTyped || has(now, key, value, false),
        isNot: has(now, key, value, true),
      };
    }),
  }));
  for (const { key, value, isNot } of now) {
    let group = shown.find((one) => one.key === key);
    if (!group) {
      group = { key, name: keyName(key), values: [], nMore: 0 };
      shown.push(group);
    }
    if (group.values.some((one) => one.value === value)) continue;
    const label = valueName({ key, value });
    group.values.push({ value, label, n: 0, isChosen: !isNot, isNot, isTyped: false });
  }
  return shown;
}

/** The first few, and whatever is chosen or left out beyond them. */
export const firstValues = (values: ShownValue[]): ShownValue[] =>
  values.filter(({ isChosen, isNot }, at) => at < N_SHOWN || isChosen || isNot);
