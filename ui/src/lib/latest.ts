/**
 * Keeps the newest of several answers to the same kind of question.
 *
 * Answers may come back in any order; one that was overtaken by a newer
 * question is dropped, and so is its failure.
 */
export class Latest {
  #asked = 0;

  /** Resolves to the outcome, or to null when a newer question was asked meanwhile. */
  async run<T>(ask: () => Promise<T>): Promise<{ value: T } | null> {
    const mine = ++this.#asked;
    try {
      const value = await ask();
      return mine === this.#asked ? { value } : null;
    } catch (thrown) {
      if (mine === this.#asked) throw thrown;
      return null;
    }
  }

  /** Drops whatever is still under way. */
  forget(): void {
    this.#asked += 1;
  }
}
