/** Where everything of the plot of decisions stands, in px. */
import { dayName, nDecided, scaleEnd, shareRight, type Span } from './agreement';

export const HEIGHT = 196;
/** Room for the numbers of both scales, and for the days below. */
const LEFT = 40;
const RIGHT = 44;
const TOP = 10;
const BOTTOM = 26;
/** A column alone does not fill the plot. */
const WIDEST = 40;
/** A day's name has room in this. */
const NAME = 88;

export interface Piece {
  part: 'approved' | 'edited' | 'rejected';
  y: number;
  height: number;
}

export interface Column {
  span: Span;
  /** The room that belongs to it, from top to bottom. */
  left: number;
  room: number;
  x: number;
  width: number;
  pieces: Piece[];
}

export interface Plot {
  left: number;
  right: number;
  top: number;
  bottom: number;
  columns: Column[];
  /** Decisions at the end of the scale. */
  end: number;
  points: { x: number; y: number }[];
  names: { x: number; words: string }[];
}

/** Columns from the bottom up, and a point for each that has claims somebody judged. */
export function plotOf(spans: Span[], width: number): Plot {
  const [left, right] = [LEFT, Math.max(LEFT + 1, width - RIGHT)];
  const [top, bottom] = [TOP, HEIGHT - BOTTOM];
  const end = scaleEnd(Math.max(0, ...spans.map(nDecided)));
  const room = (right - left) / Math.max(1, spans.length);
  const thick = Math.min(WIDEST, room, Math.max(1, room - Math.min(4, room / 4)));
  const columns = spans.map((span, at): Column => {
    let y = bottom;
    const piece = (part: Piece['part'], n: number): Piece[] => {
      const height = (n / end) * (bottom - top);
      y -= height;
      return n > 0 ? [{ part, y, height }] : [];
    };
    return {
      span,
      left: left + at * room,
      room,
      x: left + at * room + (room - thick) / 2,
      width: thick,
      pieces: [
        ...piece('approved', span.nApproved),
        ...piece('edited', span.nEdited),
        ...piece('rejected', span.nRejected),
      ],
    };
  });
  const points = columns.flatMap((column) => {
    const share = shareRight(column.span);
    const x = column.left + room / 2;
    return share === null ? [] : [{ x, y: bottom - share * (bottom - top) }];
  });
  return { left, right, top, bottom, columns, end, points, names: namesOf(columns, right - left) };
}

/** The first day and every so many after it, as far as they have room; with years where there are several. */
function namesOf(columns: Column[], width: number): Plot['names'] {
  const yearOf = (column: Column | undefined) =>
    column && dayName(column.span.first, true).slice(-4);
  const hasYear = yearOf(columns[0]) !== yearOf(columns.at(-1));
  const every = Math.ceil((columns.length * NAME) / width);
  return columns
    .filter((_, at) => at % every === 0)
    .map(({ left, room, span }) => ({ x: left + room / 2, words: dayName(span.first, hasYear) }));
}
