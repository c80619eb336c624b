import { describe, expect, it } from 'vitest';
import { when } from './when';

describe('when', () => {
  const now = new Date(2026, 2, 5, 14, 30).getTime();
  const ago = (minutes: number) => when(now - minutes * 60_000, now);

  it('is told as people tell it', () => {
    expect(ago(0.5)).toBe('just now');
    expect(ago(1)).toBe('1 minute ago');
    expect(ago(59)).toBe('59 minutes ago');
    expect(ago(120)).toBe('today, 12:30');
    expect(ago(24 * 60)).toBe('yesterday, 14:30');
    expect(ago(72 * 60)).toBe('2 Mar 2026, 14:30');
  });
});
