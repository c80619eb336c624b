/** The test engine's answers to everything that is asked: searches, counts, reasons, saved searches. */
import type { Completion } from '../src/lib/bindings/Completion';
import type { FacetGroup } from '../src/lib/bindings/FacetGroup';
import type { HeatMap } from '../src/lib/bindings/HeatMap';
import type { PartScore } from '../src/lib/bindings/PartScore';
import type { Reasons } from '../src/lib/bindings/Reasons';
import type { SavedSearch } from '../src/lib/bindings/SavedSearch';
import type { SearchFilter } from '../src/lib/bindings/SearchFilter';
import type { SearchRequest } from '../src/lib/bindings/SearchRequest';
import type { Why } from '../src/lib/bindings/Why';
import type { Basis, Handlers } from './engine';

/** Runs in the page and therefore uses nothing from this file. */
export function installAsking({ options, productAt, writtenAt, detailOf }: Basis): Handlers {
  const BRANDS = ['Nordhem', 'Alma & Søn', 'Field Goods', 'Atelier Brume'];
  const SMALL_BRANDS = Array.from({ length: 12 }, (_, at) => `Studio ${at + 1}`);
  const CATEGORIES = ['Kitchen', 'Bags', 'Lighting', 'Clothing'];
  const PRICES: [string, string, (price: number) => boolean][] = [
    ['..25', 'Up to 25', (price) => price < 25],
    ['25..50', '25 to 50', (price) => price >= 25 && price < 50],
    ['50..', 'From 50', (price) => price >= 50],
  ];
  const priceAt = (at: number) => 9.9 + ((at * 7) % 90);
  const brandAt = (at: number) =>
    at % 16 === 5 ? (SMALL_BRANDS[at % 12] ?? '') : (BRANDS[at % BRANDS.length] ?? '');
  const NAMES: Record<string, string> = {
    type: 'Type',
    colour: 'Colour',
    material: 'Material',
    pattern: 'Pattern',
    style: 'Style',
    setting: 'Setting',
    Season: 'Season',
    category: 'Category',
    brand: 'Brand',
    price: 'Price',
    problem: 'Problem',
  };
  /** Requests that were looked at more closely. */
  const improved = new Set<string>();
  let saved: SavedSearch[] = options.saved ?? [];

  const isRankedBy = ({ text, pictures, products }: SearchRequest) =>
    text !== '' || pictures.length > 0 || products.length > 0;

  const keyOf = ({ text, pictures, products, filters, weights }: SearchRequest) =>
    JSON.stringify([text, pictures, products, filters, weights]);

  /** What is said of a product, by key. */
  function valuesAt(at: number, key: string): string[] {
    if (key === 'brand') return [brandAt(at)];
    if (key === 'category') return [CATEGORIES[at % CATEGORIES.length] ?? ''];
    if (key === 'price')
      return PRICES.flatMap(([value, , fits]) => (fits(priceAt(at)) ? [value] : []));
    // Of some products something is wrong, where anything was looked for; states are of all that have them.
    if (key === 'problem')
      return (options.health?.problems ?? []).flatMap(({ name, nProducts }) =>
        at < nProducts ? [name] : [],
      );
    if (key === 'is') return at % 2 === 0 ? ['described', 'approved', 'edited'] : ['rejected'];
    return (writtenAt(at)?.attributes ?? [])
      .filter(({ kind, list }) => (kind === 'own' ? list : kind) === key)
      .map(({ value }) => value);
  }

  /** Of one key any of its values, of different keys all, and nothing that is turned around. */
  function passes(at: number, filters: SearchFilter[]): boolean {
    const keys = [...new Set(filters.map(({ key }) => key))];
    return keys.every((key) => {
      const said = valuesAt(at, key);
      const ofKey = filters.filter((filter) => filter.key === key);
      const wanted = ofKey.filter(({ isNot }) => !isNot);
      return (
        !ofKey.some(({ isNot, value }) => isNot && said.includes(value)) &&
        (wanted.length === 0 || wanted.some(({ value }) => said.includes(value)))
      );
    });
  }

  /** Places of the products that pass; null for all products. */
  function placesOf(filters: SearchFilter[]): number[] | null {
    if (filters.length === 0) return null;
    const places = Array.from({ length: options.n }, (_, at) => at);
    return places.filter((at) => passes(at, filters));
  }

  function whyAt(at: number, rank: number, text: string): Why {
    const relevance = Math.max(0.02, 0.97 - rank * 0.02);
    const gave = (part: PartScore['part'], share: number, weight: number): PartScore => ({
      part,
      gave: relevance * share,
      weight,
      isThere: true,
    });
    const said = `${productAt(at, null).title ?? ''} ${productAt(at, null).description ?? ''}`;
    return {
      relevance,
      parts: [
        gave('look', 0.52, 0.6),
        gave('words', 0.31, 0.25),
        gave('description', 0.22, 0.2),
        gave('own', -0.05, 0.1),
      ],
      words: (text.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => {
        const isThere = said.toLowerCase().includes(word.toLowerCase());
        return { word, stands: isThere ? word : null, place: isThere ? 'written' : null };
      }),
      isNamed: false,
    };
  }

  /** The place of every rank of an answer, without making the list of all of them. */
  function ranking(request: SearchRequest) {
    const isRanked = isRankedBy(request);
    const searchable = options.nSearchable ?? options.n;
    const places = placesOf(request.filters);
    const inAll = places?.length ?? options.n;
    const total = isRanked ? Math.min(inAll, searchable, options.nFound ?? searchable) : inAll;
    const nGood = isRanked ? Math.min(total, options.nGood ?? total) : total;
    // A query starts elsewhere in the catalog, so that its answer can be told apart.
    const asked = request.products[0]?.product ?? 0;
    const shift = isRanked ? request.text.length + asked : 0;
    const isBackwards = ['priceDown', 'newest', 'leastSure'].includes(request.sort);
    const isBetter = improved.has(keyOf(request));
    const placeAt = (rank: number): number => {
      let from = isBackwards ? total - 1 - rank : rank;
      // A closer look turns the best ten around.
      if (isBetter && from < Math.min(10, total)) from = Math.min(10, total) - 1 - from;
      const at = (from + shift) % inAll;
      return places?.[at] ?? at;
    };
    return { isRanked, total, nGood, placeAt, isBetter, searchable };
  }

  function search(request: SearchRequest) {
    const { offset, limit } = request;
    const { isRanked, total, nGood, placeAt, isBetter, searchable } = ranking(request);
    const ranks = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) });
    return {
      total,
      nGood,
      nNotYetSearchable: options.n - searchable,
      isRanked,
      problems: options.problems ?? [],
      unknownWords: options.unknownWords ?? [],
      isPartial: false,
      canImprove: isRanked && !isBetter && (options.canImprove ?? false),
      items: ranks.map((_, after) => {
        const rank = offset + after;
        const at = placeAt(rank);
        const product = productAt(at, isRanked ? rank : null);
        if (!request.withDetails) return product;
        const written = writtenAt(at);
        const why = isRanked ? whyAt(at, rank, request.text) : null;
        return { ...product, listed: { fields: detailOf(at + 1).fields, written, why } };
      }),
    };
  }

  function facets(request: SearchRequest) {
    const { isRanked, nGood, placeAt } = ranking(request);
    const good = Array.from({ length: Math.min(nGood, 5000) }, (_, rank) => placeAt(rank));
    const everyone = Array.from({ length: Math.min(options.n, 5000) }, (_, at) => at);
    const groups: FacetGroup[] = Object.entries(NAMES).flatMap(([key, name]) => {
      const chosen = request.filters.filter((filter) => filter.key === key && !filter.isNot);
      const others = request.filters.filter((filter) => filter.key !== key);
      // Whatever else of this group is chosen: it does not narrow its own numbers.
      const counted =
        !isRanked && chosen.length > 0 ? everyone.filter((at) => passes(at, others)) : good;
      const n = new Map<string, number>(chosen.map(({ value }) => [value, 0]));
      for (const at of counted) {
        for (const value of valuesAt(at, key)) n.set(value, (n.get(value) ?? 0) + 1);
      }
      const values = [...n].map(([value, times]) => ({
        value,
        label:
          PRICES.find(([range]) => key === 'price' && range === value)?.[1] ??
          options.health?.problems.find(({ name }) => key === 'problem' && name === value)?.label ??
          value,
        n: times,
        isChosen: chosen.some((filter) => filter.value === value),
      }));
      const order = PRICES.map(([range]) => range);
      values.sort((a, b) =>
        key === 'price' ? order.indexOf(a.value) - order.indexOf(b.value) : b.n - a.n,
      );
      const shown = values.filter((one, at) => at < 12 || one.isChosen);
      return values.length === 0
        ? []
        : [{ key, name, values: shown, nMore: values.length - shown.length }];
    });
    return { nCounted: nGood, groups };
  }

  function complete(text: string, caret: number): Completion[] {
    const start = text.lastIndexOf(' ', caret - 1) + 1;
    const typed = text.slice(start, caret).toLowerCase();
    if (typed === '') return [];
    const [key, ofKey] = typed.split(':', 2);
    const counts = new Map<string, number>();
    for (let at = 0; at < Math.min(options.n, 400); at += 1) {
      for (const kind of Object.keys(NAMES)) {
        if (ofKey !== undefined && kind.toLowerCase() !== key) continue;
        for (const value of valuesAt(at, kind)) {
          const insert = ofKey === undefined ? value : `${kind}:${value}`;
          if (insert.toLowerCase().startsWith(typed)) {
            counts.set(insert, (counts.get(insert) ?? 0) + 1);
          }
        }
      }
    }
    const keys = Object.keys(NAMES)
      .filter((kind) => ofKey === undefined && kind.toLowerCase().startsWith(typed))
      .map((kind) => ({ start, end: caret, insert: `${kind}:`, label: `${kind}:`, n: null }));
    const values = [...counts]
      .filter(([insert]) => insert.toLowerCase() !== typed)
      .map(([insert, n]) => ({ start, end: caret, insert, label: insert, n }));
    return [...values, ...keys].slice(0, 8);
  }

  function explain(request: SearchRequest, id: number): Reasons {
    const { total, placeAt } = ranking(request);
    let rank = 0;
    while (rank < Math.min(total, 10_000) && placeAt(rank) !== id - 1) rank += 1;
    const isThere = rank < total;
    const leftOut = request.filters.filter((filter) => !passes(id - 1, [filter]));
    const first = total > 0 && rank !== 0 ? placeAt(0) : null;
    return {
      product: productAt(id - 1, isThere ? rank : null),
      rank: isThere ? rank + 1 : null,
      total,
      why: whyAt(id - 1, isThere ? rank : 40, request.text),
      leftOutBy: leftOut.map(({ value }) => `Nobody says “${value}” of it.`),
      first: first === null ? null : productAt(first, 0),
      firstWhy: first === null ? null : whyAt(first, 0, request.text),
      summary:
        rank === 0
          ? 'How the photo looks put it first.'
          : 'Its photo looks less like your words than those before it.',
    };
  }

  function heatMap(request: SearchRequest): HeatMap | null {
    if (request.text === '') return null;
    const [columns, rows] = [12, 9];
    const values = Array.from({ length: columns * rows }, (_, at) => {
      const [x, y] = [(at % columns) / columns - 0.4, Math.floor(at / columns) / rows - 0.55];
      return Math.max(0, 1 - Math.hypot(x, y) * 2.4);
    });
    return { columns, rows, values, by: 'look', words: request.text };
  }

  return {
    search: ({ request }) => search(request as SearchRequest),
    improve_search: ({ request }) => {
      improved.add(keyOf(request as SearchRequest));
      return options.canImprove ?? false;
    },
    facets: ({ request }) => facets(request as SearchRequest),
    complete: ({ text, caret }) => complete(String(text), Number(caret)),
    explain: ({ request, id }) => explain(request as SearchRequest, Number(id)),
    heat_map: ({ request }) => heatMap(request as SearchRequest),
    saved_searches: () => saved,
    save_search: ({ name, request }) => {
      const asked = request as SearchRequest;
      const pictures = asked.pictures.map(({ token }) => ({ token, name: 'boot.jpg' }));
      const others = saved.filter((one) => one.name !== name);
      saved = [...others, { name: String(name), request: asked, pictures }];
      return null;
    },
    remove_saved_search: ({ name }) => {
      saved = saved.filter((one) => one.name !== name);
      return null;
    },
    product_texts: ({ ids }) =>
      (ids as number[]).map((id) => productAt(id - 1, null).description ?? '').join('\n\n'),
    export_list_dialog: () => !options.closesDialogs,
  };
}
