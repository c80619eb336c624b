/** A text cut where claims and origins begin and end, so that each piece can be drawn in one way. */
import type { Claim } from './bindings/Claim';
import type { OriginSpan } from './bindings/OriginSpan';
import type { TextPart } from './bindings/TextPart';
import type { TextSpan } from './bindings/TextSpan';
import type { Verdict } from './bindings/Verdict';
import type { WordOrigin } from './bindings/WordOrigin';

export interface Segment {
  text: string;
  /** Where it begins, in UTF-16 units. */
  start: number;
  /** The place of the claim that it stands for in the list that was given; none for plain words. */
  claim: number | null;
  origin: WordOrigin | null;
}

/** What asks for a person first, first. */
export const VERDICT_ORDER: Verdict[] = ['contradicted', 'doubtful', 'notVisible', 'supported'];

/** Claims as they are listed and numbered: what needs eyes first; else as they came. */
export function inOrder(claims: Claim[]): Claim[] {
  const rank = ({ verdict }: Claim) => VERDICT_ORDER.indexOf(verdict);
  return [...claims].sort((a, b) => rank(a) - rank(b));
}

/** A span as it fits into the text: a place inside a surrogate pair moves out of it. */
function fit(text: string, { start, end }: TextSpan): [number, number] {
  const settle = (at: number) => {
    const place = Math.max(0, Math.min(text.length, at));
    const unit = text.charCodeAt(place);
    return place > 0 && unit >= 0xdc00 && unit <= 0xdfff ? place + 1 : place;
  };
  return [settle(start), settle(end)];
}

/**
 * The pieces of a text in order, together the whole of it. Where claims overlap, the one that needs
 * eyes most stands for the words; of two such the shorter, which says more of them.
 */
export function segmentsOf(
  text: string,
  part: TextPart,
  claims: Claim[],
  origins: OriginSpan[] = [],
): Segment[] {
  const said = claims.flatMap(({ spans, verdict }, claim) =>
    spans
      .filter((span) => span.part === part)
      .map((span) => ({ claim, rank: VERDICT_ORDER.indexOf(verdict), at: fit(text, span) })),
  );
  const whose = origins
    .filter(({ span }) => span.part === part)
    .map(({ span, origin }) => ({ origin, at: fit(text, span) }));
  const cuts = new Set([0, text.length, ...[...said, ...whose].flatMap(({ at }) => at)]);
  const places = [...cuts].sort((a, b) => a - b);

  const segments: Segment[] = [];
  places.slice(0, -1).forEach((start, n) => {
    const end = places[n + 1] ?? text.length;
    const covers = ({ at: [from, to] }: { at: [number, number] }) => from <= start && end <= to;
    const length = ({ at: [from, to] }: { at: [number, number] }) => to - from;
    const [first] = said.filter(covers).sort((a, b) => a.rank - b.rank || length(a) - length(b));
    const claim = first?.claim ?? null;
    const origin = whose.find(covers)?.origin ?? null;
    const last = segments.at(-1);
    // Two mentions side by side stay two; words that were cut for nothing are put together again.
    const goesOn =
      last?.claim === claim && last.origin === origin && !(first && first.at[0] === start);
    if (last && goesOn) last.text += text.slice(start, end);
    else segments.push({ text: text.slice(start, end), start, claim, origin });
  });
  return segments;
}
