import { expect, it } from 'vitest';
import { Latest } from './latest';

const after = <T>(ms: number, value: T) =>
  new Promise<T>((done) => setTimeout(() => done(value), ms));

it('drops an answer that was overtaken', async () => {
  const latest = new Latest();
  const slow = latest.run(() => after(20, 'slow'));
  const fast = latest.run(() => after(1, 'fast'));
  expect(await fast).toEqual({ value: 'fast' });
  expect(await slow).toBeNull();
});

it('drops the failure of what was overtaken, and throws that of the newest', async () => {
  const latest = new Latest();
  const old = latest.run(() => after(5, null).then(() => Promise.reject(new Error('old'))));
  const newest = latest.run(() => after(1, null).then(() => Promise.reject(new Error('new'))));
  await expect(newest).rejects.toThrow('new');
  expect(await old).toBeNull();
});

it('forgets what is under way', async () => {
  const latest = new Latest();
  const running = latest.run(() => after(1, 'gone'));
  latest.forget();
  expect(await running).toBeNull();
});
