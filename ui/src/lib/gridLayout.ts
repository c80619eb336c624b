/**
 * Where the tiles of the grid are.
 *
 * Rows have one height, so that row and position follow from each other by
 * arithmetic and 100,000 products cost as much as 100. A ranked answer has two
 * sections, strong matches and weak ones, with a divider between them; the last
 * row of the first section may be short. All positions are CSS px.
 *
 * An engine cannot lay out an element of any height (WebKit ends near 33.5
 * million px). Above `MAX_HEIGHT` the scroll bar therefore covers the virtual
 * height at a coarser scale, and rows are placed relative to what is in view.
 */

export const MAX_HEIGHT = 12_000_000;

export interface GridInput {
  /** Products in all. */
  total: number;
  /** Products before the divider; equal to `total` or 0 when there is none. */
  split: number;
  /** Inner width that tiles may use. */
  width: number;
  /** Smallest side of a tile. */
  minSide: number;
  gap: number;
  /** Height of what is below a tile's picture. */
  captionHeight: number;
  dividerHeight: number;
  /** Room above the first row. */
  padTop: number;
  padBottom: number;
}

export interface GridLayout {
  total: number;
  split: number;
  columns: number;
  /** Side of a tile's picture. */
  side: number;
  /** A row with the gap below it. */
  rowHeight: number;
  gap: number;
  padTop: number;
  /** Rows of tiles; the divider is not one. */
  rows: number;
  /** Rows before the divider. */
  rowsAbove: number;
  dividerHeight: number;
  /** Height of all of it. */
  height: number;
}

export function gridLayout(input: GridInput): GridLayout {
  const { total, width, minSide, gap, padTop } = input;
  const split = input.split > 0 && input.split < total ? input.split : total;
  const columns = Math.max(1, Math.floor((width + gap) / (minSide + gap)));
  const side = Math.max(48, Math.floor((width - gap * (columns - 1)) / columns));
  const rowHeight = side + input.captionHeight + gap;
  const rowsAbove = Math.ceil(split / columns);
  const rows = rowsAbove + Math.ceil((total - split) / columns);
  const dividerHeight = split < total ? input.dividerHeight : 0;
  const height = padTop + rows * rowHeight + dividerHeight + input.padBottom;
  return {
    total,
    split,
    columns,
    side,
    rowHeight,
    gap,
    padTop,
    rows,
    rowsAbove,
    dividerHeight,
    height,
  };
}

/** Ranks `[first, end)` of a row. */
export function ranksOfRow(layout: GridLayout, row: number): [number, number] {
  const { columns, rowsAbove, split, total } = layout;
  if (row < rowsAbove) {
    const first = row * columns;
    return [first, Math.min(first + columns, split)];
  }
  const first = split + (row - rowsAbove) * columns;
  return [first, Math.min(first + columns, total)];
}

export function placeOf(layout: GridLayout, rank: number): { row: number; column: number } {
  const { columns, rowsAbove, split } = layout;
  if (rank < split) return { row: Math.floor(rank / columns), column: rank % columns };
  const below = rank - split;
  return { row: rowsAbove + Math.floor(below / columns), column: below % columns };
}

/** Top of a row from the top of everything. */
export function topOfRow(layout: GridLayout, row: number): number {
  const { padTop, rowHeight, rowsAbove, dividerHeight } = layout;
  return padTop + row * rowHeight + (row >= rowsAbove ? dividerHeight : 0);
}

/** The row at a distance from the top, the nearest one where there is none. */
export function rowAt(layout: GridLayout, y: number): number {
  const { padTop, rowHeight, rowsAbove, rows, dividerHeight } = layout;
  let row = Math.floor((y - padTop) / rowHeight);
  if (row >= rowsAbove) {
    row = Math.max(rowsAbove - 1, Math.floor((y - padTop - dividerHeight) / rowHeight));
  }
  return Math.max(0, Math.min(rows - 1, row));
}

/** Rows `[first, end)` that touch `top..top + height`, with `spare` rows on both sides. */
export function rowsInView(
  layout: GridLayout,
  top: number,
  height: number,
  spare: number,
): [number, number] {
  if (layout.rows === 0) return [0, 0];
  return [
    Math.max(0, rowAt(layout, top) - spare),
    Math.min(layout.rows, rowAt(layout, top + height) + 1 + spare),
  ];
}

/** Between the scroll bar's px and the virtual px, where they differ. */
export interface Scale {
  /** Height of the element that is scrolled. */
  physical: number;
  toVirtual: (scrollTop: number) => number;
  toScroll: (virtualTop: number) => number;
}

export function scaleOf(height: number, viewport: number, max = MAX_HEIGHT): Scale {
  if (height <= max) {
    return { physical: height, toVirtual: (top) => top, toScroll: (top) => top };
  }
  const factor = (height - viewport) / (max - viewport);
  return {
    physical: max,
    toVirtual: (top) => top * factor,
    toScroll: (top) => top / factor,
  };
}

export type GridKey =
  'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End' | 'PageUp' | 'PageDown';

export const isGridKey = (key: string): key is GridKey =>
  /^(Arrow(Left|Right|Up|Down)|Home|End|Page(Up|Down))$/.test(key);

/** Where a key takes the cursor. From nowhere (-1), any key but End goes to the first product. */
export function moveCursor(
  layout: GridLayout,
  rank: number,
  key: GridKey,
  rowsPerPage: number,
): number {
  const last = layout.total - 1;
  if (last < 0) return -1;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (rank < 0) return 0;
  if (key === 'ArrowLeft') return Math.max(0, rank - 1);
  if (key === 'ArrowRight') return Math.min(last, rank + 1);
  const { row, column } = placeOf(layout, rank);
  const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -rowsPerPage, PageDown: rowsPerPage }[key];
  const target = Math.max(0, Math.min(layout.rows - 1, row + by));
  // Already at the edge: stay, where a page key would slide along the row.
  if (target === row) return rank;
  const [first, end] = ranksOfRow(layout, target);
  return Math.min(first + column, end - 1);
}
