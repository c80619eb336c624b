/**
 * A small engine behind the window, for tests only.
 *
 * It runs in the page before the window's own script and answers the commands
 * of the desktop shell from a catalog that is computed, so that 100,000
 * products cost nothing. A test sets it up with {@link EngineOptions}, reads
 * what was called from `window.engine.calls` and sends events with `emit`.
 */
import type { Page } from '@playwright/test';
import type { ApiError } from '../src/lib/bindings/ApiError';
import type { Attribute } from '../src/lib/bindings/Attribute';
import type { CatalogSummary } from '../src/lib/bindings/CatalogSummary';
import type { Description } from '../src/lib/bindings/Description';
import type { GroupingPreview } from '../src/lib/bindings/GroupingPreview';
import type { ModelsInfo } from '../src/lib/bindings/ModelsInfo';
import type { PackItem } from '../src/lib/bindings/PackItem';
import type { PackList } from '../src/lib/bindings/PackList';
import type { Product } from '../src/lib/bindings/Product';
import type { ProductDetail } from '../src/lib/bindings/ProductDetail';
import type { RunProgress } from '../src/lib/bindings/RunProgress';
import type { SearchProblem } from '../src/lib/bindings/SearchProblem';
import type { SearchRequest } from '../src/lib/bindings/SearchRequest';
import type { Skipped } from '../src/lib/bindings/Skipped';
import type { Source } from '../src/lib/bindings/Source';
import type { Variant } from '../src/lib/bindings/Variant';

export interface Named {
  title: string | null;
  description: string | null;
  /** What Vitrine wrote; its title is the generated one. */
  written?: Description | null;
}

export interface EngineOptions {
  /** Products in the catalog. */
  n: number;
  /** Of these, how many searches find; all of them when not given. */
  nSearchable?: number;
  /** How many match a search well. */
  nGood?: number;
  /** Products that a search ranks; all when not given. */
  nFound?: number;
  problems?: SearchProblem[];
  unknownWords?: string[];
  sources?: Source[];
  skipped?: Skipped[];
  run?: RunProgress;
  models?: ModelsInfo | null;
  modelsProblem?: string | null;
  packs?: PackList;
  sampleAvailable?: boolean;
  examples?: string[];
  /** Commands that fail, and how. */
  errors?: Record<string, ApiError>;
  /** Milliseconds before a search is answered, by its text; `*` for all others. */
  delays?: Record<string, number>;
  /** Titles and descriptions, used over and over. */
  names?: Named[];
  /** Whether photos are square; else some lie and some stand. */
  areSquare?: boolean;
  /** Of the catalog, how many were described; all when not given. */
  nDescribed?: number;
  /** Photos of products that have several, by the product's id. */
  photos?: Record<number, number>;
  variants?: Variant[];
  grouping?: GroupingPreview;
  /** Ids of products that were not described yet. */
  undescribed?: number[];
}

export interface EngineHandle {
  calls: [string, unknown][];
  options: EngineOptions;
  emit: (event: string, payload: unknown) => void;
  summary: () => CatalogSummary;
}

declare global {
  interface Window {
    engine: EngineHandle;
  }
}

const MODELS: ModelsInfo = {
  pack: 'starter',
  revision: '1',
  summary: 'This is the small starter pack. Larger models find and describe more; see README.',
  isStarter: true,
  knows: ['17 kinds of garments', '81 kinds of groceries'],
  lacks: ['other kinds of goods: it answers with something that looks alike'],
  device: 'CPU',
  deviceNote: null,
  folder: '/opt/vitrine/models/starter',
  models: [
    { role: 'search', architecture: 'CLIPModel', nParameters: 8_123_456, sizeBytes: 16_400_000 },
    {
      role: 'describe',
      architecture: 'BlipForConditionalGeneration',
      nParameters: 9_000_000,
      sizeBytes: 18_200_000,
    },
  ],
};

const claim = (
  kind: Attribute['kind'],
  value: string,
  confidence: number,
  evidence: Attribute['evidence'] = 'models',
  list: string | null = null,
): Attribute => ({ kind, list, value, confidence, evidence });

