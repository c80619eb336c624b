/** The test engine's product lists on their way in, and descriptions on their way out. */
import type { ExportChange } from '../src/lib/bindings/ExportChange';
import type { ExportPreview } from '../src/lib/bindings/ExportPreview';
import type { ExportTarget } from '../src/lib/bindings/ExportTarget';
import type { ListPreview } from '../src/lib/bindings/ListPreview';
import type { Source } from '../src/lib/bindings/Source';
import type { Basis, Handlers } from './engine';

/** Runs in the page and therefore uses nothing from this file. */
export function installLists({ engine, options }: Basis): Handlers {
  const given = options.lists ?? {};
  const names = new Map<number, string>();

  const tokenOf = (name: string) => {
    const token = names.size + 1;
    names.set(token, name);
    return { token, name };
  };
  const later = <T>(value: T, ms = 0): T | Promise<T> =>
    ms > 0 ? new Promise((go) => setTimeout(() => go(value), ms)) : value;

  const COLUMNS: [header: string, meaning: string, sample: (at: number) => string][] = [
    ['Handle', 'handle', (at) => `mug-${at}`],
    ['Title', 'field:title', (at) => `Stoneware mug no. ${at} with a rim that is glazed by hand`],
    ['Body (HTML)', 'field:description', () => '<p>A mug that keeps tea warm for longer.</p>'],
    ['Vendor', 'field:brand', (at) => (at % 2 === 0 ? 'Nordhem' : 'Alma & Søn')],
    ['Variant SKU', 'field:sku', (at) => `VT-${1000 + at}`],
    ['Variant Price', 'field:price', (at) => `${10 + at}.90`],
    ['Option1 Name', 'option_name:1', (at) => (at === 1 ? 'Size' : '')],
    ['Option1 Value', 'option_value:1', (at) => (at % 2 === 0 ? 'Large' : 'Small')],
    ['Image Src', 'image', (at) => `https://cdn.example/shop/mug-${at}.jpg`],
    ['Image Alt Text', 'image_alt', () => ''],
    ['', 'ignored', () => ''],
    ['Gift Card', 'ignored', () => 'false'],
  ];

  const LINES = Array.from({ length: 100 }, (_, at) => ({
    line: 12 + at * 3,
    message: `No photo is called “mug-${at}.jpg”.`,
  }));

  function preview(token: number, said: string[] | null): ListPreview {
    const meanings = said ?? given.preview?.columns?.map(({ meaning }) => meaning);
    const columns = COLUMNS.map(([header, meaning, sample], at) => ({
      header,
      meaning: meanings?.[at] ?? meaning,
      sample: Array.from({ length: 10 }, (_, row) => sample(row + 1)),
    }));
    const has = (meaning: string) => columns.some((column) => column.meaning === meaning);
    const isList = has('field:title') || has('field:sku');
    const nWithPhotos = has('image') ? 398 : 0;
    return {
      name: names.get(token) ?? '',
      format: 'CSV',
      program: 'Shopify',
      encoding: 'Windows-1252',
      delimiter: ',',
      isRemembered: false,
      nRows: 1204,
      nProducts: isList ? 412 : 0,
      nVariants: isList && has('option_value:1') ? 1020 : 0,
      nKnown: isList ? 400 : 0,
      nWithPhotos: isList ? nWithPhotos : 0,
      nPhotosWithoutRow: isList ? 23 : 0,
      photosWithoutRow: isList ? ['IMG_2031.jpg', 'IMG_2032.jpg', 'lamp-old.png'] : [],
      findings: isList
        ? [
            {
              trouble: 'badPrice',
              n: 2,
              lines: [
                { line: 31, message: '“on request” is no price.' },
                { line: 118, message: '“12,9o” is no price.' },
              ],
            },
            {
              trouble: 'noPhoto',
              n: 412 - nWithPhotos,
              lines: LINES.slice(0, 412 - nWithPhotos),
            },
          ]
        : [],
      problem: isList
        ? null
        : 'No column is a title or a number. Say which column names the products.',
      ...given.preview,
      columns,
    };
  }

  const WORDS = [
    ['Mug, large', 'Red stoneware mug with white dots'],
    ['Blue leather bag', 'Navy leather shoulder bag'],
    ['', 'Brass desk lamp with a green shade'],
  ];

  function written(target: ExportTarget): ExportPreview {
    const nReady = given.nReady ?? 120;
    const isList = target.as === 'list';
    const isBeside = target.as === 'sidecars';
    const changes = Array.from({ length: 30 }, (_, at): ExportChange => {
      const [old = '', now = ''] = WORDS[at % WORDS.length] ?? [];
      const places = at % 2 === 0 ? 'Title' : 'Image Alt Text';
      return {
        line: isList ? 2 + at * 3 : 0,
        place: isBeside ? `photo-${at + 1}.txt` : places,
        product: `VT-${1001 + at}`,
        old: isList ? old : '',
        new: now,
      };
    });
    const name = isList ? given.cameIn?.[target.list]?.name.replace('.csv', '-new.csv') : null;
    return {
      suggestedName: name ?? (isBeside ? 'descriptions' : 'products.csv'),
      nProducts: isList ? (given.cameIn?.[target.list]?.nReady ?? 0) : nReady,
      nChanges: 348,
      changes,
      notWritten: isList ? ['This list has no column for the alt text of 3 photos.'] : [],
      ...given.written,
    };
  }

  return {
    add_dropped: () => ({ lists: (given.dropped ?? []).map(tokenOf) }),
    choose_product_list: () => (options.closesDialogs ? null : tokenOf('shopify.csv')),
    preview_list: ({ token, meanings }) => {
      const said = meanings as string[] | null;
      const answer = preview(Number(token), said);
      const nUsed = answer.columns.filter(({ meaning }) => meaning !== 'ignored').length;
      const delays = given.previewDelays ?? {};
      return later(answer, delays[String(nUsed)] ?? delays['*']);
    },
    import_list: ({ token, meanings }) => {
      const { name, nProducts, nWithPhotos } = preview(Number(token), meanings as string[] | null);
      const sources = options.sources ?? [];
      const [folder] = sources;
      const added: Source = {
        id: sources.length + 1,
        path: `/home/ada/Documents/${name}`,
        nPhotos: 0,
        away: null,
        groupBy: folder?.groupBy ?? 'nothing',
        isSample: false,
        list: { nProducts, nTied: nWithPhotos },
      };
      options.sources = [...sources, added];
      setTimeout(() => engine.emit('catalog-changed', engine.summary()), 20);
      return null;
    },
    export_choices: () =>
      later(
        { nReady: given.nReady ?? 120, nWaiting: 14, lists: given.cameIn ?? [] },
        given.choicesDelay,
      ),
    preview_export: ({ target }) => written(target as ExportTarget),
    export_dialog: ({ target }) => {
      if (options.closesDialogs) return null;
      const { suggestedName, nProducts } = written(target as ExportTarget);
      const nKept = (target as ExportTarget).as === 'sidecars' ? 3 : 0;
      return { name: suggestedName, nProducts, nKept };
    },
  };
}
