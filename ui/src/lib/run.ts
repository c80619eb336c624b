/** A run of indexing, put into words. */
import type { RunProgress } from './bindings/RunProgress';
import type { StageKind } from './bindings/StageKind';
import type { StageProgress } from './bindings/StageProgress';
import { count, number, rate, timeLeft } from './words';

export const STAGE_NAMES: Record<StageKind, string> = {
  scan: 'Looking for photos',
  read: 'Preparing photos',
  embed: 'Making photos searchable',
  describe: 'Describing photos',
  refine: 'Refining the search',
};

const SHORT_NAMES: Record<StageKind, string> = {
  scan: 'Looking for photos',
  read: 'Preparing',
  embed: 'Making searchable',
  describe: 'Describing',
  refine: 'Refining the search for',
};

export const isUnderWay = (run: RunProgress) => run.state === 'running' || run.state === 'paused';

const unfinished = (stage: StageProgress) => stage.total > 0 && stage.done < stage.total;

/** The stage that holds up the end: of those at work the one with the longest way to go. */
export function slowest(run: RunProgress): StageProgress | null {
  const open = run.stages.filter(unfinished);
  const atWork = open.filter((stage) => stage.perSecond > 0);
  const byTime = (a: StageProgress, b: StageProgress) => (b.etaSecs ?? 0) - (a.etaSecs ?? 0);
  return [...atWork].sort(byTime)[0] ?? open[0] ?? null;
}

const progressOf = (stage: StageProgress) =>
  `${SHORT_NAMES[stage.kind]} ${number(stage.done)} of ${number(stage.total)}`;

/** "Describing 1,240 of 5,000, 3.1 photos/s, 20 min left, 3 skipped or doubtful" */
export function runInWords(run: RunProgress): string {
  const stage = slowest(run);
  const nSkipped = run.nSkipped > 0 ? `${number(run.nSkipped)} skipped or doubtful` : null;
  const join = (...parts: (string | null)[]) => parts.filter((part) => part !== null).join(', ');
  switch (run.state) {
    case 'running': {
      if (stage === null) {
        const scan = run.stages.find(({ kind }) => kind === 'scan');
        const found = scan && scan.done > 0 ? `${count(scan.done, 'file')} so far` : null;
        return join('Looking for photos', found, nSkipped);
      }
      return join(
        progressOf(stage),
        stage.perSecond > 0 ? rate(stage.perSecond) : null,
        stage.etaSecs !== null ? timeLeft(stage.etaSecs) : null,
        nSkipped,
      );
    }
    case 'paused':
      return join(stage ? `Paused. ${progressOf(stage)}` : 'Paused', nSkipped);
    case 'cancelled':
      return join(stage ? `Stopped. ${progressOf(stage)}` : 'Stopped', nSkipped);
    case 'failed':
      return run.message ?? 'Vitrine had to stop working on your photos.';
    case 'finished':
      return join('All photos are ready', nSkipped);
    case 'idle':
      return '';
  }
}

/** How far the stage is that `runInWords` speaks of, from 0 to 1; null while nobody knows. */
export function fractionDone(run: RunProgress): number | null {
  const stage = slowest(run);
  return stage === null ? null : stage.done / stage.total;
}
