/** Which key does what on the review screen. */

export type ReviewAct =
  | 'approve'
  | 'reject'
  | 'needsInfo'
  | 'reopen'
  | 'edit'
  | 'save'
  | 'leave'
  | 'next'
  | 'previous'
  | 'right'
  | 'wrong'
  | 'where'
  | 'rewrite'
  | 'note'
  | 'origins'
  | 'compare'
  | 'history'
  | 'nextPhoto'
  | 'previousPhoto'
  | 'undo'
  | 'redo'
  | 'approveAll'
  | 'sendOut'
  | { claim: number };

/** What of a key and of where it was typed counts. */
export interface Typed {
  key: string;
  /** With Ctrl, or ⌘ on a Mac. */
  hasCommand: boolean;
  /** Without any of Ctrl, ⌘ and Alt. */
  isBare: boolean;
  shiftKey: boolean;
  /** It was typed into a field, where letters are text. */
  isTyping: boolean;
  /** The focus is in the review screen. */
  isNear: boolean;
  /** The words are being edited. */
  isEditing: boolean;
}

const LETTERS: Record<string, ReviewAct> = {
  a: 'approve',
  r: 'reject',
  n: 'needsInfo',
  u: 'reopen',
  e: 'edit',
  j: 'next',
  k: 'previous',
  ArrowDown: 'next',
  ArrowUp: 'previous',
  y: 'right',
  x: 'wrong',
  h: 'where',
  w: 'rewrite',
  m: 'note',
  o: 'origins',
  c: 'compare',
  t: 'history',
  ']': 'nextPhoto',
  '[': 'previousPhoto',
};

/** What may be done again while a key is held down. */
const REPEATS: ReviewAct[] = ['next', 'previous', 'nextPhoto', 'previousPhoto'];
/** What would lose the words that are being written. */
const NOT_WHILE_EDITING: ReviewAct[] = [
  'approve',
  'reject',
  'needsInfo',
  'reopen',
  'next',
  'previous',
  'rewrite',
  'compare',
  'right',
  'wrong',
];

export const repeats = (act: ReviewAct) => REPEATS.includes(act);

function commandOf({ key, shiftKey, isTyping, isEditing }: Typed): ReviewAct | null {
  if (key === 'Enter') return isEditing ? 'save' : null;
  const letter = key.toLowerCase();
  if (letter === 'a' && shiftKey) return isEditing ? null : 'approveAll';
  if (letter === 'e' && !shiftKey) return isEditing ? null : 'sendOut';
  // In a field they take back what was typed there; while editing there is nothing else to take back.
  if (isTyping || isEditing) return null;
  if (letter === 'z') return shiftKey ? 'redo' : 'undo';
  if (letter === 'y' && !shiftKey) return 'redo';
  return null;
}

/** What a key asks for; null where it is not for this screen. */
export function reviewAct(typed: Typed): ReviewAct | null {
  const { key, hasCommand, isBare, isTyping, isNear, isEditing } = typed;
  if (hasCommand) return commandOf(typed);
  if (!isBare || !isNear) return null;
  if (key === 'Escape') return 'leave';
  if (isTyping) return null;
  if (/^[1-9]$/.test(key)) return { claim: Number(key) - 1 };
  const act = LETTERS[key.length === 1 ? key.toLowerCase() : key] ?? null;
  return act !== null && isEditing && NOT_WHILE_EDITING.includes(act) ? null : act;
}
