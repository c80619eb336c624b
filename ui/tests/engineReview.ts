/** The test engine's descriptions under review: a queue, what is decided, and every step back and forward. */
import type { BulkPreview } from '../src/lib/bindings/BulkPreview';
import type { Claim } from '../src/lib/bindings/Claim';
import type { ReviewDecision } from '../src/lib/bindings/ReviewDecision';
import type { ReviewEvent } from '../src/lib/bindings/ReviewEvent';
import type { ReviewFilter } from '../src/lib/bindings/ReviewFilter';
import type { ReviewItem } from '../src/lib/bindings/ReviewItem';
import type { ReviewQueue } from '../src/lib/bindings/ReviewQueue';
import type { ReviewRow } from '../src/lib/bindings/ReviewRow';
import type { ReviewState } from '../src/lib/bindings/ReviewState';
import type { ReviewText } from '../src/lib/bindings/ReviewText';
import type { Stepped } from '../src/lib/bindings/Stepped';
import type { TextPart } from '../src/lib/bindings/TextPart';
import type { TextSpan } from '../src/lib/bindings/TextSpan';
import type { Basis, Handlers } from './engine';

/** Runs in the page and therefore uses nothing from this file. */
export function installReview({ engine, options, productAt }: Basis): Handlers {
  const STATES: ReviewState[] = ['pending', 'approved', 'edited', 'rejected', 'needsInfo'];
  const FOLDERS = ['summer', 'studio'];
  const CATEGORIES = ['Kitchen', 'Bags', 'Lighting'];
  const given = options.review ?? {};
  const n = given.n ?? Math.min(options.n, 40);

  /** What a person made of a product, by its id. */
  interface Made {
    state: ReviewState;
    text: ReviewText | null;
    note: string | null;
    says: Record<string, boolean>;
  }
  type Step = { what: string; before: Record<number, Made | null>; after: Record<number, Made> };
  interface Kept {
    made: Record<number, Made>;
    undo: Step[];
    redo: Step[];
    events: ReviewEvent[];
    reviewer: string;
  }
  const fresh: Kept = { made: {}, undo: [], redo: [], events: [], reviewer: '' };
  const stored = given.isKept ? sessionStorage.getItem('review') : null;
  let now = stored ? (JSON.parse(stored) as Kept) : fresh;
  const keep = () => given.isKept && sessionStorage.setItem('review', JSON.stringify(now));
  let nTokens = 0;
  let shown: { token: string; ids: number[] } | null = null;

  const COLOURS = ['navy', 'red', 'green', 'black'];
  const THINGS = ['shoulder bag', 'mug', 'lamp', 'sweater'];
  const colourOf = (id: number) => COLOURS[id % 4] ?? 'navy';
  const thingOf = (id: number) => THINGS[id % 4] ?? 'mug';

  const generated = (id: number): ReviewText => ({
    title: `${colourOf(id)} leather ${thingOf(id)} no. ${id}${given.ending ?? ''}`,
    text: `A ${colourOf(id)} ${thingOf(id)} of smooth leather, 24 cm wide. With a brass clasp.`,
    altText: `${colourOf(id)} ${thingOf(id)} on a white table`,
  });

  const madeOf = (id: number): Made =>
    now.made[id] ?? {
      state: id <= (given.nDecided ?? 0) ? 'approved' : 'pending',
      text: null,
      note: null,
      says: {},
    };
  const textOf = (id: number) => madeOf(id).text ?? generated(id);

  /** Every place where a value stands as a word of its own. */
  function spansOf(text: ReviewText, value: string): TextSpan[] {
    const parts: TextPart[] = ['title', 'text', 'altText'];
    return parts.flatMap((part) =>
      [...text[part].matchAll(new RegExp(`\\b${value}\\b`, 'gi'))].map(({ index, 0: found }) => ({
        part,
        start: index,
        end: index + found.length,
      })),
    );
  }

  const PATTERN: [RegExp, Claim['kind'], Claim['verdict'], number | null, string | null][] = [
    [/\bmaroon\b/i, { of: 'attribute', kind: 'colour' }, 'contradicted', 0.04, 'navy'],
    [
      /\b(navy|red|green|black|blue)\b/i,
      { of: 'attribute', kind: 'colour' },
      'doubtful',
      0.54,
      null,
    ],
    [
      /\b(shoulder bag|mug|lamp|sweater)\b/i,
      { of: 'attribute', kind: 'type' },
      'supported',
      0.94,
      null,
    ],
    [/\bleather\b/i, { of: 'attribute', kind: 'material' }, 'contradicted', 0.12, 'canvas'],
    [/\b24 cm wide\b/i, { of: 'unseen' }, 'notVisible', null, null],
    [/\bbrass clasp\b/i, { of: 'attribute', kind: 'finish' }, 'supported', 0.83, null],
  ];

  function claimsOf(id: number, text: ReviewText): Claim[] {
    const { says } = madeOf(id);
    return PATTERN.flatMap(([pattern, kind, verdict, probability, rather]): Claim[] => {
      const whole = `${text.title}\n${text.text}\n${text.altText}`;
      const value = pattern.exec(whole)?.[0].toLowerCase();
      if (!value) return [];
      // Of every third product the material is not in doubt.
      const isPlain = value === 'leather' && id % 3 === 0;
      return [
        {
          kind,
          list: null,
          value,
          spans: spansOf(text, value),
          origin: kind.of === 'unseen' ? 'shop' : 'models',
          verdict: isPlain ? 'supported' : verdict,
          probability: isPlain ? 0.9 : probability,
          rather: isPlain ? null : rather,
          picture: id,
          personSays: says[value] ?? null,
        },
      ];
    });
  }

  function itemOf(id: number): ReviewItem {
    const product = productAt(id - 1, null);
    const made = madeOf(id);
    const text = textOf(id);
    const count = given.nPhotos ?? 1;
    const [photo] = spansOf(text, colourOf(id));
    const [clasp] = spansOf(text, '24 cm wide');
    return {
      product,
      photos: Array.from({ length: count }, (_, at) => ({
        picture: at === 0 ? id : 900_000 + id * 10 + at,
        version: 'v1',
        width: product.width,
        height: product.height,
        color: product.color,
        role: count > 1 ? (['front', 'back', 'detail'][at] ?? '') : '',
      })),
      state: made.state,
      text,
      generated: generated(id),
      origins: [
        ...(photo ? [{ span: photo, origin: 'models' as const }] : []),
        ...(clasp ? [{ span: clasp, origin: 'shop' as const }] : []),
        ...(made.text
          ? [
              {
                span: { part: 'altText' as const, start: 0, end: text.altText.length },
                origin: 'person' as const,
              },
            ]
          : []),
      ],
      claims: claimsOf(id, text),
      conflicts:
        id % 4 === 1
          ? [
              {
                field: 'colour',
                variant: null,
                said: 'blue',
                seen: 'red',
                probability: 0.1,
                picture: id,
                product: null,
              },
            ]
          : [],
      facts: [
        { name: 'sku', value: `VT-${id}` },
        { name: 'category', value: CATEGORIES[id % 3] ?? '' },
        { name: 'size', value: '24 cm' },
      ],
      note: made.note,
      template: 'plain',
      nEvents: now.events.filter(({ product: of }) => of === id).length,
    };
  }

  function rowOf(id: number): ReviewRow {
    const { product, state, text, claims, conflicts } = itemOf(id);
    const isDenied = ({ verdict, personSays }: Claim) =>
      personSays === null ? verdict === 'contradicted' : !personSays;
    const isDoubtful = ({ verdict, personSays }: Claim) =>
      personSays === null && verdict === 'doubtful';
    return {
      product,
      state,
      title: text.title,
      need: n - id,
      nDoubtful: claims.filter(isDoubtful).length,
      nContradicted: claims.filter(isDenied).length + conflicts.length,
    };
  }

  const ids = () => Array.from({ length: n }, (_, at) => at + 1);
  const isOfKind = (a: Claim['kind'], b: Claim['kind']) => JSON.stringify(a) === JSON.stringify(b);

  function passing({ state, claim, verdict, folder, category }: ReviewFilter): number[] {
    return ids().filter((id) => {
      if (state !== null && madeOf(id).state !== state) return false;
      if (folder !== null && FOLDERS[id % 2] !== folder) return false;
      if (category !== null && CATEGORIES[id % 3] !== category) return false;
      if (claim === null && verdict === null) return true;
      return claimsOf(id, textOf(id)).some(
        (one) =>
          (claim === null || isOfKind(one.kind, claim)) &&
          (verdict === null || one.verdict === verdict),
      );
    });
  }

  function queue(filter: ReviewFilter, offset: number, limit: number): ReviewQueue {
    const all = passing(filter);
    const countOf = (values: string[], of: number) =>
      values.map((value, at) => ({ value, n: ids().filter((id) => id % of === at).length }));
    return {
      total: all.length,
      rows: all.slice(offset, offset + limit).map(rowOf),
      nByState: STATES.map(
        (state) => ids().filter((id) => madeOf(id).state === state).length,
      ) as ReviewQueue['nByState'],
      nUndescribed: given.nUndescribed ?? 0,
      folders: countOf(FOLDERS, 2),
      categories: countOf(CATEGORIES, 3),
    };
  }

  /** The engine tells of a change after every step. */
  const tell = () => setTimeout(() => engine.emit('catalog-changed', engine.summary()), 20);

  /** One step, of one product or of many. */
  function step(what: string, after: Record<number, Made>, note = ''): void {
    const touched = Object.keys(after).map(Number);
    const before = Object.fromEntries(touched.map((id) => [id, now.made[id] ?? null]));
    now.made = { ...now.made, ...after };
    now.undo.push({ what, before, after });
    now.redo = [];
    for (const id of touched) {
      now.events.push({
        id: now.events.length + 1,
        product: id,
        atMs: Date.now() - 90_000,
        who: now.reviewer,
        what,
        text: textOf(id),
        note,
        isUndone: false,
      });
    }
    keep();
    tell();
  }

  function decide(id: number, decision: ReviewDecision): ReviewItem {
    const made = madeOf(id);
    const becomes: Partial<Record<ReviewDecision['kind'], ReviewState>> = {
      approve: 'approved',
      reject: 'rejected',
      needsInfo: 'needsInfo',
      reopen: 'pending',
      edit: 'edited',
    };
    const state = becomes[decision.kind] ?? made.state;
    const names: Record<string, string> = { needsInfo: 'needs_info', judgeClaim: 'judge_claim' };
    let [next, note] = [{ ...made, state }, ''];
    if (decision.kind === 'edit') next = { ...next, text: decision.text };
    if (decision.kind === 'note') {
      next = { ...next, note: decision.note || null };
      note = decision.note;
    }
    if (decision.kind === 'judgeClaim') {
      next = { ...next, says: { ...made.says, [decision.value]: decision.isRight } };
      note = decision.value;
    }
    step(names[decision.kind] ?? decision.kind, { [id]: next }, note);
    return itemOf(id);
  }

  function walk(way: 'undo' | 'redo'): Stepped | null {
    const taken = (way === 'undo' ? now.undo : now.redo).pop();
    if (!taken) return null;
    const products = Object.keys(taken.after).map(Number);
    for (const id of products) {
      const to = way === 'undo' ? taken.before[id] : taken.after[id];
      if (to) now.made[id] = to;
      else delete now.made[id];
      const [event] = now.events
        .filter((one) => one.product === id && one.what === taken.what)
        .filter((one) => one.isUndone === (way === 'redo'))
        .reverse();
      if (event) event.isUndone = way === 'undo';
    }
    (way === 'undo' ? now.redo : now.undo).push(taken);
    keep();
    tell();
    return { what: taken.what, products, nProducts: products.length };
  }

  function preview(filter: ReviewFilter): BulkPreview {
    const all = passing(filter);
    const isLeftOut = (id: number) => madeOf(id).state !== 'pending';
    const some = all.filter((id) => !isLeftOut(id));
    shown = { token: `t${++nTokens}`, ids: some };
    const rows = some.map(rowOf);
    return {
      nProducts: some.length,
      nDoubtful: rows.filter(({ nDoubtful }) => nDoubtful > 0).length,
      nContradicted: rows.filter(({ nContradicted }) => nContradicted > 0).length,
      nLeftOut: all.length - some.length,
      examples: rows.slice(0, 6),
      token: shown.token,
    };
  }

  const later = <T>(value: T, ms = 0): T | Promise<T> =>
    ms > 0 ? new Promise((go) => setTimeout(() => go(value), ms)) : value;

  return {
    review_queue: ({ filter, offset, limit }) =>
      later(queue(filter as ReviewFilter, Number(offset), Number(limit)), given.queueDelay),
    review_item: ({ id }) => {
      if (given.gone?.includes(Number(id))) {
        throw { code: 'notFound', message: 'There is no such product.', detail: null };
      }
      return later(itemOf(Number(id)), given.itemDelay);
    },
    decide_review: ({ id, decision }) => decide(Number(id), decision as ReviewDecision),
    undo_review: () => walk('undo'),
    redo_review: () => walk('redo'),
    check_text: ({ id, text }) => ({
      claims: claimsOf(Number(id), text as ReviewText),
      origins: [],
    }),
    review_history: ({ id }) => now.events.filter(({ product }) => product === id).reverse(),
    preview_approve_all: ({ filter }) => preview(filter as ReviewFilter),
    approve_all: ({ token }) => {
      const prepared = shown as { token: string; ids: number[] } | null;
      if (prepared === null || prepared.token !== token) {
        throw { code: 'badRequest', message: 'The products have changed.', detail: null };
      }
      const after = prepared.ids.map((id) => [id, { ...madeOf(id), state: 'approved' as const }]);
      step('approve', Object.fromEntries(after));
      return after.length;
    },
    rewrite_review: ({ id, mode, prompt }) => {
      const text = generated(Number(id));
      return later(
        { ...text, text: `${prompt ?? 'A'} ${colourOf(Number(id))} thing, written as ${mode}.` },
        40,
      );
    },
    claim_heat_map: ({ claim, value }) => {
      if ((claim as Claim['kind']).of === 'unseen') return null;
      const [columns, rows] = [12, 9];
      const values = Array.from({ length: columns * rows }, (_, at) => {
        const [x, y] = [(at % columns) / columns - 0.4, Math.floor(at / columns) / rows - 0.55];
        return Math.max(0, 1 - Math.hypot(x, y) * 2.4);
      });
      return { columns, rows, values, by: 'matching', words: value };
    },
    reviewer: () => now.reviewer,
    set_reviewer: ({ name }) => {
      now.reviewer = String(name);
      keep();
      return null;
    },
  };
}
