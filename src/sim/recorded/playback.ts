import type { SimulatedBook } from '../market/book.js';
import type { SimulatedMarket } from '../market/market.js';
import type { RecordedBook, RecordedState } from './tape.js';

/** Pause before a recording that has ended begins anew. */
const REWIND_US = 1_000_000;

/** Lets recordings be the background of their books, again and again, at their own pace. */
export function playRecordings(market: SimulatedMarket, recordings: readonly RecordedBook[]): void {
  for (const recording of recordings) {
    const book = market
      .booksOf(recording.venue, recording.market)
      .find(({ instrument }) => instrument.symbol === recording.symbol);
    if (book !== undefined) play(market, book, recording.states);
  }
}

function play(market: SimulatedMarket, book: SimulatedBook, states: readonly RecordedState[]): void {
  const firstUs = states[0]?.afterUs ?? 0;
  const from = (index: number, startUs: number): void => {
    const state = states[index];
    if (state === undefined) {
      from(0, startUs + (states.at(-1)?.afterUs ?? 0) - firstUs + REWIND_US);
      return;
    }
    market.at(startUs + state.afterUs - firstUs, (timeUs) => {
      book.applyBackground(state.levels, timeUs);
      from(index + 1, startUs);
    });
  };
  const [first] = states;
  if (first === undefined) return;
  // The book stands from the start, not only from the market's first step on.
  book.applyBackground(first.levels, market.nowUs());
  from(1, market.nowUs());
}
