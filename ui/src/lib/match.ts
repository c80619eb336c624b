/** How well a product matches, in words; numbers belong in the detail pane. */
export function matchInWords(relevance: number): string {
  if (relevance >= 0.85) return 'very close match';
  if (relevance >= 0.6) return 'close match';
  if (relevance >= 0.35) return 'fair match';
  return 'weak match';
}

export const clampRelevance = (relevance: number) => Math.min(1, Math.max(0, relevance));
