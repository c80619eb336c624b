/**
 * A small engine behind the window, for tests only.
 *
 * It runs in the page before the window's own script and answers the commands
 * of the desktop shell from a catalog that is computed, so that 100,000
 * products cost nothing. A test sets it up with {@link EngineOptions}, reads
 * what was called from `window.engine.calls` and sends events with `emit`.
 */
import type { Page } from '@playwright/test';
import type { CatalogSummary } from '../src/lib/bindings/CatalogSummary';
import type { Description } from '../src/lib/bindings/Description';
import type { Product } from '../src/lib/bindings/Product';
import type { ProductDetail } from '../src/lib/bindings/ProductDetail';
import type { SearchRequest } from '../src/lib/bindings/SearchRequest';
import { installAsking } from './engineAsking';
import { IDLE, MODELS, NAMES, PACKS, type EngineOptions, type Named } from './engineData';
import { installHealth } from './engineHealth';
import { installLists } from './engineLists';
import { installReview } from './engineReview';
import { installTemplates } from './engineTemplates';
import { installTuning } from './engineTuning';
import { installTwins } from './engineTwins';

export * from './engineData';

export interface EngineHandle {
  calls: [string, unknown][];
  options: EngineOptions;
  emit: (event: string, payload: unknown) => void;
  summary: () => CatalogSummary;
}

export type Handlers = Record<string, (args: Record<string, unknown>) => unknown>;

/** What the parts of the engine have in common. */
export interface Basis {
  engine: EngineHandle;
  options: EngineOptions;
  /** `found`: its rank in a ranked answer. */
  productAt: (at: number, found: number | null) => Product;
  writtenAt: (at: number) => Description | null;
  detailOf: (id: number) => ProductDetail;
}

declare global {
  interface Window {
    engine: EngineHandle;
  }
}

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
  const all = { models: MODELS, names: NAMES, run: IDLE, packs: PACKS, ...options };
  // One script, so that its parts are there in this order.
  await page.addInitScript({
    content: `(${String(install)})(${JSON.stringify(all)}, [${String(installAsking)}, ${String(installTwins)}, ${String(installReview)}, ${String(installLists)}, ${String(installTemplates)}, ${String(installHealth)}, ${String(installTuning)}]);`,
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
function install(options: EngineOptions, parts: ((basis: Basis) => Handlers)[]): void {
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
      isReadOnly: options.isReadOnly ?? false,
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
      listed: null,
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

  const basis: Basis = { engine, options, productAt, writtenAt, detailOf };
  const handlers: Handlers = {
    ...Object.assign({}, ...parts.map((part) => part(basis))),
    app_state: () => ({
      version: '0.1.0',
      catalog: engine.summary(),
      run: options.run,
      models: options.models ?? null,
      modelsProblem: options.modelsProblem ?? null,
      sampleAvailable: options.sampleAvailable ?? false,
      examples: options.examples ?? [],
      filterNames: options.filterNames ?? [],
    }),
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
    return structuredClone((await handlers[command]?.(args)) ?? null);
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
