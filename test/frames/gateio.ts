import {
  BOOK_RULE_DELTAS,
  BOOK_RULE_REPLACE,
  DECODER_GATEIO_FUTURES,
  DECODER_GATEIO_SPOT,
} from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { BookModel, type ModelChange, type ModelLevel, orderChange, windowChange, writePairs, writeUnits } from './book-model.js';
import {
  type FrameStream,
  type GeneratedFrame,
  type Lane,
  pick,
  START_MS,
  type StreamOptions,
  textFrame,
  tick,
} from './frame-stream.js';
import { instruments } from './instruments.js';

export type GateMarket = 'spot' | 'futures';

const PARTIAL_LEVELS = 20;

/** A lane with what obu's subscribers see of the book. */
interface Window extends Lane {
  view: ModelChange;
}

/** order_book_update with book_ticker and trades, on futures tickers too, each book after its REST snapshot. */
export function gateStream(market: GateMarket, options: StreamOptions): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = gateLanes(market, random, options.levels ?? 100);
  const frames = lanes.map((lane) => restBook(market, lane));
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    const dice = random.next();
    if (dice < 0.75) frames.push(bookUpdate(market, lane, random, options.changes ?? 5 + random.below(16)));
    else if (dice < 0.86) frames.push(bookTicker(market, lane, random));
    else frames.push(dice < 0.95 || market === 'spot' ? trades(market, lane, random) : marks(lane, random));
  }
  return streamOf(market, lanes, 0, BOOK_RULE_DELTAS, frames);
}

/** obu of 50 levels: a whole book first, then deltas whose first id follows on the last; now and then a whole book again. */
export function gateObuStream(market: GateMarket, options: StreamOptions, depth = 50): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = gateLanes(market, random, options.levels ?? 80).map((lane): Window => ({ ...lane, view: lane.model.top(depth) }));
  const frames = lanes.map((lane) => obu(market, lane, random, depth, undefined, lane.view));
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    lane.model.step(options.changes ?? 1 + random.below(12));
    const after = lane.model.top(depth);
    const first = lane.sequence + 1;
    lane.sequence = first + random.below(30);
    const isWhole = random.next() < 0.02;
    frames.push(obu(market, lane, random, depth, isWhole ? undefined : first, isWhole ? after : windowChange(lane.view, after)));
    lane.view = after;
  }
  return streamOf(market, lanes, depth, BOOK_RULE_DELTAS, frames);
}

/** order_book: every frame is the whole top of a book. */
export function gatePartialStream(market: GateMarket, options: StreamOptions): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = gateLanes(market, random, options.levels ?? 60);
  const frames = Array.from({ length: options.frames }, () => {
    const lane = pick(random, lanes);
    lane.model.step(options.changes ?? 8);
    lane.sequence += 1 + random.below(30);
    const { bids, asks } = lane.model.top(PARTIAL_LEVELS);
    const [id, name] = market === 'spot' ? ['lastUpdateId', 's'] : ['id', 'contract'];
    const sides = `"bids":${levels(market, lane, bids, random)},"asks":${levels(market, lane, asks, random)}`;
    return envelope('snapshot', market, lane, random, 'order_book', market === 'spot' ? 'update' : 'all', (time) => {
      return `{"t":${time},"${id}":${lane.sequence},"${name}":"${lane.spec.symbol}",${sides},"l":"20"}`;
    });
  });
  return streamOf(market, lanes, 0, BOOK_RULE_REPLACE, frames);
}

function gateLanes(market: GateMarket, random: SeededRandom, levelCount: number): Lane[] {
  // Some contracts may be traded in tenths.
  return instruments((base) => `${base}_USDT`, market === 'spot' ? undefined : 1).map((spec) => ({
    spec,
    model: new BookModel(random.fork(spec.symbol), spec, levelCount),
    sequence: 33_012_345_678,
    timeMs: START_MS,
    tradeId: 601_234_567,
  }));
}

