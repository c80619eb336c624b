import { expect, test } from 'vitest';
import type { TuningFigure } from './bindings/TuningFigure';
import type { TuningJob } from './bindings/TuningJob';
import type { TuningPoint } from './bindings/TuningPoint';
import { curveOf, isUnderWay, jobInWords, rowsOf } from './tuning';

const JOB: TuningJob = {
  state: 'running',
  step: 'learning',
  done: 1200,
  total: 1800,
  etaSecs: 125,
  message: null,
  tuning: null,
};

test('a job is put into words', () => {
  const check = (job: Partial<TuningJob>, expected: string) =>
    expect(jobInWords({ ...JOB, ...job })).toBe(expected);
  check({}, 'Learning, 1,200 of 1,800, 2 min left');
  check({ state: 'paused' }, 'Paused. Learning, 1,200 of 1,800');
  check({ step: 'gathering', total: 0, etaSecs: null }, 'Making searches of what your lists say');
  expect(isUnderWay(null)).toBe(false);
  expect(isUnderWay({ ...JOB, state: 'finished' })).toBe(false);
});

test('figures are told by kind', () => {
  const figure = (kind: string, measure: string): TuningFigure => ({
    kind,
    n: 7,
    measure,
    before: 0.5,
    after: 0.6,
    low: 0.01,
    high: 0.2,
  });
  const rows = rowsOf([
    figure('all', 'Recall@1'),
    figure('all', 'nDCG@10'),
    figure('x', 'Recall@10'),
  ]);
  expect(rows.map(({ name, n, first, ten }) => [name, n, first !== null, ten !== null])).toEqual([
    ['All searches', 7, true, false],
    ['x', 7, false, true],
  ]);
});

test('a curve goes from end to end, and says where a stage begins', () => {
  const point = (step: number, stage: TuningPoint['stage'], heldOut: number): TuningPoint => ({
    step,
    stage,
    loss: 1,
    heldOut,
  });
  const points = [point(20, 'text', 0.4), point(40, 'text', 0.6), point(60, 'fused', 0.8)];
  const curve = curveOf(points, ({ heldOut }) => heldOut, 340);
  expect(curve.stages.map(({ name }) => name)).toEqual(['words', 'both together']);
  expect(curve.ends.map(({ value }) => value)).toEqual([0.4, 0.8]);
  expect(curve.line.split(' ')).toHaveLength(3);
  // A value that never changes is a line, not a fault.
  expect(curveOf(points, ({ loss }) => loss, 340).line).not.toContain('NaN');
});
