/**
 * Where the rows of a list are: a grid of one column whose rows have a height that is given.
 * What works on a grid's layout (rows in view, where a key leads) works on this one, too.
 */
import type { GridLayout } from './gridLayout';

export interface ListInput {
  /** Rows in all. */
  total: number;
  /** Rows before the divider; equal to `total` or 0 when there is none. */
  split?: number;
  /** Height of a row with the gap below it. */
  rowHeight: number;
  gap: number;
  dividerHeight?: number;
  padTop: number;
  padBottom: number;
}

export function listLayout(input: ListInput): GridLayout {
  const { total, rowHeight, gap, padTop } = input;
  const wanted = input.split ?? total;
  const split = wanted > 0 && wanted < total ? wanted : total;
  const dividerHeight = split < total ? (input.dividerHeight ?? 0) : 0;
  return {
    total,
    split,
    columns: 1,
    side: rowHeight - gap,
    rowHeight,
    gap,
    padTop,
    rows: total,
    rowsAbove: split,
    dividerHeight,
    height: padTop + total * rowHeight + dividerHeight + input.padBottom,
  };
}
