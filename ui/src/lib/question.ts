/** What is asked, without which part of the answer is wanted. */
import type { SearchRequest } from './bindings/SearchRequest';

export type Question = Omit<SearchRequest, 'withDetails' | 'offset' | 'limit'>;

/** Asks nothing: the whole catalog, in the order in which it was added. */
export const EVERYTHING: Question = {
  text: '',
  pictures: [],
  products: [],
  filters: [],
  sort: 'relevance',
};

/** A question for those who need no tiles: counts, facets, reasons. */
export const requestOf = (question: Question, limit = 0): SearchRequest => ({
  ...question,
  withDetails: false,
  offset: 0,
  limit,
});
