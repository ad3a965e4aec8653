import type { SimulatedBook } from '../../market/book.js';
import { invalid } from './failures.js';
import { type NumberStyle, rows } from './frames.js';
import { type Params, textOf, wholeOf } from './params.js';

const LIMIT = 10;

/** A book's answer over REST. Times are whole milliseconds on spot and fractional seconds on futures. @throws Refused */
export function orderBookBody(book: SimulatedBook, params: Params, style: NumberStyle, nowMs: number, limitMax: number): string {
  const limit = wholeOf(params, 'limit', LIMIT, limitMax);
  if (limit === 0) throw invalid('limit');
  const id = textOf(params, 'with_id') === 'true' ? `"id":${book.lastId},` : '';
  const times = [nowMs, Math.floor(book.timeUs / 1000)];
  const [current, update] = book.instrument.market === 'spot' ? times : times.map((ms) => (ms / 1000).toFixed(3));
  const asks = rows(book, book.asks.levels().slice(0, limit), style);
  const bids = rows(book, book.bids.levels().slice(0, limit), style);
  return `{${id}"current":${current},"update":${update},"asks":${asks},"bids":${bids}}`;
}