/** A description with a claim of every sureness, one that is disputed, and a merchant's own list. */
export const BAG: Description = {
  title: 'Navy leather shoulder bag',
  text: 'A navy shoulder bag of smooth leather with a short strap and a brass clasp. It is shown on a white table.',
  altText: 'Navy leather shoulder bag with a brass clasp, standing on a white table',
  attributes: [
    claim('type', 'shoulder bag', 0.94),
    claim('colour', 'navy', 0.88, 'both'),
    claim('colour', 'black', 0.31, 'disputed'),
    claim('material', 'leather', 0.62),
    claim('material', 'suede', 0.24),
    claim('style', 'classic', 0.55),
    claim('setting', 'on a table', 0.81),
    claim('own', 'autumn', 0.47, 'models', 'Season'),
  ],
  swatches: [
    { name: 'navy', color: '#1f2f56', share: 0.71 },
    { name: 'tan', color: '#b58a5a', share: 0.18 },
    { name: 'white', color: '#f6f5f2', share: 0.06 },
  ],
  caption: 'a blue leather bag on a white table',
};

export const MUG: Description = {
  title: 'Red mug with white dots',
  text: 'A red mug with white dots.',
  altText: 'Red mug with white dots',
  attributes: [
    claim('type', 'mug', 0.97),
    claim('colour', 'red', 0.9, 'both'),
    claim('pattern', 'dotted', 0.7),
    claim('setting', 'on a table', 0.6),
  ],
  swatches: [{ name: 'red', color: '#c4262e', share: 0.84 }],
  caption: 'a red mug with white dots',
};

const OFFERED: PackItem = {
  name: 'fast',
  title: 'Fast',
  summary: 'Finds and describes most goods well, on any machine of the last years.',
  licence: 'MIT AND BSD-3-Clause',
  state: 'available',
  isInUse: false,
  isShipped: false,
  isOffered: true,
  sizeBytes: 2_500_000_000,
  doneBytes: 0,
  memoryBytes: null,
  problem: null,
  folder: null,
};

export const PACKS: PackList = {
  packs: [
    {
      ...OFFERED,
      name: 'starter',
      title: 'Starter',
      summary: MODELS.summary,
      licence: 'MIT OR Apache-2.0',
      state: 'installed',
      isInUse: true,
      isShipped: true,
      isOffered: false,
      sizeBytes: 34_600_000,
      memoryBytes: 68_000_000,
      folder: MODELS.folder,
    },
    OFFERED,
    {
      ...OFFERED,
      name: 'quality',
      title: 'Quality',
      summary: 'Finds and describes more precisely, and takes several times as long.',
      sizeBytes: 4_500_000_000,
    },
  ],
  packsFolder: '/home/ada/.local/share/vitrine/packs',
  job: null,
  change: null,
  previous: null,
};

const NAMES: Named[] = [
  { title: 'Mug, large', description: 'a red mug with white dots', written: MUG },
  { title: null, description: 'a blue leather bag on a white table', written: BAG },
  { title: 'Desk lamp', description: 'a brass desk lamp' },
  { title: null, description: 'a green wool sweater with a long and detailed pattern of leaves' },
];

export const IDLE: RunProgress = {
  state: 'idle',
  stages: [],
  nSkipped: 0,
  current: null,
  message: null,
};

export const RUNNING: RunProgress = {
  state: 'running',
  stages: [
    { kind: 'scan', done: 5000, total: 5000, perSecond: 0, etaSecs: null, busySecs: 240 },
    { kind: 'read', done: 5000, total: 5000, perSecond: 0, etaSecs: null, busySecs: 240 },
    { kind: 'embed', done: 2800, total: 5000, perSecond: 21.4, etaSecs: 103, busySecs: 240 },
    { kind: 'describe', done: 1240, total: 5000, perSecond: 3.1, etaSecs: 1212, busySecs: 240 },
  ],
  nSkipped: 3,
  current: 'boots-0412.jpg',
  message: null,
};

export const SKIPPED: Skipped[] = [
  {
    path: '/home/ada/photos/boots-0199.jpg',
    code: 'damaged',
    message: 'The file ends in the middle of the picture. Export it again from its source.',
  },
  {
    path: '/home/ada/photos/hat.heic',
    code: 'unsupported',
    message: 'Vitrine does not read HEIC yet. Save it as JPEG.',
  },
  { path: '/home/ada/photos/tmp.png', code: 'empty', message: 'The file is empty.' },
];

export const FOLDER: Source = {
  id: 1,
  path: '/home/ada/Pictures/photos',
  nPhotos: 5000,
  away: null,
  groupBy: 'nothing',
  isSample: false,
};

export const EMPTY: EngineOptions = { n: 0, sources: [], sampleAvailable: true };
export const FULL: EngineOptions = {
  n: 5000,
  nGood: 17,
  sources: [FOLDER],
  sampleAvailable: true,
  examples: ['red mug', 'blue leather bag', 'brass lamp'],
};

