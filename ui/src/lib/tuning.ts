/** A search that learns from the shop, in words and as curves. */
import type { FieldName } from './bindings/FieldName';
import type { SearchLog } from './bindings/SearchLog';
import type { TuningFigure } from './bindings/TuningFigure';
import type { TuningJob } from './bindings/TuningJob';
import type { TuningPoint } from './bindings/TuningPoint';
import type { TuningStage } from './bindings/TuningStage';
import type { TuningState } from './bindings/TuningState';
import type { TuningStep } from './bindings/TuningStep';
import { count, number, timeLeft } from './words';

export const isUnderWay = (job: TuningJob | null) =>
  job !== null && (job.state === 'running' || job.state === 'paused');

const STEPS: Record<TuningStep, string> = {
  gathering: 'Making searches of what your lists say',
  learning: 'Learning',
  preparing: 'Making photos ready to be found',
  measuring: 'Trying searches, before and after',
};

/** `Learning, 120 of 900, 2 min left` */
export function jobInWords({ state, step, done, total, etaSecs }: TuningJob): string {
  const parts = [STEPS[step]];
  if (total > 0) parts.push(`${number(done)} of ${number(total)}`);
  if (etaSecs !== null && state === 'running') parts.push(timeLeft(etaSecs));
  return `${state === 'paused' ? 'Paused. ' : ''}${parts.join(', ')}`;
}

/** What is said of products, and what it is good for. */
export const USES: Partial<Record<FieldName, [name: string, use: string]>> = {
  title: ['Title', 'what you call your products; nothing can be learnt without'],
  category: ['Category', 'what kind of thing each one is'],
  brand: ['Brand', 'how a brand looks'],
  colour: ['Colour', 'your names of colours'],
  material: ['Material', 'how a material looks'],
  pattern: ['Pattern', 'your names of patterns'],
  gender: ['For whom', 'what is for women, men or children'],
  size: ['Size', 'sizes that people ask for'],
  description: ['Text', 'other words for the same things'],
};

/** What of a log brings nothing, and why. */
export function leftOut({ nUnknown, nBroken, nRare }: SearchLog): string[] {
  const parts: [number, string, string][] = [
    [nUnknown, 'row names no product of this catalog.', 'rows name no product of this catalog.'],
    [nBroken, 'row names no search, product or count.', 'rows name no search, product or count.'],
    [nRare, 'rare row was left out.', 'rare rows were left out.'],
  ];
  return parts.flatMap(([n, one, many]) => (n > 0 ? [count(n, one, many)] : []));
}

export const nTitled = ({ said }: TuningState) =>
  said.find(({ field }) => field === 'title')?.nProducts ?? 0;

/** Whether there is so little that learning would not even begin. */
export const isTooLittle = (state: TuningState) => nTitled(state) < state.nNeeded;

const KINDS: Record<string, string> = {
  all: 'All searches',
  title: 'Words of titles',
  attributes: 'Brand, colour and the like',
  text: 'Words of descriptions',
  mistyped: 'With a slip of the finger',
  synonym: 'By another name',
  searched: 'What people searched for',
  'no word in common': 'Without a word in common',
  'nothing said of the product': 'Photos of which no list says anything',
};

export interface KindRow {
  kind: string;
  name: string;
  n: number;
  /** The right product comes first. */
  first: TuningFigure | null;
  /** What is wanted is among the first ten. */
  ten: TuningFigure | null;
  /** By what it is decided. */
  deciding: TuningFigure | null;
}

/** A row of each kind of search. */
export function rowsOf(figures: TuningFigure[]): KindRow[] {
  const kinds = [...new Set(figures.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const of = figures.filter((figure) => figure.kind === kind);
    const by = (measure: string) => of.find((figure) => figure.measure === measure) ?? null;
    return {
      kind,
      name: KINDS[kind] ?? kind,
      n: of[0]?.n ?? 0,
      first: by('Recall@1'),
      ten: by('Recall@10'),
      deciding: by('nDCG@10'),
    };
  });
}

export const STAGES: Record<TuningStage, string> = {
  text: 'words',
  image: 'photos',
  fused: 'both together',
};

export const CURVE = { height: 150, left: 44, top: 10, bottom: 24 };

export interface Curve {
  line: string;
  ends: { y: number; value: number }[];
  stages: { x: number; name: string }[];
}

/** A value of each moment as a line in a plot of this width. */
export function curveOf(
  points: TuningPoint[],
  value: (point: TuningPoint) => number,
  width: number,
): Curve {
  const values = points.map(value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = points.at(-1)?.step ?? 1;
  const x = (step: number) => CURVE.left + ((width - CURVE.left - 4) * step) / Math.max(1, last);
  const room = CURVE.height - CURVE.top - CURVE.bottom;
  const y = (of: number) => CURVE.top + room * (1 - (of - low) / Math.max(1e-9, high - low));
  const begins = points.filter((point, at) => points[at - 1]?.stage !== point.stage);
  return {
    line: points
      .map((point, at) => `${x(point.step).toFixed(1)},${y(values[at] ?? low).toFixed(1)}`)
      .join(' '),
    ends:
      high > low ? [low, high].map((of) => ({ y: y(of), value: of })) : [{ y: y(low), value: low }],
    stages: begins.map(({ step, stage }, at) => ({
      x: at === 0 ? CURVE.left : x(step),
      name: STAGES[stage],
    })),
  };
}
