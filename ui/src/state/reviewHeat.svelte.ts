/** Where the model looked for a claim, laid over the photo under review. */
import * as backend from '../lib/backend';
import type { Claim } from '../lib/bindings/Claim';
import type { HeatMap } from '../lib/bindings/HeatMap';
import { Latest } from '../lib/latest';
import { isSameClaim } from '../lib/review';
import { notices } from './notices.svelte';
import { review } from './review.svelte';

class ReviewHeat {
  /** The claim that was asked about. */
  claim = $state.raw<Claim | null>(null);
  phase = $state<'looking' | 'here' | 'none' | 'failed'>('looking');
  failure = $state('');
  #shown = $state.raw<{ picture: number; map: HeatMap } | null>(null);
  readonly #latest = new Latest();

  /** What is laid over the photo that is shown. */
  get map(): HeatMap | null {
    return this.#shown?.picture === review.photo?.picture ? (this.#shown?.map ?? null) : null;
  }

  isOf(claim: Claim): boolean {
    return this.claim !== null && isSameClaim(this.claim, claim);
  }

  /** Shows where the model looked, or takes it away where that is shown. */
  async toggle(claim: Claim): Promise<void> {
    if (this.isOf(claim)) return this.close();
    const { id } = review;
    review.turnTo(claim.picture);
    const picture = review.photo?.picture;
    if (id === null || picture === undefined) return;
    this.claim = claim;
    this.phase = 'looking';
    try {
      const came = await this.#latest.run(() =>
        backend.claimHeatMap(id, picture, claim.kind, claim.value),
      );
      if (came === null) return;
      this.#shown = came.value && { picture, map: came.value };
      this.phase = came.value ? 'here' : 'none';
      notices.say(came.value ? `Shown in the photo: ${claim.value}` : 'No photo can show this');
    } catch (thrown) {
      this.failure = backend.asApiError(thrown).message;
      this.phase = 'failed';
    }
  }

  close(): void {
    this.#latest.forget();
    this.claim = null;
    this.#shown = null;
  }
}

export const heat = new ReviewHeat();
