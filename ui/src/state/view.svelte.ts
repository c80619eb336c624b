/** Which parts of the window are open, and ways to move the focus from one part to another. */
class View {
  isKeysOpen = $state(false);
  isProgressOpen = $state(false);
  /** How far down the grid was, of which answer, for when it is shown again. */
  gridTop = { answered: -1, top: 0 };

  #focusQuery: () => void = () => {};
  #focusGrid: () => void = () => {};

  /** The query field registers how it takes the focus; returns how it takes that back. */
  onFocusQuery(take: () => void): () => void {
    this.#focusQuery = take;
    return () => (this.#focusQuery = () => {});
  }

  onFocusGrid(take: () => void): () => void {
    this.#focusGrid = take;
    return () => (this.#focusGrid = () => {});
  }

  focusQuery(): void {
    this.#focusQuery();
  }

  focusGrid(): void {
    this.#focusGrid();
  }
}

export const view = new View();
