import { BOOK_RULE_DELTAS, BOOK_RULE_REPLACE, DECODER_BINANCE_SPOT, DECODER_BINANCE_USDM } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { BookModel, type ModelChange, type NumberStyle, orderChange, writePairs, writeUnits } from './book-model.js';
import {
  changeCount,
  type FrameStream,
  type GeneratedFrame,
  type Lane,
  pick,
  START_MS,
  type StreamOptions,
  textFrame,
  tick,
} from './frame-stream.js';
import { type Coin, instruments } from './instruments.js';

export type BinanceMarket = 'spot' | 'usdm';

/** Levels a depth frame of a liquid pair has in recordings, about; makes some 800 bytes on spot. */
const CHANGES = 21;
const PARTIAL_LEVELS = 20;

/** Spot writes eight decimals always; futures the scale of the instrument. */
function styleOf(market: BinanceMarket): NumberStyle {
  return market === 'spot' ? 8 : 'fixed';
}

/** Depth diffs, trades, tickers and (on futures) marks of three symbols, each after its REST snapshot. */
export function binanceStream(market: BinanceMarket, options: StreamOptions): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = binanceLanes(random, options.levels ?? 400, options.coins);
  const frames = lanes.map((lane) => restDepth(market, lane));
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    const dice = random.next();
    if (dice < 0.7)
      frames.push(depthUpdate(market, lane, random, lane.model.step(options.changes ?? changeCount(CHANGES, random))));
    else if (dice < 0.8) frames.push(trade(market, lane, random, random.next() < 0.5 ? 'aggTrade' : 'trade'));
    else if (dice < 0.92 || market === 'spot') frames.push(bookTicker(market, lane, random));
    else frames.push(markPrice(lane, random));
  }
  return stream(market, lanes, BOOK_RULE_DELTAS, frames);
}

/** Partial depth: every frame is the whole top of a book. */
export function binancePartialStream(market: BinanceMarket, options: StreamOptions): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = binanceLanes(random, options.levels ?? 60, options.coins);
  const frames: GeneratedFrame[] = [];
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    lane.model.step(options.changes ?? 8);
    const previous = lane.sequence;
    lane.sequence += 1 + random.below(50);
    const top = lane.model.top(PARTIAL_LEVELS);
    const name = `${lane.spec.symbol.toLowerCase()}@depth20@100ms`;
    const [bids, asks] = sides(market, lane, top);
    const time = tick(lane, random);
    const data =
      market === 'spot'
        ? `{"lastUpdateId":${lane.sequence},"bids":${bids},"asks":${asks}}`
        : `{"e":"depthUpdate","E":${time},"T":${time - 3},"s":"${lane.spec.symbol}","U":${previous + 1},"u":${lane.sequence},"pu":${previous},"b":${bids},"a":${asks}}`;
    frames.push(textFrame('snapshot', lane.spec.symbol, `{"stream":"${name}","data":${data}}`));
  }
  return stream(market, lanes, BOOK_RULE_REPLACE, frames);
}

function binanceLanes(random: SeededRandom, levels: number, coins: readonly Coin[] | undefined): Lane[] {
  return instruments((base) => `${base}USDT`, undefined, coins).map((spec, index) => ({
    spec,
    model: new BookModel(random.fork(spec.symbol), spec, levels),
    sequence: 50_093_478_174 + index * 1_000_000,
    timeMs: START_MS,
    tradeId: 3_535_186_032,
  }));
}

function stream(market: BinanceMarket, lanes: readonly Lane[], rule: number, frames: readonly GeneratedFrame[]): FrameStream {
  const decoder = market === 'spot' ? DECODER_BINANCE_SPOT : DECODER_BINANCE_USDM;
  return { decoder, instruments: lanes.map(({ spec }) => spec), depth: 0, rule, isL3: false, frames };
}

function sides(market: BinanceMarket, lane: Lane, change: ModelChange): [bids: string, asks: string] {
  const style = styleOf(market);
  const price = market === 'spot' ? Math.max(8, lane.spec.priceScale) : 'fixed';
  return [writePairs(lane.spec, change.bids, price, style), writePairs(lane.spec, change.asks, price, style)];
}

function wrap(lane: Lane, channel: string, data: string): string {
  return `{"stream":"${lane.spec.symbol.toLowerCase()}@${channel}","data":${data}}`;
}

