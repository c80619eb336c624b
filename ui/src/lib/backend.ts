/**
 * The one door to the engine: every command, event and picture address.
 *
 * Nothing else in the UI calls `invoke` or `listen`. A command that fails
 * rejects with an {@link ApiError}; the UI branches on its `code` alone.
 */
import { convertFileSrc, invoke } from '@tauri-apps/api/core';
import { listen, type UnlistenFn } from '@tauri-apps/api/event';
import type { ApiError } from './bindings/ApiError';
import type { AppState } from './bindings/AppState';
import type { BulkPreview } from './bindings/BulkPreview';
import type { CatalogSummary } from './bindings/CatalogSummary';
import type { CheckedText } from './bindings/CheckedText';
import type { ClaimKind } from './bindings/ClaimKind';
import type { Comparison } from './bindings/Comparison';
import type { Completion } from './bindings/Completion';
import type { DragEvent } from './bindings/DragEvent';
import type { Dropped } from './bindings/Dropped';
import type { ExportChoices } from './bindings/ExportChoices';
import type { ExportPreview } from './bindings/ExportPreview';
import type { ExportTarget } from './bindings/ExportTarget';
import type { Exported } from './bindings/Exported';
import type { Facets } from './bindings/Facets';
import type { GroupBy } from './bindings/GroupBy';
import type { GroupingPreview } from './bindings/GroupingPreview';
import type { Health } from './bindings/Health';
import type { HeatMap } from './bindings/HeatMap';
import type { Likeness } from './bindings/Likeness';
import type { ListPreview } from './bindings/ListPreview';
import type { ListToken } from './bindings/ListToken';
import type { ModelPrecision } from './bindings/ModelPrecision';
import type { PackList } from './bindings/PackList';
import type { PackNews } from './bindings/PackNews';
import type { PictureId } from './bindings/PictureId';
import type { Product } from './bindings/Product';
import type { ProductDetail } from './bindings/ProductDetail';
import type { ProductId } from './bindings/ProductId';
import type { QueryPicture } from './bindings/QueryPicture';
import type { Reasons } from './bindings/Reasons';
import type { ReviewDecision } from './bindings/ReviewDecision';
import type { ReviewEvent } from './bindings/ReviewEvent';
import type { ReviewFilter } from './bindings/ReviewFilter';
import type { ReviewItem } from './bindings/ReviewItem';
import type { ReviewQueue } from './bindings/ReviewQueue';
import type { ReviewText } from './bindings/ReviewText';
import type { RuleHelp } from './bindings/RuleHelp';
import type { RunProgress } from './bindings/RunProgress';
import type { SavedSearch } from './bindings/SavedSearch';
import type { SearchPage } from './bindings/SearchPage';
import type { SearchRequest } from './bindings/SearchRequest';
import type { SkippedPage } from './bindings/SkippedPage';
import type { SourceId } from './bindings/SourceId';
import type { Stepped } from './bindings/Stepped';
import type { Template } from './bindings/Template';
import type { TemplateTrial } from './bindings/TemplateTrial';
import type { SearchLog } from './bindings/SearchLog';
import type { TuningJob } from './bindings/TuningJob';
import type { TuningReport } from './bindings/TuningReport';
import type { TuningPoint } from './bindings/TuningPoint';
import type { TuningState } from './bindings/TuningState';
import type { TwinDecision } from './bindings/TwinDecision';
import type { TwinPage } from './bindings/TwinPage';
import type { TwinPhoto } from './bindings/TwinPhoto';
import type { Unphotographed } from './bindings/Unphotographed';
import type { RewriteMode } from './review';

export const appState = () => invoke<AppState>('app_state');
export const search = (request: SearchRequest) => invoke<SearchPage>('search', { request });
/** A closer look at the best photos, up to some seconds long; true when the order became another one. */
export const improveSearch = (request: SearchRequest) =>
  invoke<boolean>('improve_search', { request });
/** What the products of an answer have in common, with counts. */
export const facets = (request: SearchRequest) => invoke<Facets>('facets', { request });
/** How what is being typed may go on; `caret` in UTF-16 units. */
export const complete = (text: string, caret: number) =>
  invoke<Completion[]>('complete', { text, caret });
