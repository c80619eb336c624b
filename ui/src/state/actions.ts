/** What a person can do from more than one place: by button and by key. */
import { tick } from 'svelte';
import * as backend from '../lib/backend';
import type { ReviewFilter } from '../lib/bindings/ReviewFilter';
import type { SearchFilter } from '../lib/bindings/SearchFilter';
import { clipboardPicture, pastedPictures } from '../lib/clipboard';
import { wholeText } from '../lib/description';
import { answer } from './answer.svelte';
import { clipboard } from './clipboard.svelte';
import { notices } from './notices.svelte';
import { preferences } from './preferences.svelte';
import { query } from './query.svelte';
import { review } from './review.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';

export async function addFolder(): Promise<void> {
  const chosen = await notices.attempt(() => backend.addFolderDialog());
  if (chosen) session.screen = 'catalog';
}

export async function addSample(): Promise<void> {
  await notices.attempt(() => backend.addSampleCatalog());
}

export async function pauseOrResume(): Promise<void> {
  if (session.run.state === 'running') await notices.attempt(() => backend.pauseIndexing());
  else if (session.run.state === 'paused') await notices.attempt(() => backend.resumeIndexing());
}

export async function stop(): Promise<void> {
  await notices.attempt(() => backend.cancelIndexing());
}

export async function lookForChanges(): Promise<void> {
  await notices.attempt(() => backend.rescan());
}

/** Grid or list; the cursor goes along, and the focus where it was among the products. */
export async function switchView(): Promise<void> {
  const wasAmong = document.activeElement?.closest('[role="grid"]') != null;
  preferences.isList = !preferences.isList;
  // A place in the one is none in the other.
  view.gridTop = { answered: answer.answered, top: 0 };
  await tick();
  // Before the next key can come: one that meets no focus would be lost.
  if (wasAmong) view.focusGrid();
  // The new one knows its size from the first frame on.
  await new Promise(requestAnimationFrame);
  view.revealCursor();
}

export function moreLikeThis(): void {
  const { product } = selection;
  if (!product || product.stage === 'browsable') return;
  selection.isPreviewOpen = false;
  query.findLike(product);
}

/** Adds to what is asked: not like this one. */
export function notLikeThis(): void {
  const { product } = selection;
  if (!product || product.stage === 'browsable') return;
  selection.isPreviewOpen = false;
  query.findUnlike(product);
}

export function showInFolder(): void {
  const { product } = selection;
  const picture = selection.photo?.picture ?? product?.picture;
  if (picture !== undefined) void notices.attempt(() => backend.reveal(picture));
}

/** Shows the products that pass a filter, and nothing else of what was asked. */
export async function showProducts(filter: SearchFilter): Promise<void> {
  query.findOnly(filter);
  session.screen = 'catalog';
  // What was pressed is gone with its screen.
  await tick();
  view.focusGrid();
}

/** Shows what waits in the review, narrowed or all of it. */
export function showWaiting(change: Partial<ReviewFilter> = {}): void {
  review.awaitOpening(change);
  session.screen = 'review';
}

/** Copies everything that was written about the shown product; false when there is nothing. */
export async function copyDescription(): Promise<boolean> {
  const { photo } = selection;
  const words = photo?.written
    ? wholeText(photo.written)
    : (photo ?? selection.product)?.description?.trim();
  return words ? clipboard.copy(words, 'Description') : false;
}

/** Searches with the pictures of a paste; text is left to the field that has the focus. */
export async function paste(event: ClipboardEvent): Promise<void> {
  if (session.isFirstStart) return;
  const hasText = (event.clipboardData?.types ?? []).some((type) => type === 'text/plain');
  const hasFiles = (event.clipboardData?.files.length ?? 0) > 0;
  if (hasText && !hasFiles) return;
  event.preventDefault();
  const pictures = await pastedPictures(event.clipboardData);
  if (pictures.length === 0 && !hasFiles) {
    const picture = await clipboardPicture();
    if (picture) pictures.push(picture);
  }
  if (pictures.length === 0) return;
  session.screen = 'catalog';
  for (const picture of pictures) await query.add(() => backend.queryPicturePasted(picture));
}
