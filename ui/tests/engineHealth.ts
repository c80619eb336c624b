/** The test engine's figures of the catalog's health, and products of lists without a photo. */
import type { AgreementDay } from '../src/lib/bindings/AgreementDay';
import type { Health } from '../src/lib/bindings/Health';
import type { HealthProblem } from '../src/lib/bindings/HealthProblem';
import type { Basis, Handlers } from './engine';

const problem = (
  name: string,
  label: string,
  nProducts: number,
  advice: string,
  isOfPhoto = true,
): HealthProblem => ({ name, label, advice, isOfPhoto, nProducts });

const DAYS: AgreementDay[] = Array.from({ length: 24 }, (_, at) => ({
  day: `2026-11-${String(at + 3).padStart(2, '0')}`,
  nApproved: 40 + ((at * 17) % 53),
  nEdited: 6 + ((at * 7) % 15),
  nRejected: at % 4,
  nRight: 60 + at * 2,
  nWrong: 12 - Math.floor(at / 3),
})).filter(({ day }) => !['2026-11-07', '2026-11-08', '2026-11-21'].includes(day));

export const HEALTH: Health = {
  nProducts: 5000,
  nPhotos: 7312,
  nDescribed: 4580,
  reviewed: { pending: 2900, approved: 1240, edited: 312, rejected: 88, needsInfo: 40 },
  nContradicted: 12,
  nDoubtful: 340,
  problems: [
    problem(
      'tiny',
      'too small for Google',
      31,
      'A side of the photo has fewer than 100 pixels (250 for clothing): Google refuses it. Use a larger one.',
    ),
    problem(
      'small',
      'below 500 pixels',
      412,
      'A side of the photo has fewer than 500 pixels. It is taken, but looks poor when it is zoomed into.',
    ),
    problem(
      'blurred',
      'blurred',
      58,
      'Nothing in the photo is sharp. Take it again, or use a larger original.',
    ),
    problem('dark', 'too dark', 0, 'The photo has too little light.'),
    problem('pale', 'too pale', 0, 'The photo has too much light.'),
    problem(
      'framed',
      'a border or bars',
      7,
      'Bars or a frame lie around the photo. Google refuses borders; cut them off.',
    ),
    problem('watermark', 'a watermark', 0, 'The same mark lies on many photos of the folder.'),
    problem(
      'untitled',
      'no title in the shop',
      96,
      'No product list and no person gave the product a title.',
      false,
    ),
    problem(
      'wordy',
      'a title over 150 characters',
      0,
      'The title has more than 150 characters; Google cuts it off.',
      false,
    ),
    problem(
      'noalt',
      'no alternative text',
      3120,
      'No list has an alternative text for the product, and nobody approved one. Approve it in the review.',
      false,
    ),
  ],
  nWithProblem: 3301,
  nTwinGroups: 9,
  nWithoutPhoto: 214,
  nUnmeasured: 0,
  days: DAYS,
};

/** Everything was looked for, and nothing is wrong; nobody has decided anything. */
export const WELL: Health = {
  ...HEALTH,
  nDescribed: 5000,
  reviewed: { pending: 5000, approved: 0, edited: 0, rejected: 0, needsInfo: 0 },
  nContradicted: 0,
  nDoubtful: 0,
  problems: HEALTH.problems.map((one) => ({ ...one, nProducts: 0 })),
  nWithProblem: 0,
  nTwinGroups: 0,
  nWithoutPhoto: 0,
  days: [],
};

/** Runs in the page and therefore uses nothing from this file. */
export function installHealth({ options }: Basis): Handlers {
  const nothing: Health = {
    nProducts: options.n,
    nPhotos: options.n,
    nDescribed: 0,
    reviewed: { pending: 0, approved: 0, edited: 0, rejected: 0, needsInfo: 0 },
    nContradicted: 0,
    nDoubtful: 0,
    problems: [],
    nWithProblem: 0,
    nTwinGroups: 0,
    nWithoutPhoto: 0,
    nUnmeasured: 0,
    days: [],
  };
  const figures = () => options.health ?? nothing;
  const later = <T>(value: () => T, ms = 0): T | Promise<T> =>
    ms > 0 ? new Promise((go) => setTimeout(() => go(value()), ms)) : value();

  return {
    health: () => later(figures, options.healthDelay),
    unphotographed: ({ offset, limit }) => {
      const n = Math.min(Number(limit), 1000, figures().nWithoutPhoto - Number(offset));
      return Array.from({ length: Math.max(0, n) }, (_, after) => {
        const at = Number(offset) + after + 1;
        return {
          product: 500_000 + at,
          title: at % 7 === 0 ? null : `Stoneware mug no. ${at} with a rim that is glazed by hand`,
          key: `VT-${1000 + at}`,
          list: 'shopify.csv',
        };
      });
    },
    save_report_dialog: () => (options.closesDialogs ? null : 'catalog-health.html'),
  };
}