/** Why a product stands where it stands, or why it does not. */
export const explain = (request: SearchRequest, id: ProductId) =>
  invoke<Reasons>('explain', { request, id });
/** Where in a photo is what was asked for; null when there is nothing to look for in one. */
export const heatMap = (request: SearchRequest, picture: PictureId) =>
  invoke<HeatMap | null>('heat_map', { request, picture });

export const savedSearches = () => invoke<SavedSearch[]>('saved_searches');
/** Takes the place of a search of the same name. */
export const saveSearch = (name: string, request: SearchRequest) =>
  invoke<void>('save_search', { name, request });
export const removeSavedSearch = (name: string) => invoke<void>('remove_saved_search', { name });

/** Text about products, for the clipboard. */
export const productTexts = (ids: ProductId[]) => invoke<string>('product_texts', { ids });
/** Shows the files of products' photos in the system's file browser. */
export const revealProducts = (ids: ProductId[]) => invoke<void>('reveal_products', { ids });
/** Asks where to and writes a CSV; false when the dialog was closed. There must be products. */
export const exportListDialog = (ids: ProductId[]) =>
  invoke<boolean>('export_list_dialog', { ids });

/** Groups of photos that are alike and wait for a decision. */
export const twins = (likeness: Likeness | null, offset: number, limit: number) =>
  invoke<TwinPage>('twins', { likeness, offset, limit });
export const decideTwins = (pictures: PictureId[], decision: TwinDecision) =>
  invoke<void>('decide_twins', { pictures, decision });
/** Takes the last decision of this window back; false when there is none. */
export const undoTwinDecision = () => invoke<boolean>('undo_twin_decision');
/** Photos that were set aside. */
export const setAside = (offset: number, limit: number) =>
  invoke<TwinPhoto[]>('set_aside', { offset, limit });
export const showAgain = (picture: PictureId) => invoke<void>('show_again', { picture });

/** What is right and wrong with the catalog, in numbers. */
export const health = () => invoke<Health>('health');
/** Products of lists without a photo; at most 1,000 at once. */
export const unphotographed = (offset: number, limit: number) =>
  invoke<Unphotographed[]>('unphotographed', { offset, limit });
/** Asks where to and writes the health as a page; its file's name, null when the dialog was closed. */
export const saveReportDialog = () => invoke<string | null>('save_report_dialog');

/** A part of the products under review, what needs eyes most first. */
export const reviewQueue = (filter: ReviewFilter, offset: number, limit: number) =>
  invoke<ReviewQueue>('review_queue', { filter, offset, limit });
export const reviewItem = (id: ProductId) => invoke<ReviewItem>('review_item', { id });
export const decideReview = (id: ProductId, decision: ReviewDecision) =>
  invoke<ReviewItem>('decide_review', { id, decision });
/** Takes the last step back, also one of an earlier start; null when there is none. */
export const undoReview = () => invoke<Stepped | null>('undo_review');
export const redoReview = () => invoke<Stepped | null>('redo_review');
/** What a text claims, without asking a model: fast enough to follow the typing. */
export const checkText = (id: ProductId, text: ReviewText) =>
  invoke<CheckedText>('check_text', { id, text });
/** What was done to a product, the newest first. */
export const reviewHistory = (id: ProductId) => invoke<ReviewEvent[]>('review_history', { id });
/** What approving everything that passes the filter would do; nothing is changed. */
export const previewApproveAll = (filter: ReviewFilter) =>
  invoke<BulkPreview>('preview_approve_all', { filter });
/** How many were approved: those that the preview showed. */
export const approveAll = (token: string) => invoke<number>('approve_all', { token });
/** Other words for a product, some seconds later; nothing is stored. */
export const rewriteReview = (id: ProductId, mode: RewriteMode, prompt: string | null) =>
  invoke<ReviewText>('rewrite_review', { id, mode, prompt });
