/** The keys that work wherever the focus is; the grid and the pictures handle their own, and so does the review. */
import { hasCommand, isBare, isTyping } from '../lib/keys';
import * as actions from './actions';
import { answer } from './answer.svelte';
import { listImport } from './listImport.svelte';
import { notices } from './notices.svelte';
import { picks } from './picks.svelte';
import { preferences } from './preferences.svelte';
import { query } from './query.svelte';
import { selection } from './selection.svelte';
import { onReviewKey } from './reviewActions';
import { session } from './session.svelte';
import { twins } from './twins.svelte';
import { view } from './view.svelte';

/** With Ctrl, or ⌘ on a Mac. */
const COMMANDS: Record<string, () => void> = {
  o: () => void actions.addFolder(),
  i: () => {
    if (session.isFirstStart) return;
    session.screen = 'catalog';
    void query.choosePicture();
  },
  p: () => void actions.pauseOrResume(),
  j: () => (view.isProgressOpen = !view.isProgressOpen),
  b: () => {
    if (session.isFirstStart) return;
    session.screen = 'catalog';
    view.toggleFacets();
  },
  a: () => {
    if (session.screen === 'catalog') picks.all();
  },
  e: () => {
    if (session.screen === 'catalog' && picks.n > 0) void picks.exportList();
  },
  '1': () => (session.screen = 'catalog'),
  '2': () => (session.screen = 'review'),
  '3': () => (session.screen = 'duplicates'),
  '4': () => (session.screen = 'health'),
  '5': () => (session.screen = 'learning'),
  z: () => {
    if (session.screen === 'duplicates') void twins.undo();
  },
  ',': () => (session.screen = 'settings'),
};

/** With Shift besides. */
const SHIFT_COMMANDS: Record<string, () => void> = {
  o: () => void listImport.choose(),
};

/**
 * Single letters are commands only among the products and their details, never
 * everywhere: who steers by voice must not set them off by speaking.
 */
const NEAR_PRODUCTS: Record<string, () => void> = {
  x: () => picks.toggle(selection.rank),
  m: () => actions.moreLikeThis(),
  n: () => actions.notLikeThis(),
  c: () => void actions.copyDescription(),
  f: () => actions.showInFolder(),
  l: () => void actions.switchView(),
  w: () => (answer.isFolded = !answer.isFolded),
  y: () => {
    if (answer.canExplain) view.isWhyNotOpen = true;
  },
  '[': () => selection.turnPhoto(-1),
  ']': () => selection.turnPhoto(1),
  '+': () => preferences.resizeTiles(1),
  '=': () => preferences.resizeTiles(1),
  '-': () => preferences.resizeTiles(-1),
};

/** Steps back by one: the innermost thing that is open closes first. */
function back(): void {
  if (view.isProgressOpen) view.isProgressOpen = false;
  else if (view.hasDrawer && view.isDrawerOpen) {
    view.isDrawerOpen = false;
    view.focusFacetsButton();
  } else if (session.screen !== 'catalog') session.screen = 'catalog';
  else if (picks.n > 0) picks.clear();
  else if (preferences.detailOpen && selection.product) {
    selection.closeDetail();
    view.focusGrid();
  } else if (notices.error) notices.dismiss();
  else if (notices.news) notices.news = '';
  else if (!query.isEmpty) query.clear();
}

export function onWindowKey(event: KeyboardEvent): void {
  // An open dialog has its own keys and its own way out.
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
  if (session.screen === 'review' && onReviewKey(event)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (hasCommand(event)) {
    // In a field, Ctrl+Z and Ctrl+A belong to what is typed there.
    if ((key === 'z' || key === 'a') && isTyping(event.target)) return;
    const command = (event.shiftKey ? SHIFT_COMMANDS : COMMANDS)[key];
    if (!command) return;
    event.preventDefault();
    command();
  } else if (key === 'Escape') {
    back();
  } else if (isBare(event) && !isTyping(event.target)) {
    if (key === '/') {
      event.preventDefault();
      if (!session.isFirstStart) view.focusQuery();
    } else if (key === '?') {
      view.isKeysOpen = true;
    } else {
      const near = (event.target as Element).closest?.('[role="grid"], aside');
      const act = near && NEAR_PRODUCTS[key];
      if (!act) return;
      // Where it opens a field, the letter is not typed there.
      event.preventDefault();
      act();
    }
  }
}
