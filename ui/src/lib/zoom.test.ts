import { expect, it } from 'vitest';
import { fitted, MAX_SCALE, settle, WHOLE, zoomAt } from './zoom';

const FRAME = { width: 400, height: 300 };

it('fits the whole picture, and does not blow small ones up beyond twice', () => {
  expect(fitted({ width: 4000, height: 1000 }, FRAME)).toEqual({ width: 400, height: 100 });
  expect(fitted({ width: 10, height: 10 }, FRAME)).toEqual({ width: 20, height: 20 });
  expect(fitted({ width: 0, height: 0 }, { width: 0, height: 0 })).toEqual({ width: 0, height: 0 });
});

it('keeps the point under the pointer where it is', () => {
  const fit = { width: 400, height: 300 };
  const view = zoomAt(WHOLE, 2, 100, 50, fit, FRAME);
  // A point's place is its place in the picture times the scale, plus the shift.
  expect(100 * view.scale + view.x).toBeCloseTo(100);
  expect(50 * view.scale + view.y).toBeCloseTo(50);
});

it('never pulls an edge further into the frame than needed', () => {
  const fit = { width: 400, height: 100 };
  expect(settle({ scale: 2, x: 900, y: 50 }, fit, FRAME)).toEqual({ scale: 2, x: 200, y: 0 });
  expect(settle({ scale: 0.1, x: 9, y: 9 }, fit, FRAME)).toEqual(WHOLE);
  expect(settle({ scale: 99, x: 0, y: 0 }, fit, FRAME).scale).toBe(MAX_SCALE);
});
