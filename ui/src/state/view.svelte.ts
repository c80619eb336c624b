import { preferences } from './preferences.svelte';

/** A window as wide as this has room for the filters without being asked. */
const WIDE = 1100;

/** What grid and list let others do with them. */
interface GridControl {
  focus: () => void;
  reveal: () => void;
}

/** Which parts of the window are open, and ways to move the focus from one part to another. */
class View {
  isKeysOpen = $state(false);
  isProgressOpen = $state(false);
  /** Somebody misses a product in the answer. */
  isWhyNotOpen = $state(false);
  /** What was done to the product under review. */
  isHistoryOpen = $state(false);
  /** Everything that passes the filter of the review is about to be approved. */
  isApproveAllOpen = $state(false);
  /** The window is too narrow for the filters beside the grid: they come over it, for a while. */
  hasDrawer = $state(false);
  isDrawerOpen = $state(false);
  /** How far down the grid was, of which answer, for when it is shown again. */
  gridTop = { answered: -1, top: 0 };

  #focusQuery: (atEnd: boolean) => void = () => {};
  #focusFacetsButton: () => void = () => {};
  #grid: GridControl | null = null;

  get areFacetsOpen(): boolean {
    if (this.hasDrawer) return this.isDrawerOpen;
    return preferences.facetsOpen ?? window.innerWidth >= WIDE;
  }

  toggleFacets(): void {
    if (this.hasDrawer) this.isDrawerOpen = !this.isDrawerOpen;
    else preferences.facetsOpen = !this.areFacetsOpen;
  }

  /** The query field registers how it takes the focus; returns how it takes that back. */
  onFocusQuery(take: (atEnd: boolean) => void): () => void {
    this.#focusQuery = take;
    return () => (this.#focusQuery = () => {});
  }

  onGrid(grid: GridControl): () => void {
    this.#grid = grid;
    // Grid and list take turns: whoever comes may be here before the other has gone.
    return () => {
      if (this.#grid === grid) this.#grid = null;
    };
  }

  focusQuery(): void {
    this.#focusQuery(false);
  }

  /** With the caret after all words, to go on typing. */
  focusQueryEnd(): void {
    this.#focusQuery(true);
  }

  onFocusFacetsButton(take: () => void): () => void {
    this.#focusFacetsButton = take;
    return () => (this.#focusFacetsButton = () => {});
  }

  focusFacetsButton(): void {
    this.#focusFacetsButton();
  }

  focusGrid(): void {
    this.#grid?.focus();
  }

  /** Scrolls so far that the cursor is in view. */
  revealCursor(): void {
    this.#grid?.reveal();
  }
}

export const view = new View();
