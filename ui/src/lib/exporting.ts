/** How descriptions go out, in words: what they can be written as, and what would change. */
import type { ExportChoices } from './bindings/ExportChoices';
import type { ExportPreview } from './bindings/ExportPreview';
import type { ExportTarget } from './bindings/ExportTarget';
import type { Exported } from './bindings/Exported';
import { count, number } from './words';

export interface Choice {
  /** The same for the same choice, whenever it is offered. */
  key: string;
  target: ExportTarget;
  name: string;
  /** What it is good for. */
  hint: string;
}

export interface ChoiceGroup {
  title: string;
  choices: Choice[];
}

const FILES: [form: string, name: string, hint: string][] = [
  ['csv', 'Table (CSV)', 'A row a product. Every program for tables opens it.'],
  ['xlsx', 'Excel workbook', 'The same table, to look through and hand on.'],
  ['shopify', 'Shopify', 'Import it under Products in Shopify.'],
  ['shopify_old', 'Shopify, columns until 2025', 'For apps that still ask for the former columns.'],
  ['google_tsv', 'Google feed, text', 'Upload it in Merchant Center.'],
  ['google_xml', 'Google feed, XML', 'Put it where Merchant Center fetches your feed.'],
  ['woocommerce', 'WooCommerce', 'Import it under Products in WordPress.'],
  ['akeneo', 'Akeneo', 'Import it as products in Akeneo.'],
  ['json', 'JSON', 'One document for programs.'],
  ['json_lines', 'JSON lines', 'A product a line, for programs and long lists.'],
];

const SIDECARS: [form: string, name: string, hint: string][] = [
  ['text', 'Text files', 'Words to copy, one file for each photo.'],
  ['xmp', 'XMP files', 'Programs for photos show title, description and alt text.'],
];

/** Everything that words can be written as; lists that came in are first. */
export function choiceGroups({ lists }: ExportChoices): ChoiceGroup[] {
  const cameIn = lists.map(({ name, program, nReady }, list): Choice => {
    const ready = nReady === 1 ? '1 of its products is' : `${number(nReady)} of its products are`;
    return {
      key: `list:${list}:${name}`,
      target: { as: 'list', list },
      name: `${name} as it came in, with new words only`,
      hint: `${program ? `For ${program}. ` : ''}${nReady === 0 ? 'None of its products is' : ready} decided.`,
    };
  });
  const groups: ChoiceGroup[] = [
    { title: 'A list that came in', choices: cameIn },
    {
      title: 'A new file',
      choices: FILES.map(([form, name, hint]) => ({
        key: `file:${form}`,
        target: { as: 'file', form },
        name,
        hint,
      })),
    },
    {
      title: 'A file for each photo',
      choices: SIDECARS.map(([form, name, hint]) => ({
        key: `sidecars:${form}`,
        target: { as: 'sidecars', form },
        name,
        hint,
      })),
    },
  ];
  return groups.filter(({ choices }) => choices.length > 0);
}

/** The choice of before, if it is still there; else the first list with words to take, else a table. */
export function firstChoice(choices: ExportChoices, before: string): Choice | undefined {
  const all = choiceGroups(choices).flatMap((group) => group.choices);
  const at = choices.lists.findIndex(({ nReady }) => nReady > 0);
  return (
    all.find(({ key }) => key === before) ??
    all.find(({ target }) => target.as === 'list' && target.list === at) ??
    all.find(({ key }) => key === 'file:csv')
  );
}

/** `120 decided, 14 wait and stay behind`. */
export function readyInWords({ nReady, nWaiting }: ExportChoices): string {
  const decided = `${number(nReady)} decided`;
  if (nWaiting === 0) return `${decided}, none waits.`;
  return `${decided}, ${number(nWaiting)} ${nWaiting === 1 ? 'waits and stays' : 'wait and stay'} behind.`;
}

/** What would be written. */
export function previewInWords(preview: ExportPreview, { as }: ExportTarget): string {
  const { nProducts, nChanges } = preview;
  if (nProducts === 0) return 'Nothing of this can be written.';
  const of = count(nProducts, 'product');
  if (as === 'list') {
    if (nChanges === 0) return `Nothing changes: the list says all of it of ${of} already.`;
    return `${count(nChanges, 'cell gets', 'cells get')} new words, of ${of}. Everything else stays as it is.`;
  }
  if (as === 'file') return `A new file with ${of}.`;
  return `${count(nChanges, 'file')} for the photos of ${of}.`;
}

/** What was written, once it is. */
export function writtenInWords({ name, nProducts, nKept }: Exported): string {
  const written = `${count(nProducts, 'product')} written to “${name}”.`;
  if (nKept === 0) return written;
  return `${written} ${count(nKept, 'file was', 'files were')} there already and ${nKept === 1 ? 'stays' : 'stay'} as ${nKept === 1 ? 'it is' : 'they are'}.`;
}
