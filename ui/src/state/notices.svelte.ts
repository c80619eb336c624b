/** What the window has to say outside of any one place: errors, and words for screen readers. */
import { asApiError } from '../lib/backend';
import type { ApiError } from '../lib/bindings/ApiError';

class Notices {
  /** The newest error that a person has not put away. */
  error = $state<ApiError | null>(null);
  /** The newest thing that went well and that is worth a line; empty when it was put away. */
  news = $state('');
  /** What the live region says. */
  spoken = $state('');
  /** Counts what was said, so that the same words can be said again. */
  nSpoken = $state(0);

  report(thrown: unknown): void {
    const error = asApiError(thrown);
    // The person did it and knows.
    if (error.code !== 'cancelled') this.error = error;
  }

  dismiss(): void {
    this.error = null;
  }

  /** Shows it, and says it. */
  tell(words: string): void {
    this.news = words;
    this.say(words);
  }

  say(words: string): void {
    this.spoken = words;
    this.nSpoken += 1;
  }

  /** Does it and shows what goes wrong; null then. */
  async attempt<T>(action: () => Promise<T>): Promise<T | null> {
    try {
      return await action();
    } catch (thrown) {
      this.report(thrown);
      return null;
    }
  }
}

export const notices = new Notices();