function restDepth(market: BinanceMarket, lane: Lane): GeneratedFrame {
  const [bids, asks] = sides(market, lane, lane.model.top());
  const times = market === 'spot' ? '' : `"E":${lane.timeMs},"T":${lane.timeMs - 5},`;
  return textFrame('rest', lane.spec.symbol, `{"lastUpdateId":${lane.sequence},${times}"bids":${bids},"asks":${asks}}`);
}

/** Spot numbers its events without a gap and sorts both sides best first; futures skip numbers, name the predecessor and sort by price. */
function depthUpdate(market: BinanceMarket, lane: Lane, random: SeededRandom, change: ModelChange): GeneratedFrame {
  const previous = lane.sequence;
  const first = market === 'spot' ? previous + 1 : previous + 1 + random.below(40);
  lane.sequence = first + random.below(60);
  const time = tick(lane, random);
  const [bids, asks] = sides(market, lane, orderChange(change, market === 'spot' ? 'best-first' : 'rising'));
  const times = market === 'spot' ? `"E":${time}` : `"E":${time},"T":${time - random.below(20)}`;
  const chain = market === 'spot' ? '' : `,"pu":${previous}`;
  const data = `{"e":"depthUpdate",${times},"s":"${lane.spec.symbol}","U":${first},"u":${lane.sequence}${chain},"b":${bids},"a":${asks}}`;
  // An event right after the snapshot must straddle it on futures.
  return textFrame('delta', lane.spec.symbol, wrap(lane, 'depth@100ms', data));
}

function trade(market: BinanceMarket, lane: Lane, random: SeededRandom, event: 'trade' | 'aggTrade'): GeneratedFrame {
  const { price, qty, isBuy } = lane.model.trade();
  const time = tick(lane, random);
  const id = ++lane.tradeId;
  const style = styleOf(market);
  const priceStyle = market === 'spot' ? Math.max(8, lane.spec.priceScale) : 'fixed';
  const numbers = `"p":"${writeUnits(price, lane.spec.priceScale, priceStyle)}","q":"${writeUnits(qty, lane.spec.qtyScale, style)}"`;
  const ids = event === 'trade' ? `"t":${id},${numbers}` : `"a":${id},${numbers},"f":${id + 7},"l":${id + 7}`;
  const tail = market === 'spot' ? ',"M":true' : '';
  const data = `{"e":"${event}","E":${time},"s":"${lane.spec.symbol}",${ids},"T":${time - 1},"m":${!isBuy}${tail}}`;
  return textFrame('trades', lane.spec.symbol, wrap(lane, event, data));
}

function bookTicker(market: BinanceMarket, lane: Lane, random: SeededRandom): GeneratedFrame {
  const { bid, ask } = lane.model.touch();
  const { priceScale, qtyScale, symbol } = lane.spec;
  const style = styleOf(market);
  const priceStyle = market === 'spot' ? Math.max(8, priceScale) : 'fixed';
  const [bidPrice, askPrice] = [writeUnits(bid[0], priceScale, priceStyle), writeUnits(ask[0], priceScale, priceStyle)];
  const [bidQty, askQty] = [writeUnits(bid[1], qtyScale, style), writeUnits(ask[1], qtyScale, style)];
  const numbers = `"u":${lane.sequence},"s":"${symbol}","b":"${bidPrice}","B":"${bidQty}","a":"${askPrice}","A":"${askQty}"`;
  const time = tick(lane, random);
  const data = market === 'spot' ? `{${numbers}}` : `{"e":"bookTicker",${numbers},"T":${time - 4},"E":${time}}`;
  return textFrame('ticker', symbol, wrap(lane, 'bookTicker', data));
}

function markPrice(lane: Lane, random: SeededRandom): GeneratedFrame {
  const { bid } = lane.model.touch();
  const price = `${writeUnits(bid[0], lane.spec.priceScale, 'fixed')}14`;
  const time = tick(lane, random);
  const rate = `0.000${String(random.below(100_000)).padStart(5, '0')}`;
  const data = `{"e":"markPriceUpdate","E":${time},"s":"${lane.spec.symbol}","p":"${price}","P":"${price}","i":"${price}","r":"${rate}","T":${START_MS + 28_800_000}}`;
  return textFrame('mark', lane.spec.symbol, wrap(lane, 'markPrice@1s', data));
}