/** Where in a photo the model looked for a claim; null when no model looks for such a thing. */
export const claimHeatMap = (id: ProductId, picture: PictureId, claim: ClaimKind, value: string) =>
  invoke<HeatMap | null>('claim_heat_map', { id, picture, claim, value });
/** The name under which steps stand in the history. */
export const reviewer = () => invoke<string>('reviewer');
export const setReviewer = (name: string) => invoke<void>('set_reviewer', { name });
/** The rules by which words are made, those for every product first. */
export const templates = () => invoke<Template[]>('templates');
/** What rules would make of a product of their category; nothing is kept. */
export const tryTemplate = (template: Template) =>
  invoke<TemplateTrial>('try_template', { template });
/** How rules are written. */
export const ruleHelp = () => invoke<RuleHelp>('rule_help');
/** Takes the place of the rules of the same category; rules that cannot be followed are refused. */
export const setTemplate = (template: Template) => invoke<void>('set_template', { template });
/** Without rules of its own a category goes by those for every product, and these by what ships. */
export const removeTemplate = (category: string) => invoke<void>('remove_template', { category });

/** Shows the system's file dialog; null when it was closed without a choice. */
export const chooseProductList = () => invoke<ListToken | null>('choose_product_list');
/** What a list would bring, by what its columns are said to mean or else seem to; nothing is changed. */
export const previewList = (token: number, meanings: string[] | null) =>
  invoke<ListPreview>('preview_list', { token, meanings });
/** Takes a list in; it goes on in the background as every run does. */
export const importList = (token: number, meanings: string[] | null) =>
  invoke<void>('import_list', { token, meanings });
export const exportChoices = () => invoke<ExportChoices>('export_choices');
/** What would be written; nothing is. */
export const previewExport = (target: ExportTarget) =>
  invoke<ExportPreview>('preview_export', { target });
/** Asks where to and writes; null when the dialog was closed. */
export const exportDialog = (target: ExportTarget) =>
  invoke<Exported | null>('export_dialog', { target });

export const product = (id: ProductId) => invoke<ProductDetail>('product', { id });
export const skipped = (offset: number, limit: number) =>
  invoke<SkippedPage>('skipped', { offset, limit });

/** Shows the system's folder dialog; false when it was closed without a choice. */
export const addFolderDialog = () => invoke<boolean>('add_folder_dialog');
/** Product lists among what was dropped wait for a look at them; everything else is added. */
export const addDropped = (drop: number) => invoke<Dropped>('add_dropped', { drop });
export const addSampleCatalog = () => invoke<void>('add_sample_catalog');
export const removeSource = (id: SourceId) => invoke<void>('remove_source', { id });
/** What grouping a folder's photos would do; nothing is changed. */
export const previewGrouping = (id: SourceId, by: GroupBy) =>
  invoke<GroupingPreview>('preview_grouping', { id, by });
export const setGrouping = (id: SourceId, by: GroupBy) => invoke<void>('set_grouping', { id, by });
export const rescan = () => invoke<void>('rescan');

export const pauseIndexing = () => invoke<void>('pause_indexing');
export const resumeIndexing = () => invoke<void>('resume_indexing');
export const cancelIndexing = () => invoke<void>('cancel_indexing');

/** Shows the system's file dialog; null when it was closed without a choice. */
export const queryPictureDialog = () => invoke<QueryPicture | null>('query_picture_dialog');
export const queryPicturesDropped = (drop: number) =>
  invoke<QueryPicture[]>('query_pictures_dropped', { drop });
/** The bytes of a picture file travel as the raw body, not as a JSON array. */
export const queryPicturePasted = (bytes: Uint8Array) =>
  invoke<QueryPicture>('query_picture_pasted', bytes);

export const packs = () => invoke<PackList>('packs');
/** Begins a download or goes on with it; how it goes comes with the event `packs`. */
export const pullPack = (name: string) => invoke<void>('pull_pack', { name });
export const cancelPackJob = (name: string) => invoke<void>('cancel_pack_job', { name });
/** Shows the system's folder dialog; false when it was closed without a choice. */
export const importPackDialog = () => invoke<boolean>('import_pack_dialog');
export const verifyPack = (name: string) => invoke<void>('verify_pack', { name });
export const removePack = (name: string) => invoke<void>('remove_pack', { name });
export const usePack = (name: string) => invoke<void>('use_pack', { name });
/** Computes in these numbers from now on: every photo is read again, as with another pack. */
export const usePrecision = (precision: ModelPrecision) =>
  invoke<void>('use_precision', { precision });
