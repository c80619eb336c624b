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
import type { CatalogSummary } from './bindings/CatalogSummary';
import type { DragEvent } from './bindings/DragEvent';
import type { GroupBy } from './bindings/GroupBy';
import type { GroupingPreview } from './bindings/GroupingPreview';
import type { PackList } from './bindings/PackList';
import type { PackNews } from './bindings/PackNews';
import type { PictureId } from './bindings/PictureId';
import type { Product } from './bindings/Product';
import type { ProductDetail } from './bindings/ProductDetail';
import type { ProductId } from './bindings/ProductId';
import type { QueryPicture } from './bindings/QueryPicture';
import type { RunProgress } from './bindings/RunProgress';
import type { SearchPage } from './bindings/SearchPage';
import type { SearchRequest } from './bindings/SearchRequest';
import type { SkippedPage } from './bindings/SkippedPage';
import type { SourceId } from './bindings/SourceId';

export const appState = () => invoke<AppState>('app_state');
export const search = (request: SearchRequest) => invoke<SearchPage>('search', { request });
export const product = (id: ProductId) => invoke<ProductDetail>('product', { id });
export const skipped = (offset: number, limit: number) =>
  invoke<SkippedPage>('skipped', { offset, limit });

/** Shows the system's folder dialog; false when it was closed without a choice. */
export const addFolderDialog = () => invoke<boolean>('add_folder_dialog');
export const addDropped = (drop: number) => invoke<void>('add_dropped', { drop });
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
export const undoPackChange = () => invoke<void>('undo_pack_change');

/** Shows a photo's file in the system's file browser. */
export const reveal = (id: PictureId) => invoke<void>('reveal', { id });
/** Tells the shell, once, that the first picture of the window is on the screen. */
export const painted = () => invoke<void>('painted');

interface Events {
  progress: RunProgress;
  'catalog-changed': CatalogSummary;
  drag: DragEvent;
  packs: PackNews;
  /** Another pack answers, gets ready to, or no longer does. */
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
