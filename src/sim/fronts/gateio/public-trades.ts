import type { SimulatedBook } from '../../market/book.js';
import type { EngineTrade, MatchingEngine } from '../../matching/types.js';
import { inStretch, type Params, pageOf, textOf, wholeOf } from './params.js';

const TRADES_MAX = 1_000;

/** The public trades that a query asks for, the newest first; from `last_id` on towards older ones, or newer with `reverse`. */
export function tradesOf(engine: MatchingEngine, book: SimulatedBook, params: Params): readonly EngineTrade[] {
  const lastId = wholeOf(params, 'last_id', 0);
  const newer = textOf(params, 'reverse') === 'true';
  const chosen = engine
    .trades(book)
    .filter(({ id, timeUs }) => (lastId === 0 || (newer ? id > lastId : id < lastId)) && inStretch(params, timeUs));
  return pageOf(params, newer ? chosen : chosen.reverse(), TRADES_MAX);
}