export const undoPackChange = () => invoke<void>('undo_pack_change');

/** What searches go by, what else there is, and what there is to learn from. */
export const tuning = () => invoke<TuningState>('tuning');
export const tuningPoints = () => invoke<TuningPoint[]>('tuning_points');
/** Lets searches learn; how it goes comes with the event `tuning`. */
export const startTuning = (seed: number) => invoke<void>('start_tuning', { seed });
export const pauseTuning = () => invoke<void>('pause_tuning');
export const resumeTuning = () => invoke<void>('resume_tuning');
export const cancelTuning = () => invoke<void>('cancel_tuning');
/** What was learnt at some time; null for the models alone. */
export const useTuning = (id: number | null) => invoke<void>('use_tuning', { id });
export const removeTuning = (id: number) => invoke<void>('remove_tuning', { id });
export const tuningReport = (id: number) => invoke<TuningReport>('tuning_report', { id });
/** Asks where to and writes the report as a page; its file's name, null when the dialog was closed. */
export const saveTuningReportDialog = (id: number) =>
  invoke<string | null>('save_tuning_report_dialog', { id });
export const compareTuning = (id: number, text: string, limit: number) =>
  invoke<Comparison>('compare_tuning', { id, text, limit });
/** Nothing more is compared: what that needed is let go. */
/** Asks for a log of searches and takes it over; null when the dialog was closed. */
export const searchLogDialog = () => invoke<SearchLog | null>('search_log_dialog');
export const stopSearchLog = () => invoke<void>('stop_search_log');
export const forgetSearchLog = () => invoke<void>('forget_search_log');
/** Whether it is kept what is opened after a search; what was kept goes when that ends. */
export const keepOpened = (isKept: boolean) => invoke<void>('keep_opened', { isKept });
export const openedAfter = (query: string, picture: PictureId) =>
  invoke<void>('opened_after', { query, picture });
export const endTuningComparison = () => invoke<void>('end_tuning_comparison');

/** Shows a photo's file in the system's file browser. */
export const reveal = (id: PictureId) => invoke<void>('reveal', { id });
/** Tells the shell, once, that the first picture of the window is on the screen. */
export const painted = () => invoke<void>('painted');

interface Events {
  progress: RunProgress;
  'catalog-changed': CatalogSummary;
  drag: DragEvent;
  packs: PackNews;
  tuning: TuningJob;
  /** Another pack answers, gets ready to, or no longer does, or searches go by other things learnt. */
  'pack-changed': null;
}

export function on<K extends keyof Events>(
  event: K,
  handle: (payload: Events[K]) => void,
): Promise<UnlistenFn> {
  return listen<Events[K]>(event, (message) => handle(message.payload));
}

/** What of a product or photo names the picture. The version is in the address, so that it caches for ever. */
export type Pictured = Pick<Product, 'picture' | 'version'>;

/** Address of a thumbnail that fits into 320 x 320 px. */
export const thumbAddress = ({ picture, version }: Pictured) =>
  convertFileSrc(`thumb/${picture}/${version}`, 'photo');
/** Address of the whole picture, upright. */
export const fullAddress = ({ picture, version }: Pictured) =>
  convertFileSrc(`full/${picture}/${version}`, 'photo');
/** Address of a query picture's thumbnail. */
export const queryAddress = (token: string) => convertFileSrc(`query/${token}`, 'photo');

/** Whatever was thrown, as the error that the window can show. */
export function asApiError(thrown: unknown): ApiError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    return thrown as ApiError;
  }
  return {
    code: 'internal',
    message: 'Something went wrong inside Vitrine. Try it again; if it stays, restart Vitrine.',
    detail: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  };
}
