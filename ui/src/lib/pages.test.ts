import { describe, expect, it, vi } from 'vitest';
import { Pages, type Part } from './pages';

/** Pages over the numbers from 0, with answers that a test lets through one by one. */
function pagesOver(total: number, keep = 4) {
  const waiting: { offset: number; answer: (part: Part<number>) => void; fail: () => void }[] = [];
  const arrived = vi.fn();
  const failed = vi.fn();
  const pages = new Pages<number>({
    pageSize: 10,
    keep,
    arrived,
    failed,
    fetch: (offset) =>
      new Promise((answer, reject) => {
        waiting.push({ offset, answer, fail: () => reject(new Error('no')) });
      }),
  });
  const partAt = (offset: number, shift = 0): Part<number> => ({
    total,
    items: Array.from({ length: 10 }, (_, at) => offset + at + shift),
  });
  pages.seed(partAt(0));
  const letThrough = async (shift = 0) => {
    for (const { offset, answer } of waiting.splice(0)) answer(partAt(offset, shift));
    await new Promise((done) => setTimeout(done));
  };
  return { pages, waiting, arrived, failed, letThrough };
}

describe('Pages', () => {
  it('fetches what misses, once', async () => {
    const { pages, waiting, letThrough } = pagesOver(1000);
    pages.want(0, 25);
    pages.want(0, 25);
    expect(waiting.map(({ offset }) => offset)).toEqual([10, 20]);
    expect(pages.get(15)).toBeUndefined();
    await letThrough();
    expect(pages.get(15)).toBe(15);
    expect(pages.get(0)).toBe(0);
    pages.want(0, 25);
    expect(waiting).toHaveLength(0);
  });

  it('never asks beyond the end', () => {
    const { pages, waiting } = pagesOver(12);
    pages.want(0, 500);
    expect(waiting.map(({ offset }) => offset)).toEqual([10]);
  });

  it('lets go of what is far away, never of what is wanted', async () => {
    const { pages, letThrough } = pagesOver(100_000, 4);
    for (let first = 0; first < 1000; first += 10) {
      pages.want(first, first + 9);
      await letThrough();
    }
    expect(pages.nHeld).toBeLessThanOrEqual(5);
    expect(pages.get(995)).toBe(995);
    expect(pages.get(5)).toBeUndefined();
    pages.want(0, 99);
    await letThrough();
    for (let rank = 0; rank < 100; rank += 1) expect(pages.get(rank)).toBe(rank);
  });

  it('replaces in place: what is seen never goes blank', async () => {
    const { pages, letThrough, waiting } = pagesOver(1000);
    pages.want(0, 19);
    await letThrough();
    void pages.refresh(0, 9);
    expect(waiting.map(({ offset }) => offset)).toEqual([0]);
    expect(pages.get(3)).toBe(3);
    await letThrough(7);
    expect(pages.get(3)).toBe(10);
    // The other page is out of date, shown as it is, and fetched again when wanted.
    expect(pages.get(13)).toBe(13);
    pages.want(0, 19);
    expect(waiting.map(({ offset }) => offset)).toEqual([10]);
  });

  it('believes the newer of two answers for one page', async () => {
    const { pages, waiting } = pagesOver(1000);
    void pages.refresh(0, 9);
    void pages.refresh(0, 9);
    const [older, newer] = waiting;
    newer?.answer({ total: 1000, items: [200] });
    await Promise.resolve();
    older?.answer({ total: 1000, items: [100] });
    await new Promise((done) => setTimeout(done));
    expect(pages.get(0)).toBe(200);
  });

  it('reports a failure and may be asked again', async () => {
    const { pages, waiting, failed } = pagesOver(1000);
    pages.want(10, 19);
    waiting.splice(0).forEach(({ fail }) => fail());
    await new Promise((done) => setTimeout(done));
    expect(failed).toHaveBeenCalledOnce();
    pages.want(10, 19);
    expect(waiting).toHaveLength(1);
  });

  it('is silent once closed', async () => {
    const { pages, arrived, letThrough } = pagesOver(1000);
    pages.want(10, 19);
    pages.close();
    await letThrough();
    expect(arrived).not.toHaveBeenCalled();
  });

  it('takes the first products of an empty catalog in', async () => {
    const { pages, waiting } = pagesOver(0);
    void pages.refresh(0, 0);
    waiting.splice(0).forEach(({ answer }) => answer({ total: 1, items: [42] }));
    await new Promise((done) => setTimeout(done));
    expect(pages.total).toBe(1);
    expect(pages.get(0)).toBe(42);
  });
});
