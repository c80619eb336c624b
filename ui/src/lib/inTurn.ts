/** Does one thing after the other, however fast they are asked for. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  /** Begins once everything before it has ended, well or not. */
  run<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(act, act);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