function streamOf(
  market: GateMarket,
  lanes: readonly Lane[],
  depth: number,
  rule: number,
  frames: readonly GeneratedFrame[],
): FrameStream {
  const decoder = market === 'spot' ? DECODER_GATEIO_SPOT : DECODER_GATEIO_FUTURES;
  return { decoder, instruments: lanes.map(({ spec }) => spec), depth, rule, isL3: false, frames };
}

/** Contract sizes are whole numbers, or texts where they may be fractions. */
function size(lane: Lane, qty: number, random: SeededRandom): string {
  const text = writeUnits(qty, lane.spec.qtyScale, 'shortest');
  return text.includes('.') || random.next() < 0.5 ? `"${text}"` : text;
}

function levels(market: GateMarket, lane: Lane, rows: readonly ModelLevel[], random: SeededRandom): string {
  if (market === 'spot') return writePairs(lane.spec, rows, 'shortest', 'shortest');
  const price = (units: number): string => writeUnits(units, lane.spec.priceScale, 'shortest');
  return `[${rows.map(([units, qty]) => `{"p":"${price(units)}","s":${size(lane, qty, random)}}`).join(',')}]`;
}

function envelope(
  kind: GeneratedFrame['kind'],
  market: GateMarket,
  lane: Lane,
  random: SeededRandom,
  channel: string,
  event: string,
  resultOf: (timeMs: number) => string,
): GeneratedFrame {
  const time = tick(lane, random);
  const head = `"time":${Math.floor(time / 1000)},"time_ms":${time},"channel":"${market}.${channel}","event":"${event}"`;
  return textFrame(kind, lane.spec.symbol, `{${head},"result":${resultOf(time - 2)}}`);
}

function restBook(market: GateMarket, lane: Lane): GeneratedFrame {
  const { bids, asks } = lane.model.top();
  const random = new SeededRandom(lane.sequence);
  const times =
    market === 'spot'
      ? `"current":${lane.timeMs},"update":${lane.timeMs - 13}`
      : '"current":1767225600.123,"update":1767225600.110';
  const sides = `"asks":${levels(market, lane, asks, random)},"bids":${levels(market, lane, bids, random)}`;
  return textFrame('rest', lane.spec.symbol, `{"id":${lane.sequence},${times},${sides}}`);
}

/** Members in the order of 2021 or of 2023; an empty frame advances the id all the same. Only spot sorts its levels. */
function bookUpdate(market: GateMarket, lane: Lane, random: SeededRandom, count: number): GeneratedFrame {
  const step = random.next() < 0.03 ? { bids: [], asks: [] } : lane.model.step(count);
  const change = market === 'spot' ? orderChange(step, 'best-first') : step;
  // Now and then a frame repeats ids that are known; only a hole would be a gap.
  const first = lane.sequence + 1 - (random.next() < 0.1 ? random.below(3) : 0);
  lane.sequence += 1 + random.below(8);
  const [b, a] = [levels(market, lane, change.bids, random), levels(market, lane, change.asks, random)];
  const { symbol } = lane.spec;
  return envelope('delta', market, lane, random, 'order_book_update', 'update', (time) => {
    if (market === 'spot') {
      const head = `"t":${time},"e":"depthUpdate","E":${Math.floor(time / 1000)},"s":"${symbol}","U":${first},"u":${lane.sequence}`;
      return `{${head},"b":${b},"a":${a},"l":"100"}`;
    }
    return random.next() < 0.5
      ? `{"U":${first},"a":${a},"b":${b},"s":"${symbol}","t":${time},"u":${lane.sequence}}`
      : `{"t":${time},"s":"${symbol}","U":${first},"u":${lane.sequence},"b":${b},"a":${a},"l":"100"}`;
  });
}

