/** What a person can do on the review screen by key and by button. */
import { tick } from 'svelte';
import { hasCommand, isBare, isTyping } from '../lib/keys';
import { repeats, reviewAct, type ReviewAct } from '../lib/reviewKeys';
import { heat } from './reviewHeat.svelte';
import { review } from './review.svelte';
import { words } from './reviewWords.svelte';
import { sending } from './sending.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';

const SCREEN = 'main.review';

const inScreen = (what: string) => document.querySelector<HTMLElement>(`${SCREEN} ${what}`);

/** To the product itself, from where Tab leads to its claims. */
export const focusProduct = () => inScreen('article')?.focus({ preventScroll: true });

/** The number of the claim that has the focus. */
function claimInFocus(): number | null {
  const on = document.activeElement?.closest<HTMLElement>(`${SCREEN} [data-claim]`);
  return on ? Number(on.dataset.claim) : null;
}

function focusClaim(claim: number): void {
  const mark = inScreen(`[role='button'][data-claim='${claim}']`);
  (mark ?? inScreen(`button[data-claim='${claim}']`))?.focus();
}

function judge(isRight: boolean, at = claimInFocus()): void {
  const claim = at === null ? undefined : words.claims[at];
  if (!claim || session.catalog.isReadOnly) return;
  const { kind, list, value } = claim;
  review.decide({ kind: 'judgeClaim', claim: kind, list, value, isRight });
}

export const judgeClaim = (at: number, isRight: boolean) => judge(isRight, at);

/** What the focused claim, or else the one that needs eyes most, goes by. */
function where(): void {
  if (heat.claim) return heat.close();
  const claim = words.claims[claimInFocus() ?? 0];
  if (claim) void heat.toggle(claim);
}

async function openNote(): Promise<void> {
  words.isNoteOpen = true;
  await tick();
  inScreen('.note textarea, .note input')?.focus();
}

async function edit(text?: Parameters<typeof words.edit>[0]): Promise<void> {
  words.edit(text);
  await tick();
  inScreen('.editor textarea')?.focus();
}

export const editWith = edit;

/** Steps back by one; false when nothing was open. */
function leave(): boolean {
  if (words.panel !== 'words' || words.isNoteOpen) words.close();
  else if (heat.claim) heat.close();
  else return false;
  void tick().then(focusProduct);
  return true;
}

/** Decisions, which a library that cannot be written takes none of. */
const DECISIONS: Partial<Record<ReviewAct & string, () => void>> = {
  approve: () => review.decide({ kind: 'approve' }),
  reject: () => review.decide({ kind: 'reject' }),
  needsInfo: () => review.decide({ kind: 'needsInfo' }),
  reopen: () => {
    if (review.item && review.item.state !== 'pending') review.decide({ kind: 'reopen' });
  },
  edit: () => void (words.isEditing ? undefined : edit()),
  save: () => words.save(),
  note: () => void openNote(),
  rewrite: () => void words.rewrite(),
  approveAll: () => (view.isApproveAllOpen = true),
  undo: () => void review.walk('undo'),
  redo: () => void review.walk('redo'),
};

const ACTS: Partial<Record<ReviewAct & string, () => void>> = {
  next: () => void review.step(1),
  previous: () => void review.step(-1),
  right: () => judge(true),
  wrong: () => judge(false),
  where,
  origins: () => (review.showsOrigins = !review.showsOrigins),
  compare: () => words.compare(),
  sendOut: () => sending.open(),
  history: () => (view.isHistoryOpen = review.item !== null),
  leave: () => void leave(),
  nextPhoto: () => review.turnPhoto(1),
  previousPhoto: () => review.turnPhoto(-1),
};

export function act(what: ReviewAct): void {
  if (typeof what === 'object') focusClaim(what.claim);
  else if (DECISIONS[what]) {
    if (!session.catalog.isReadOnly) DECISIONS[what]();
  } else ACTS[what]?.();
  void tick().then(keepFocus);
}

/** What had the focus may have gone; without one no key would be for this screen. */
function keepFocus(): void {
  if (document.activeElement === document.body) focusProduct();
}

/** True when the key was one of this screen. */
export function onReviewKey(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  const what = reviewAct({
    key: event.key,
    hasCommand: hasCommand(event),
    isBare: isBare(event),
    shiftKey: event.shiftKey,
    // A list to choose from takes arrows and letters, too.
    isTyping: isTyping(target) || target instanceof HTMLSelectElement,
    isNear: target?.closest(SCREEN) != null,
    isEditing: words.isEditing,
  });
  if (what === null) return false;
  if (what === 'leave') {
    if (!leave()) return false;
  } else if (!event.repeat || repeats(what)) act(what);
  event.preventDefault();
  return true;
}
