/** What the test engine starts with: options, and data to set it up with. */
import type { ApiError } from '../src/lib/bindings/ApiError';
import type { Attribute } from '../src/lib/bindings/Attribute';
import type { Description } from '../src/lib/bindings/Description';
import type { ExportList } from '../src/lib/bindings/ExportList';
import type { ExportPreview } from '../src/lib/bindings/ExportPreview';
import type { FilterName } from '../src/lib/bindings/FilterName';
import type { GroupingPreview } from '../src/lib/bindings/GroupingPreview';
import type { Health } from '../src/lib/bindings/Health';
import type { ListPreview } from '../src/lib/bindings/ListPreview';
import type { ModelsInfo } from '../src/lib/bindings/ModelsInfo';
import type { PackItem } from '../src/lib/bindings/PackItem';
import type { PackList } from '../src/lib/bindings/PackList';
import type { RunProgress } from '../src/lib/bindings/RunProgress';
import type { SavedSearch } from '../src/lib/bindings/SavedSearch';
import type { SearchProblem } from '../src/lib/bindings/SearchProblem';
import type { Skipped } from '../src/lib/bindings/Skipped';
import type { Source } from '../src/lib/bindings/Source';
import type { Template } from '../src/lib/bindings/Template';
import type { TuningFigure } from '../src/lib/bindings/TuningFigure';
import type { TuningPoint } from '../src/lib/bindings/TuningPoint';
import type { TuningState } from '../src/lib/bindings/TuningState';
import type { TwinGroup } from '../src/lib/bindings/TwinGroup';
import type { Variant } from '../src/lib/bindings/Variant';

export interface Named {
  title: string | null;
  description: string | null;
  /** What Vitrine wrote; its title is the generated one. */
  written?: Description | null;
}

/** The descriptions that wait for a person. */
export interface ReviewOptions {
  /** How many there are; as many as products, at most 40, when not given. */
  n?: number;
  /** Of these, how many were decided before the window opened. */
  nDecided?: number;
  nUndescribed?: number;
  /** Photos that each product has. */
  nPhotos?: number;
  /** Milliseconds before a product is answered. */
  itemDelay?: number;
  /** Milliseconds before the queue is answered. */
  queueDelay?: number;
  /** What every generated title ends with. */
  ending?: string;
  /** Ids of products that are in the queue and gone. */
  gone?: number[];
  /** What was decided is still there after the window is loaded again. */
  isKept?: boolean;
}

/** Product lists on their way in, and descriptions on their way out. */
export interface ListsOptions {
  /** Names of the product lists among what is dropped. */
  dropped?: string[];
  /** What is otherwise about every list that is looked at. */
  preview?: Partial<ListPreview>;
  /** Milliseconds before a preview is answered, by how many columns are used; `*` for all others. */
  previewDelays?: Record<string, number>;
  /** Descriptions that are decided; 120 when not given. */
  nReady?: number;
  /** Lists that came in. */
  cameIn?: ExportList[];
  /** Milliseconds before it is said what can go out. */
  choicesDelay?: number;
  /** What is otherwise about everything that would be written. */
  written?: Partial<ExportPreview>;
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
  /** Whether a closer look may put an answer into a better order, and then does. */
  canImprove?: boolean;
  saved?: SavedSearch[];
  /** Groups of photos that are alike; a few of every likeness when not given. */
  twins?: TwinGroup[];
  review?: ReviewOptions;
  /** Rules for words that a merchant has made; those that ship when not given. */
  templates?: Template[];
  lists?: ListsOptions;
  /** Whether the library cannot be written. */
  isReadOnly?: boolean;
  /** Photos that were not compared yet. */
  nNotCompared?: number;
  /** What values of filters are called; themselves when not given. */
  filterNames?: FilterName[];
  /** What searches learnt; nothing when not given. */
  tuning?: TuningState;
  tuningPoints?: TuningPoint[];
  tuningFigures?: TuningFigure[];
  /** What searches learnt cannot be read. */
  tuningFails?: boolean;
  /** A log of searches is read until that is stopped. */
  readsLong?: boolean;
  /** The catalog's health; nothing was found out when not given. */
  health?: Health;
  /** Milliseconds before it is answered. */
  healthDelay?: number;
  /** Whether the dialogs that ask where to are closed without an answer. */
  closesDialogs?: boolean;
}

export const MODELS: ModelsInfo = {
  pack: 'starter',
  revision: '1',
  summary: 'This is the small starter pack. Larger models find and describe more; see README.',
  isStarter: true,
  knows: ['17 kinds of garments', '81 kinds of groceries'],
  lacks: ['other kinds of goods: it answers with something that looks alike'],
  device: 'CPU',
  deviceNote: null,
  precision: 'f32',
  precisions: ['f32', 'f16', 'bf16', 'int8'],
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
  recommended: null,
  sizeBytes: 2_500_000_000,
  doneBytes: 0,
  memoryBytes: 1_400_000_000,
  pace: { read: 23.4, describe: 0.81 },
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
      recommended: null,
      sizeBytes: 34_600_000,
      memoryBytes: 68_000_000,
      pace: null,
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
  precision: 'auto',
  previous: null,
  previousPrecision: 'auto',
};

export const NAMES: Named[] = [
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
  list: null,
};

export const LIST: Source = {
  ...FOLDER,
  id: 2,
  path: '/home/ada/Documents/shopify.csv',
  nPhotos: 0,
  list: { nProducts: 412, nTied: 398 },
};

export const EMPTY: EngineOptions = { n: 0, sources: [], sampleAvailable: true };
export const FULL: EngineOptions = {
  n: 5000,
  nGood: 17,
  sources: [FOLDER],
  sampleAvailable: true,
  examples: ['red mug', 'blue leather bag', 'brass lamp'],
  filterNames: [
    { key: 'is', value: 'unclear', label: 'needs information' },
    { key: 'has', value: 'price', label: 'a price' },
    { key: 'has', value: 'flag', label: 'something doubtful' },
    { key: 'problem', value: 'tiny', label: 'too small for Google' },
    { key: 'problem', value: 'small', label: 'below 500 pixels' },
    { key: 'problem', value: 'noalt', label: 'no alternative text' },
  ],
};