/** Arrays of texts on both markets; no sides at all when only the id moved; the event is left out at times. */
function obu(
  market: GateMarket,
  lane: Window,
  random: SeededRandom,
  depth: number,
  first: number | undefined,
  change: ModelChange,
): GeneratedFrame {
  const time = tick(lane, random);
  const side = (rows: readonly ModelLevel[]): string => writePairs(lane.spec, rows, 'shortest', 'shortest');
  const ids =
    first === undefined
      ? `"full":true,"s":"ob.${lane.spec.symbol}.${depth}"`
      : `"s":"ob.${lane.spec.symbol}.${depth}","U":${first}`;
  const isEmpty = change.bids.length + change.asks.length === 0;
  const sides = isEmpty && first !== undefined ? '' : `,"b":${side(change.bids)},"a":${side(change.asks)}`;
  const result = `{"t":${time},${ids},"u":${lane.sequence}${sides}}`;
  const event = random.next() < 0.5 ? ',"event":"update"' : '';
  const kind = first === undefined ? 'snapshot' : 'delta';
  return textFrame(kind, lane.spec.symbol, `{"channel":"${market}.obu","result":${result},"time_ms":${time + 1}${event}}`);
}

function bookTicker(market: GateMarket, lane: Lane, random: SeededRandom): GeneratedFrame {
  const { bid, ask } = lane.model.touch();
  const price = (units: number): string => writeUnits(units, lane.spec.priceScale, 'shortest');
  const qty = (units: number): string =>
    market === 'spot' ? `"${writeUnits(units, lane.spec.qtyScale, 'shortest')}"` : size(lane, units, random);
  return envelope('ticker', market, lane, random, 'book_ticker', 'update', (time) => {
    const touch = `"b":"${price(bid[0])}","B":${qty(bid[1])},"a":"${price(ask[0])}","A":${qty(ask[1])}`;
    return `{"t":${time},"u":${lane.sequence},"s":"${lane.spec.symbol}",${touch}}`;
  });
}

/** One object on spot; an array with signed sizes on futures. */
function trades(market: GateMarket, lane: Lane, random: SeededRandom): GeneratedFrame {
  const { symbol, priceScale, qtyScale } = lane.spec;
  return envelope('trades', market, lane, random, 'trades', 'update', (time) => {
    const row = (): string => {
      const { price, qty, isBuy } = lane.model.trade();
      const [priceText, qtyText] = [writeUnits(price, priceScale, 'shortest'), writeUnits(qty, qtyScale, 'shortest')];
      const id = ++lane.tradeId;
      const seconds = Math.floor(time / 1000);
      if (market === 'futures') {
        const signed = qtyText.includes('.') ? `"${isBuy ? '' : '-'}${qtyText}"` : `${isBuy ? '' : '-'}${qtyText}`;
        return `{"size":${signed},"id":${id},"create_time":${seconds},"create_time_ms":${time},"price":"${priceText}","contract":"${symbol}"}`;
      }
      const head = `"id":${id},"create_time":${seconds},"create_time_ms":"${time}.921","side":"${isBuy ? 'buy' : 'sell'}"`;
      return `{${head},"currency_pair":"${symbol}","amount":"${qtyText}","price":"${priceText}"}`;
    };
    return market === 'spot' ? row() : `[${Array.from({ length: 1 + random.below(3) }, row).join(',')}]`;
  });
}

/** A contract with or without its funding, in a list, as of 2021 in two, or alone. */
function marks(lane: Lane, random: SeededRandom): GeneratedFrame {
  const { bid } = lane.model.touch();
  const price = writeUnits(bid[0], lane.spec.priceScale, 'shortest');
  return envelope('mark', 'futures', lane, random, 'tickers', 'update', (time) => {
    const rate = `"${random.next() < 0.3 ? '-' : ''}0.000${100 + random.below(900)}"`;
    const next = (Math.floor(time / 28_800_000) + 1) * 28_800;
    const funding = `"funding_rate":${rate},"funding_rate_indicative":${rate},"funding_interval":28800,"funding_next_apply":${next},`;
    const told = random.next() < 0.8 ? funding : '';
    const row = `{"contract":"${lane.spec.symbol}","last":"${price}","mark_price":"${price}",${told}"index_price":"${price}","t":${time}}`;
    const dice = random.next();
    return dice < 0.8 ? `[${row}]` : dice < 0.9 ? `[[${row}]]` : row;
  });
}
