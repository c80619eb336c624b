/** Whole pictures that are decoded before they are looked at. */

export interface DecodedPicture {
  image: HTMLImageElement;
  /** Resolves once it can be drawn without a wait; false when it cannot be drawn at all. */
  ready: Promise<boolean>;
  isReady: boolean;
}

export class DecodedPictures {
  readonly #held = new Map<string, DecodedPicture>();
  readonly #keep: number;

  /** Whole pictures are large: no more than `keep` of them are held. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /** Begins to load and decode it, or goes on with it. */
  want(address: string): DecodedPicture {
    const held = this.#held.get(address);
    if (held) {
      // The one that was wanted last is let go last.
      this.#held.delete(address);
      this.#held.set(address, held);
      return held;
    }
    const image = new Image();
    image.src = address;
    image.alt = '';
    image.draggable = false;
    const picture: DecodedPicture = { image, isReady: false, ready: Promise.resolve(false) };
    picture.ready = image.decode().then(
      () => (picture.isReady = true),
      () => {
        this.#held.delete(address);
        return false;
      },
    );
    this.#held.set(address, picture);
    for (const old of this.#held.keys()) {
      if (this.#held.size <= this.#keep) break;
      this.#held.delete(old);
    }
    return picture;
  }
}
