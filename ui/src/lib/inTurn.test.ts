import { describe, expect, it } from 'vitest';
import { InTurn } from './inTurn';

describe('InTurn', () => {
  it('does one thing after the other, also after a failure', async () => {
    const turns = new InTurn();
    const done: string[] = [];
    const act = (name: string, ms: number, fails = false) =>
      turns.run(async () => {
        await new Promise((go) => setTimeout(go, ms));
        done.push(name);
        if (fails) throw new Error(name);
        return name;
      });
    const failing = act('a', 20, true).catch((thrown: Error) => `failed: ${thrown.message}`);
    const last = act('b', 0);
    expect(await Promise.all([failing, last])).toEqual(['failed: a', 'b']);
    expect(done).toEqual(['a', 'b']);
  });
});
