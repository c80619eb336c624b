/** The test engine's searches that learn: one that helped, one that did not, and a job that goes on when told to. */
import type { Tuning } from '../src/lib/bindings/Tuning';
import type { TuningFigure } from '../src/lib/bindings/TuningFigure';
import type { TuningPoint } from '../src/lib/bindings/TuningPoint';
import type { TuningState } from '../src/lib/bindings/TuningState';
import type { Basis, Handlers } from './engine';

const NOON = Date.UTC(2026, 10, 20, 12);

const tuning = (id: number, verdict: string, more: Partial<Tuning> = {}): Tuning => ({
  id,
  madeMs: NOON + id * 86_400_000,
  madeOn: `2026-11-${20 + id}`,
  seed: 1,
  nProducts: 5000,
  nExamples: 8123,
  nHeldOut: 1000,
  seconds: 212,
  verdict,
  isUsable: true,
  isUsed: false,
  ...more,
});

export const HELPED = tuning(
  2,
  'Searches find more with it, beyond doubt (nDCG@10 rises by 0.021 to 0.048).',
);
export const USELESS = tuning(
  1,
  'It is in doubt whether searches find more with it (nDCG@10 changes by -0.010 to +0.012), so they go on as they are.',
  { isUsable: false },
);

export const POINTS: TuningPoint[] = Array.from({ length: 30 }, (_, at) => ({
  step: (at + 1) * 20,
  stage: at < 8 ? 'text' : at < 16 ? 'image' : 'fused',
  loss: 3.2 * Math.exp(-at / 12) + 0.3,
  heldOut: 0.61 + 0.12 * (1 - Math.exp(-at / 9)),
}));

const figures = (kind: string, n: number, before: number, after: number): TuningFigure[] =>
  ['Recall@1', 'Recall@10', 'MRR', 'nDCG@10'].map((measure, at) => ({
    kind,
    n,
    measure,
    before: Math.min(1, before + at * 0.03),
    after: Math.min(1, after + at * 0.03),
    low: after - before - 0.012,
    high: after - before + 0.012,
  }));

export const FIGURES: TuningFigure[] = [
  ...figures('all', 2000, 0.52, 0.56),
  ...figures('title', 310, 0.81, 0.81),
  ...figures('attributes', 290, 0.64, 0.66),
  ...figures('nothing said of the product', 1000, 0.31, 0.42),
];

export const LEARNABLE: TuningState = {
  nProducts: 5000,
  nNeeded: 40,
  said: [
    { field: 'title', nProducts: 5000 },
    { field: 'category', nProducts: 4980 },
    { field: 'brand', nProducts: 4100 },
    { field: 'colour', nProducts: 0 },
    { field: 'description', nProducts: 2310 },
  ],
  nReviewed: 0,
  log: null,
  keepsOpened: false,
  nOpened: 0,
  used: null,
  nChanged: 0,
  isStale: false,
  isUnfinished: false,
  job: null,
  points: [],
  all: [],
};

export const LEARNT: TuningState = {
  ...LEARNABLE,
  used: { ...HELPED, isUsed: true },
  all: [{ ...HELPED, isUsed: true }, USELESS],
};

/** Runs in the page and therefore uses nothing from this file. */
export function installTuning({ engine, options, productAt }: Basis): Handlers {
  const nothing: TuningState = {
    nProducts: options.n,
    nNeeded: 40,
    said: [],
    nReviewed: 0,
    log: null,
    keepsOpened: false,
    nOpened: 0,
    used: null,
    nChanged: 0,
    isStale: false,
    isUnfinished: false,
    job: null,
    points: [],
    all: [],
  };
  let now: TuningState = options.tuning ?? nothing;
  let stopLog = () => {};
  const tell = (more: Partial<TuningState>) => {
    now = { ...now, ...more };
    if (now.job) engine.emit('tuning', now.job);
  };

  return {
    tuning: () => {
      if (options.tuningFails) {
        throw { code: 'storage', message: 'The library could not be read.', detail: null };
      }
      return now;
    },
    tuning_points: () => now.points,
    start_tuning: () => {
      tell({
        job: {
          state: 'running',
          step: 'learning',
          done: 260,
          total: 900,
          etaSecs: 95,
          message: null,
          tuning: null,
        },
        points: (options.tuningPoints ?? []).slice(0, 13),
      });
    },
    pause_tuning: () => {
      if (now.job) tell({ job: { ...now.job, state: 'paused', etaSecs: null } });
    },
    resume_tuning: () => {
      if (now.job) tell({ job: { ...now.job, state: 'running', etaSecs: 90 } });
    },
    cancel_tuning: () => {
      if (now.job) tell({ job: { ...now.job, state: 'cancelled' }, points: [] });
    },
    search_log_dialog: () => {
      if (options.closesDialogs) return null;
      if (options.readsLong) {
        return new Promise<null>((stop) => {
          stopLog = () => stop(null);
        });
      }
      const log: TuningState['log'] = {
        name: 'searches-2026.csv',
        readOn: '2026-11-27',
        nRows: 12_840,
        nBroken: 0,
        nUnknown: 31,
        nRare: 0,
        nQueries: 2_204,
      };
      now = { ...now, log };
      return log;
    },
    stop_search_log: () => {
      stopLog();
    },
    forget_search_log: () => {
      now = { ...now, log: null };
    },
    keep_opened: ({ isKept }) => {
      now = { ...now, keepsOpened: Boolean(isKept), nOpened: 0 };
    },
    opened_after: () => null,
    use_tuning: ({ id }) => {
      const used = now.all.find((one) => one.id === id) ?? null;
      now = {
        ...now,
        used,
        all: now.all.map((one) => ({ ...one, isUsed: one.id === id })),
      };
      engine.emit('pack-changed', null);
    },
    remove_tuning: ({ id }) => {
      now = { ...now, all: now.all.filter((one) => one.id !== id) };
    },
    tuning_report: ({ id }) => ({
      tuning: now.all.find((one) => one.id === id),
      figures: options.tuningFigures ?? [],
      points: options.tuningPoints ?? [],
    }),
    save_tuning_report_dialog: () => (options.closesDialogs ? null : 'what-searches-learnt.html'),
    compare_tuning: ({ limit }) => ({
      before: Array.from({ length: Number(limit) }, (_, at) => productAt(at, at)),
      after: Array.from({ length: Number(limit) }, (_, at) => productAt(at * 2, at)),
    }),
    end_tuning_comparison: () => null,
  };
}
