/** What was copied last, for as long as the window says so. */
import { copyText } from '../lib/clipboard';
import { notices } from './notices.svelte';

/** How long "Title copied" stands where "Copy" was. */
const SHOWN_MS = 2000;

class Clipboard {
  /** Name and words of what was copied just now. */
  #recent = $state.raw<{ what: string; words: string } | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  isRecent(what: string, words: string): boolean {
    return this.#recent?.what === what && this.#recent.words === words;
  }

  /** Copies, and says what was copied, such as `Title`; false when the clipboard refuses. */
  async copy(words: string, what: string): Promise<boolean> {
    const copied = await copyText(words);
    if (!copied) {
      notices.report({
        code: 'internal',
        message: `${what} could not be copied. Select the text and press Ctrl+C.`,
        detail: null,
      });
      return false;
    }
    notices.say(`${what} copied`);
    this.#recent = { what, words };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#recent = null), SHOWN_MS);
    return true;
  }
}

export const clipboard = new Clipboard();
