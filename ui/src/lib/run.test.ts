import { expect, it } from 'vitest';
import type { RunProgress } from './bindings/RunProgress';
import type { StageProgress } from './bindings/StageProgress';
import { fractionDone, runInWords } from './run';

const stage = (over: Partial<StageProgress>): StageProgress => ({
  kind: 'describe',
  done: 1240,
  total: 5000,
  perSecond: 3.1,
  etaSecs: 1212,
  busySecs: 400,
  ...over,
});

const run = (over: Partial<RunProgress>): RunProgress => ({
  state: 'running',
  stages: [stage({ kind: 'embed', done: 2800, perSecond: 21, etaSecs: 103 }), stage({})],
  nSkipped: 0,
  current: null,
  message: null,
  ...over,
});

function check(over: Partial<RunProgress>, expected: string): void {
  expect(runInWords(run(over))).toBe(expected);
}

it('says what holds the run up, how fast it is and how long it takes', () => {
  check(
    { nSkipped: 3 },
    'Describing 1,240 of 5,000, 3.1 photos/s, 20 min left, 3 skipped or doubtful',
  );
  check({ stages: [stage({ perSecond: 0, etaSecs: null })] }, 'Describing 1,240 of 5,000');
  check({ stages: [] }, 'Looking for photos');
  check(
    { stages: [stage({ kind: 'scan', done: 312, total: 0 })] },
    'Looking for photos, 312 files so far',
  );
});

it('says where a run stands that does not go on', () => {
  check({ state: 'paused' }, 'Paused. Describing 1,240 of 5,000');
  check(
    { state: 'cancelled', nSkipped: 1 },
    'Stopped. Describing 1,240 of 5,000, 1 skipped or doubtful',
  );
  check({ state: 'failed', message: 'The disk is full.' }, 'The disk is full.');
  check({ state: 'finished', nSkipped: 2 }, 'All photos are ready, 2 skipped or doubtful');
  check({ state: 'idle' }, '');
});

it('shows as much of the bar as the words say', () => {
  expect(fractionDone(run({}))).toBeCloseTo(0.248);
  expect(fractionDone(run({ stages: [] }))).toBeNull();
});
