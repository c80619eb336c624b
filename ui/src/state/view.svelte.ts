import { preferences } from './preferences.svelte';

/** A window as wide as this has room for the filters without being asked. */
const WIDE = 1100;

/** Which parts of the window are open, and ways to move the focus from one part to another. */
class View {
  isKeysOpen = $state(false);
  isProgressOpen = $state(false);
  /** The window is too narrow for the filters beside the grid: they come over it, for a while. */
  hasDrawer = $state(false);
  isDrawerOpen = $state(false);
  /** How far down the grid was, of which answer, for when it is shown again. */
  gridTop = { answered: -1, top: 0 };

  #focusQuery: (atEnd: boolean) => void = () => {};
  #focusFacetsButton: () => void = () => {};
  #focusGrid: () => void = () => {};

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

  onFocusGrid(take: () => void): () => void {
    this.#focusGrid = take;
    return () => (this.#focusGrid = () => {});
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
    this.#focusGrid();
  }
}

export const view = new View();
