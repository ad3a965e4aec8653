import type { BookBatch, SimulatedBook, Trade } from '../../market/book.js';
import type { SimulatedInstrument } from '../../market/instruments.js';
import type { Level } from '../../market/ladder.js';
import type { EngineFunding, Money } from '../../matching/types.js';
import { amountText, priceText as price, quantityText as quantity, rateText } from './exchange.js';

function rows(instrument: SimulatedInstrument, levels: readonly Level[]): string {
  let text = '';
  for (const { priceUnits, qtyUnits } of levels) {
    text += `${text === '' ? '' : ','}["${price(instrument, priceUnits)}","${quantity(instrument, qtyUnits)}"]`;
  }
  return `[${text}]`;
}

function stamps(instrument: SimulatedInstrument, ms: number): string {
  return instrument.market === 'spot' ? `"E":${ms}` : `"E":${ms},"T":${ms}`;
}

function tail(instrument: SimulatedInstrument): string {
  return instrument.market === 'spot' ? '' : `,"ps":"${instrument.symbol}","st":1`;
}

/** The answer of `depth`. Spot answers carry no times. */
export function depthSnapshot(book: SimulatedBook, limit: number, nowMs: number): string {
  const { instrument } = book;
  const times = instrument.market === 'spot' ? '' : `"E":${nowMs},"T":${Math.floor(book.timeUs / 1000)},`;
  return `{"lastUpdateId":${book.lastId},${times}${topLevels(book, limit, 'bids', 'asks')}}`;
}

/** A depth diff. */
export function depthUpdate(book: SimulatedBook, batch: BookBatch): string {
  const { instrument } = book;
  const previous = instrument.market === 'spot' ? '' : `,"pu":${batch.previousId}`;
  return (
    `{"e":"depthUpdate",${stamps(instrument, Math.floor(batch.timeUs / 1000))},"s":"${instrument.symbol}",` +
    `"U":${batch.firstId},"u":${batch.lastId}${previous},"b":${rows(instrument, batch.bids)},"a":${rows(instrument, batch.asks)}${tail(instrument)}}`
  );
}

/** A frame of a `depth5`, `depth10` or `depth20` stream: the whole top of the book. */
export function partialDepth(book: SimulatedBook, batch: BookBatch, levels: number): string {
  const { instrument } = book;
  if (instrument.market === 'spot') return `{"lastUpdateId":${batch.lastId},${topLevels(book, levels, 'bids', 'asks')}}`;
  return (
    `{"e":"depthUpdate",${stamps(instrument, Math.floor(batch.timeUs / 1000))},"s":"${instrument.symbol}",` +
    `"U":${batch.firstId},"u":${batch.lastId},"pu":${batch.previousId},${topLevels(book, levels, 'b', 'a')}${tail(instrument)}}`
  );
}

/** The best bid and ask. Spot frames carry neither a type nor a time. */
export function bookTicker(book: SimulatedBook, batch: BookBatch): string {
  const { instrument } = book;
  const bid = book.bids.best();
  const ask = book.asks.best();
  const top =
    `"u":${batch.lastId},"s":"${instrument.symbol}","b":"${price(instrument, bid?.priceUnits ?? 0)}","B":"${quantity(instrument, bid?.qtyUnits ?? 0)}",` +
    `"a":"${price(instrument, ask?.priceUnits ?? 0)}","A":"${quantity(instrument, ask?.qtyUnits ?? 0)}"`;
  if (instrument.market === 'spot') return `{${top}}`;
  return `{"e":"bookTicker",${top},${stamps(instrument, Math.floor(batch.timeUs / 1000))}${tail(instrument)}}`;
}

/** A frame of `trade` (key `t`) or of `aggTrade` (keys `a`, `f`, `l`); every simulated trade is an aggregate of itself. */
export function tradeFrame(book: SimulatedBook, batch: BookBatch, trade: Trade, aggregate: boolean): string {
  const { instrument } = book;
  const ms = Math.floor(batch.timeUs / 1000);
  const ids = aggregate ? `"a":${trade.id}` : `"t":${trade.id}`;
  const span = aggregate ? `"f":${trade.id},"l":${trade.id},` : '';
  const best = instrument.market === 'spot' ? ',"M":true' : aggregate ? ',"st":1' : ',"X":"MARKET"';
  return (
    `{"e":"${aggregate ? 'aggTrade' : 'trade'}","E":${ms},"s":"${instrument.symbol}",${ids},"p":"${price(instrument, trade.priceUnits)}",` +
    `"q":"${quantity(instrument, trade.qtyUnits)}",${span}"T":${ms},"m":${!trade.buyerIsTaker}${best}}`
  );
}

/** A frame of `markPrice`: mark and index price, funding rate and the next time it is paid. */
export function markPrice(instrument: SimulatedInstrument, mark: Money, funding: EngineFunding, nowMs: number): string {
  const text = amountText(mark);
  return (
    `{"e":"markPriceUpdate","E":${nowMs},"s":"${instrument.symbol}","p":"${text}","ap":"${text}","i":"${text}","P":"${text}",` +
    `"r":"${rateText(funding.rate)}","T":${Math.floor(funding.nextUs / 1000)},"st":1}`
  );
}

/** Funding is paid every eight hours, at 0, 8 and 16 o'clock UTC. */
export function nextFundingMs(nowMs: number): number {
  return (Math.floor(nowMs / 28_800_000) + 1) * 28_800_000;
}

function topLevels(book: SimulatedBook, limit: number, bidsKey: string, asksKey: string): string {
  const { instrument } = book;
  const bids = rows(instrument, book.bids.levels().slice(0, limit));
  return `"${bidsKey}":${bids},"${asksKey}":${rows(instrument, book.asks.levels().slice(0, limit))}`;
}