/** Puts the engine into the page; call it before `goto`. */
export async function startEngine(page: Page, options: EngineOptions): Promise<void> {
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.route(/\/__photo\//, (route) => {
    const id = Number(/(?:thumb|full)%2F(\d+)/.exec(route.request().url())?.[1] ?? 7);
    const body = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><rect width="320" height="240" fill="hsl(${(id * 47) % 360} 40% 60%)"/></svg>`;
    return route.fulfill({ contentType: 'image/svg+xml', body });
  });
  await page.addInitScript(install, {
    options: { models: MODELS, names: NAMES, run: IDLE, packs: PACKS, ...options },
  });
}

export const callsOf = (page: Page, command: string) =>
  page.evaluate(
    (name) => window.engine.calls.filter(([called]) => called === name).map(([, args]) => args),
    command,
  );

export const emit = (page: Page, event: string, payload: unknown) =>
  page.evaluate(([name, what]) => window.engine.emit(name, what), [event, payload] as const);

/** Runs in the page and therefore uses nothing from this file. */
function install({ options }: { options: EngineOptions }): void {
  type Args = Record<string, unknown>;
  const callbacks = new Map<number, (data: unknown) => void>();
  const listeners = new Map<string, number[]>();
  let nextCallback = 1;
  let nextPicture = 1;
  const hex = (n: number) => (n % 256).toString(16).padStart(2, '0');

  const engine: EngineHandle = {
    calls: [],
    options,
    emit: (event, payload) => {
      for (const id of listeners.get(event) ?? []) callbacks.get(id)?.({ event, id, payload });
    },
    summary: () => ({
      nProducts: options.n,
      nWithoutPhoto: 0,
      nPhotos: options.n,
      nSearchable: options.nSearchable ?? options.n,
      nDescribed: options.nDescribed ?? options.n,
      nSkipped: options.skipped?.length ?? 0,
      nGone: 0,
      isReadOnly: false,
      sources: options.sources ?? [],
    }),
  };
  window.engine = engine;

  const nameAt = (at: number): Named => {
    const names = options.names ?? [];
    return names[at % names.length] ?? { title: null, description: null };
  };

  const writtenAt = (at: number) =>
    options.undescribed?.includes(at + 1) ? null : (nameAt(at).written ?? null);

  function productAt(at: number, found: number | null): Product {
    const id = at + 1;
    const name = nameAt(at);
    const isUndescribed = options.undescribed?.includes(id) ?? false;
    const relevance = found === null ? null : Math.max(0.02, 0.97 - found * 0.02);
    return {
      id,
      picture: id,
      nPhotos: options.photos?.[id] ?? 1,
      version: 'v1',
      title: name.title,
      generatedTitle: writtenAt(at)?.title ?? null,
      description: isUndescribed ? null : name.description,
      fileName: `photo-${id}.jpg`,
      width: 1200,
      height: options.areSquare ? 1200 : id % 3 === 0 ? 1600 : 900,
      color: `#${hex(id * 37)}${hex(id * 91)}${hex(id * 53)}`,
      stage: isUndescribed ? 'searchable' : 'described',
      score: relevance === null ? null : relevance / 3,
      relevance,
    };
  }

  /** A product's details; its further photos have numbers far from those of products. */
  function detailOf(id: number): ProductDetail {
    const product = productAt(id - 1, null);
    const roles = ['front', 'back', 'detail'];
    const photos = Array.from({ length: product.nPhotos }, (_, at) => ({
      picture: at === 0 ? id : 900_000 + id * 10 + at,
      version: 'v1',
      role: product.nPhotos > 1 ? (roles[at] ?? null) : null,
      fileName: at === 0 ? product.fileName : `photo-${id}-${at + 1}.jpg`,
      width: product.width,
      height: product.height,
      color: product.color,
      stage: product.stage,
      format: 'JPEG',
      notes: [],
      files: [
        {
          path: `/home/ada/Pictures/photos/photo-${id}.jpg`,
          folder: '/home/ada/Pictures/photos',
          sizeBytes: 2_412_345,
          modifiedMs: 1_760_000_000_000,
        },
      ],
      description: product.description,
      written: writtenAt(id - 1),
      describedBy: 'starter 1',
    }));
    return {
      product,
      groupedBy: product.nPhotos > 1 ? 'list' : 'photo',
      photos,
      fields: [
        { name: 'price', value: '24.90', origin: 'list' },
        { name: 'category', value: 'Kitchen', origin: 'list' },
        { name: 'sku', value: `VT-${id}`, origin: 'list' },
      ],
      variants: options.variants ?? [],
    };
  }

  /** Places of the products of which all that the filters ask is said; null for all products. */
  function placesOf(filters: SearchRequest['filters']): number[] | null {
    if (filters.length === 0) return null;
    const places = Array.from({ length: options.n }, (_, at) => at);
    return places.filter((at) =>
      filters.every(({ kind, list, value }) =>
        writtenAt(at)?.attributes.some(
          (said) => said.kind === kind && said.list === list && said.value === value,
        ),
      ),
    );
  }

  function search({ text, pictures, like, filters, offset, limit }: SearchRequest) {
    const isBrowsing = text === '' && pictures.length === 0 && like === null;
    const searchable = options.nSearchable ?? options.n;
    const places = placesOf(filters);
    const inAll = places?.length ?? options.n;
    const total = isBrowsing ? inAll : Math.min(inAll, searchable, options.nFound ?? searchable);
    // A query starts elsewhere in the catalog, so that its answer can be told apart.
    const shift = isBrowsing ? 0 : text.length + (like ?? 0);
    const ranks = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) });
    return {
      total,
      nGood: isBrowsing ? total : Math.min(total, options.nGood ?? total),
      nNotYetSearchable: options.n - searchable,
      isRanked: !isBrowsing,
      problems: options.problems ?? [],
      unknownWords: options.unknownWords ?? [],
      isPartial: false,
      items: ranks.map((_, rank) =>
        productAt(
          places?.[(offset + rank + shift) % inAll] ?? (offset + rank + shift) % inAll,
          isBrowsing ? null : offset + rank,
        ),
      ),
    };
  }

  const handlers: Record<string, (args: Args) => unknown> = {
    app_state: () => ({
      version: '0.1.0',
      catalog: engine.summary(),
      run: options.run,
      models: options.models ?? null,
      modelsProblem: options.modelsProblem ?? null,
      sampleAvailable: options.sampleAvailable ?? false,
      examples: options.examples ?? [],
    }),
    search: ({ request }) => search(request as SearchRequest),
    product: ({ id }) => detailOf(Number(id)),
    preview_grouping: () => options.grouping ?? { nProducts: 0, nPhotos: 0, examples: [] },
    skipped: ({ offset, limit }) => ({
      total: options.skipped?.length ?? 0,
      items: (options.skipped ?? []).slice(Number(offset), Number(offset) + Number(limit)),
    }),
    packs: () => options.packs,
    import_pack_dialog: () => true,
    add_folder_dialog: () => true,
    query_picture_dialog: () => ({ token: `q${nextPicture++}`, name: 'boot.jpg' }),
    query_pictures_dropped: () => [{ token: `q${nextPicture++}`, name: 'dropped.jpg' }],
    query_picture_pasted: () => ({ token: `q${nextPicture++}`, name: 'Pasted picture' }),
  };

  async function invoke(command: string, args: Args = {}): Promise<unknown> {
    if (command === 'plugin:event|listen') {
      const event = String(args.event);
      listeners.set(event, [...(listeners.get(event) ?? []), Number(args.handler)]);
      return args.handler;
    }
    if (command === 'plugin:event|unlisten') return null;
    engine.calls.push([command, args instanceof Uint8Array ? { nBytes: args.length } : args]);
    const text = (args.request as SearchRequest | undefined)?.text;
    const delay = options.delays?.[text ?? ''] ?? options.delays?.['*'] ?? 0;
    if (command === 'search' && delay > 0) await new Promise((go) => setTimeout(go, delay));
    const error = options.errors?.[command];
    if (error) throw error;
    return structuredClone(handlers[command]?.(args) ?? null);
  }

  Object.assign(window, {
    __TAURI_INTERNALS__: {
      metadata: {
        currentWindow: { label: 'main' },
        currentWebview: { label: 'main', windowLabel: 'main' },
      },
      invoke,
      transformCallback(callback: (data: unknown) => void) {
        const id = nextCallback++;
        callbacks.set(id, callback);
        return id;
      },
      unregisterCallback: (id: number) => callbacks.delete(id),
      // Chromium knows no custom schemes here: pictures come from the page's own origin.
      convertFileSrc: (path: string, protocol: string) =>
        `/__${protocol}/${encodeURIComponent(path)}`,
    },
    __TAURI_EVENT_PLUGIN_INTERNALS__: { unregisterListener: () => {} },
  });
}
