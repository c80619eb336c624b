/** The test engine's photos that are alike. */
import type { Likeness } from '../src/lib/bindings/Likeness';
import type { TwinDecision } from '../src/lib/bindings/TwinDecision';
import type { TwinGroup } from '../src/lib/bindings/TwinGroup';
import type { TwinPhoto } from '../src/lib/bindings/TwinPhoto';
import type { Basis, Handlers } from './engine';

/** Runs in the page and therefore uses nothing from this file. */
export function installTwins({ options, productAt }: Basis): Handlers {
  const ORDER: Likeness[] = ['copy', 'samePhoto', 'mirrored', 'crop', 'variant'];

  function photoOf(at: number, isBest: boolean): TwinPhoto {
    const product = productAt(at, null);
    return {
      product: isBest ? product : { ...product, width: 800, height: 600 },
      picture: product.picture,
      paths: [`/home/ada/Pictures/photos/${isBest ? '' : 'old/'}photo-${product.id}.jpg`],
      sizeBytes: isBest ? 2_412_345 : 212_345,
      isBest,
    };
  }

  const computed = () =>
    Array.from({ length: options.n >= 40 ? 9 : 0 }, (_, at): TwinGroup => {
      const photos = Array.from({ length: at === 2 ? 3 : 2 }, (_, n) =>
        photoOf(at * 4 + n, n === 0),
      );
      const likeness = ORDER[Math.floor(at / 2)] ?? 'variant';
      return { likeness, confidence: 0.99 - at * 0.04, photos };
    });

  interface State {
    groups: TwinGroup[];
    aside: TwinPhoto[];
  }
  let now: State = { groups: options.twins ?? computed(), aside: [] };
  const before: State[] = [];

  function decide(pictures: number[], decision: TwinDecision): null {
    before.push(now);
    const isDecided = ({ photos }: TwinGroup) =>
      photos.every(({ picture }) => pictures.includes(picture));
    const photos = now.groups.filter(isDecided).flatMap((group) => group.photos);
    const others =
      decision.kind === 'keep' ? photos.filter(({ picture }) => picture !== decision.picture) : [];
    now = {
      groups: now.groups.filter((group) => !isDecided(group)),
      aside: [...now.aside, ...others],
    };
    return null;
  }

  return {
    twins: ({ likeness, offset, limit }) => {
      const fitting = now.groups.filter(
        (group) => likeness === null || group.likeness === likeness,
      );
      const n = (of: Likeness) => now.groups.filter((group) => group.likeness === of).length;
      return {
        total: fitting.length,
        nByLikeness: ORDER.map(n),
        nWaiting: options.nNotCompared ?? 0,
        nSetAside: now.aside.length,
        groups: fitting.slice(Number(offset), Number(offset) + Number(limit)),
      };
    },
    decide_twins: ({ pictures, decision }) =>
      decide(pictures as number[], decision as TwinDecision),
    undo_twin_decision: () => {
      const was = before.pop();
      if (was) now = was;
      return was !== undefined;
    },
    set_aside: ({ offset, limit }) =>
      now.aside.slice(Number(offset), Number(offset) + Number(limit)),
    show_again: ({ picture }) => {
      now = { ...now, aside: now.aside.filter((photo) => photo.picture !== picture) };
      return null;
    },
  };
}
