/** The keys of the window: what they are called, and what counts as one. */

export const isMac = /Mac/i.test(navigator.platform);
const CTRL = isMac ? '⌘' : 'Ctrl';

export interface KeyLine {
  keys: string[][];
  does: string;
}

/** For the sheet of keys; the alternatives of a line are its inner lists. */
export const KEY_GROUPS: { title: string; lines: KeyLine[] }[] = [
  {
    title: 'Anywhere',
    lines: [
      { keys: [['/']], does: 'Go to the search field' },
      { keys: [[CTRL, 'V']], does: 'Search with a copied picture' },
      { keys: [[CTRL, 'I']], does: 'Choose a picture to search with' },
      { keys: [[CTRL, 'B']], does: 'Show or hide the filters' },
      { keys: [[CTRL, 'O']], does: 'Add a folder' },
      { keys: [[CTRL, 'Shift', 'O']], does: 'Add a product list' },
      { keys: [[CTRL, 'P']], does: 'Pause or go on' },
      { keys: [[CTRL, 'J']], does: 'Show what is being worked on' },
      { keys: [[CTRL, '1']], does: 'Catalog' },
      { keys: [[CTRL, '2']], does: 'Review' },
      { keys: [[CTRL, '3']], does: 'Duplicates' },
      { keys: [[CTRL, '4']], does: 'Health' },
      { keys: [[CTRL, '5']], does: 'Learning' },
      { keys: [[CTRL, ',']], does: 'Settings' },
      { keys: [['?']], does: 'Show these keys' },
      { keys: [['Esc']], does: 'Back, close, or clear the search' },
    ],
  },
  {
    title: 'In the search field',
    lines: [
      { keys: [['Enter']], does: 'Go to the products' },
      { keys: [['↓'], ['↑']], does: 'Move among proposals; without any, go to the products' },
      { keys: [['Enter'], ['Tab']], does: 'Take the chosen proposal' },
      { keys: [['Backspace']], does: 'Remove the last filter or picture, before all words' },
      { keys: [['←'], ['→']], does: 'Move among filters and pictures' },
    ],
  },
  {
    title: 'Among the products',
    lines: [
      { keys: [['←'], ['→'], ['↑'], ['↓']], does: 'Move' },
      { keys: [['Page Up'], ['Page Down']], does: 'Move by a screen' },
      { keys: [['Home'], ['End']], does: 'First, last product' },
      { keys: [['Enter']], does: 'Open the details' },
      { keys: [['Space']], does: 'Large picture' },
      { keys: [['+'], ['−']], does: 'Larger, smaller photos' },
      { keys: [['['], [']']], does: 'Previous, next photo of the product' },
      { keys: [['M']], does: 'More like this' },
      { keys: [['N']], does: 'Not like this' },
      { keys: [['C']], does: 'Copy the whole description' },
      { keys: [['F']], does: 'Show in folder' },
      { keys: [['L']], does: 'Grid or list' },
      { keys: [['X'], [CTRL, 'Click']], does: 'Choose several' },
      {
        keys: [
          ['Shift', '↓'],
          [CTRL, 'A'],
        ],
        does: 'Choose a range, all',
      },
      { keys: [[CTRL, 'E']], does: 'Export a list of what was chosen' },
      { keys: [['W']], does: 'Show or fold what you probably did not mean' },
      { keys: [['Y']], does: 'Why a product that you miss is not in front' },
    ],
  },
  {
    title: 'In the review',
    lines: [
      { keys: [['A']], does: 'Approve' },
      { keys: [['R']], does: 'Reject' },
      { keys: [['N']], does: 'Needs information' },
      { keys: [['E']], does: 'Edit the words' },
      { keys: [[CTRL, 'Enter']], does: 'Save the words and go on' },
      { keys: [['U']], does: 'Look at it again' },
      { keys: [['J'], ['↓']], does: 'Next product' },
      { keys: [['K'], ['↑']], does: 'Previous product' },
      { keys: [['1'], ['9']], does: 'First to ninth claim' },
      { keys: [['Y'], ['X']], does: 'This claim is right, wrong' },
      { keys: [['H']], does: 'Where the model looked' },
      { keys: [['['], [']']], does: 'Previous, next photo of the product' },
      { keys: [['W']], does: 'Write again' },
      { keys: [['C']], does: 'Compare with the words before' },
      { keys: [['O']], does: 'Whose words these are' },
      { keys: [['M']], does: 'Note' },
      { keys: [['T']], does: 'History' },
      { keys: [[CTRL, 'Z']], does: 'Take the last step back' },
      {
        keys: [
          [CTRL, 'Shift', 'Z'],
          [CTRL, 'Y'],
        ],
        does: 'Do it again',
      },
      { keys: [[CTRL, 'Shift', 'A']], does: 'Approve all that are shown' },
      { keys: [[CTRL, 'E']], does: 'Send out what is decided' },
    ],
  },
  {
    title: 'With a product list, or sending out',
    lines: [
      { keys: [['Enter'], [CTRL, 'Enter']], does: 'Take it in; write' },
      { keys: [['Esc']], does: 'Cancel' },
    ],
  },
  {
    title: 'Among duplicates',
    lines: [
      { keys: [['↑'], ['↓']], does: 'Previous, next group' },
      { keys: [['←'], ['→']], does: 'Previous, next photo of the group' },
      { keys: [['Enter']], does: 'Large picture' },
      { keys: [['K']], does: 'Keep this photo, set the others aside' },
      { keys: [['D']], does: 'Different things' },
      { keys: [['P']], does: 'One product' },
      { keys: [['U'], [CTRL, 'Z']], does: 'Take the last decision back' },
    ],
  },
  {
    title: 'In a picture',
    lines: [
      { keys: [['+'], ['−']], does: 'Closer, further' },
      { keys: [['0']], does: 'Whole picture' },
      { keys: [['←'], ['→'], ['↑'], ['↓']], does: 'Move, while zoomed in' },
    ],
  },
];

/** Whether a key typed there is text and no command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return (
    target instanceof HTMLInputElement && !['radio', 'checkbox', 'range'].includes(target.type)
  );
}

export const hasCommand = (event: KeyboardEvent) =>
  (isMac ? event.metaKey : event.ctrlKey) && !event.altKey;

export const isBare = (event: KeyboardEvent) => !event.ctrlKey && !event.metaKey && !event.altKey;

/** Whether Enter is meant for a dialog's main button: not where it has a use of its own, but with Ctrl anywhere. */
export function takesEnter(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.defaultPrevented || event.repeat) return false;
  if (hasCommand(event)) return true;
  const { target } = event;
  return isBare(event) && target instanceof Element && !target.closest('button, summary, select');
}
