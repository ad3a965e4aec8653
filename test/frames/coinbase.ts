import { BOOK_RULE_DELTAS, DECODER_COINBASE_ADVANCED, DECODER_COINBASE_EXCHANGE } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { BookModel, orderChange, writePairs, writeUnits } from './book-model.js';
import {
  type FrameStream,
  type GeneratedFrame,
  isoOf,
  type Lane,
  pick,
  START_MS,
  type StreamOptions,
  textFrame,
  tick,
} from './frame-stream.js';
import { instruments } from './instruments.js';

/** A maker and a taker id for matches. */
const ORDER_IDS =
  '"maker_order_id":"2a0da34e-61f7-4c36-88e5-c9dd15927b16","taker_order_id":"3c82abaa-c01e-4608-be59-6a1e69742891"';

/** level2_batch (one change a frame or several), matches and tickers of three products, snapshots first. */
export function coinbaseExchangeStream(options: StreamOptions): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = coinbaseLanes(random, options.levels ?? 300);
  const frames = lanes.map(exchangeSnapshot);
  for (const lane of lanes) frames.push(match(lane, random, 'last_match'));
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    const dice = random.next();
    if (dice < 0.85) frames.push(l2update(lane, random, options.changes ?? 1 + random.below(10)));
    else frames.push(dice < 0.93 ? match(lane, random, 'match') : ticker(lane, random));
  }
  return {
    decoder: DECODER_COINBASE_EXCHANGE,
    instruments: lanes.map(({ spec }) => spec),
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    isL3: false,
    frames,
  };
}

/** l2_data and market_trades, numbered over the whole connection. */
export function coinbaseAdvancedStream(options: StreamOptions): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = coinbaseLanes(random, options.levels ?? 300);
  let sequence = 0;
  const frames = lanes.map((lane) => l2data(lane, random, 'snapshot', sequence++, lane.model.top()));
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    const number = sequence++;
    if (random.next() < 0.88)
      frames.push(l2data(lane, random, 'update', number, orderChange(lane.model.step(options.changes ?? 12), 'best-first')));
    else frames.push(marketTrades(lane, random, number));
  }
  return {
    decoder: DECODER_COINBASE_ADVANCED,
    instruments: lanes.map(({ spec }) => spec),
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    isL3: false,
    frames,
  };
}

function coinbaseLanes(random: SeededRandom, levels: number): Lane[] {
  return instruments((base) => `${base}-USD`).map((spec) => ({
    spec,
    model: new BookModel(random.fork(spec.symbol), spec, levels),
    sequence: 177_100_030,
    timeMs: START_MS,
    tradeId: 280_232,
  }));
}

function exchangeSnapshot(lane: Lane): GeneratedFrame {
  const { bids, asks } = lane.model.top();
  const [bidText, askText] = [writePairs(lane.spec, bids, 'fixed', 'shortest'), writePairs(lane.spec, asks, 'fixed', 'shortest')];
  const text = `{"type":"snapshot","product_id":"${lane.spec.symbol}","asks":${askText},"bids":${bidText}}`;
  return textFrame('snapshot', lane.spec.symbol, text);
}

/** Sizes come with as many decimals as somebody used, prices with trailing zeros at times. */
function l2update(lane: Lane, random: SeededRandom, count: number): GeneratedFrame {
  const { bids, asks } = lane.model.step(count);
  const { symbol, priceScale, qtyScale } = lane.spec;
  const row = (side: string, price: number, qty: number): string => {
    const size = qty === 0 && random.next() < 0.5 ? '0.00000000' : writeUnits(qty, qtyScale, 'shortest');
    return `["${side}","${writeUnits(price, priceScale, random.next() < 0.8 ? 'fixed' : 'shortest')}","${size}"]`;
  };
  const changes = [...bids.map(([price, qty]) => row('buy', price, qty)), ...asks.map(([price, qty]) => row('sell', price, qty))];
  const time = isoOf(tick(lane, random), random.below(1000));
  return textFrame(
    'delta',
    symbol,
    `{"type":"l2update","product_id":"${symbol}","changes":[${changes.join(',')}],"time":"${time}"}`,
  );
}

function match(lane: Lane, random: SeededRandom, type: 'match' | 'last_match'): GeneratedFrame {
  const { price, qty, isBuy } = lane.model.trade();
  const { symbol, priceScale, qtyScale } = lane.spec;
  lane.sequence += 1 + random.below(9);
  const numbers = `"side":"${isBuy ? 'sell' : 'buy'}","size":"${writeUnits(qty, qtyScale, 'shortest')}","price":"${writeUnits(price, priceScale, 'fixed')}"`;
  const time = isoOf(tick(lane, random), random.below(1000));
  const text = `{"type":"${type}","trade_id":${++lane.tradeId},${ORDER_IDS},${numbers},"product_id":"${symbol}","sequence":${lane.sequence},"time":"${time}"}`;
  return textFrame('trades', symbol, text);
}

function ticker(lane: Lane, random: SeededRandom): GeneratedFrame {
  const { bid, ask } = lane.model.touch();
  const { symbol, priceScale, qtyScale } = lane.spec;
  const price = (units: number): string => writeUnits(units, priceScale, 'fixed');
  const size = (units: number): string => writeUnits(units, qtyScale, 'shortest');
  lane.sequence += 1 + random.below(9);
  const day = `"open_24h":"${price(bid[0])}","volume_24h":"3479861.10000000","low_24h":"${price(bid[0])}","high_24h":"${price(ask[0])}","volume_30d":"76123674.10000000"`;
  const touch = `"best_bid":"${price(bid[0])}","best_bid_size":"${size(bid[1])}","best_ask":"${price(ask[0])}","best_ask_size":"${size(ask[1])}"`;
  const tail = `"side":"buy","time":"${isoOf(tick(lane, random), random.below(1000))}","trade_id":${lane.tradeId},"last_size":"${size(ask[1])}"`;
  const text = `{"type":"ticker","sequence":${lane.sequence},"product_id":"${symbol}","price":"${price(ask[0])}",${day},${touch},${tail}}`;
  return textFrame('ticker', symbol, text);
}

function l2data(
  lane: Lane,
  random: SeededRandom,
  type: 'snapshot' | 'update',
  sequence: number,
  change: ReturnType<BookModel['step']>,
): GeneratedFrame {
  const { symbol, priceScale, qtyScale } = lane.spec;
  const time = tick(lane, random);
  const row = (side: string, price: number, qty: number): string => {
    const numbers = `"price_level":"${writeUnits(price, priceScale, 'shortest')}","new_quantity":"${writeUnits(qty, qtyScale, 'shortest')}"`;
    return `{"side":"${side}","event_time":"${isoOf(time, random.below(1000))}",${numbers}}`;
  };
  const updates = [
    ...change.bids.map(([price, qty]) => row('bid', price, qty)),
    ...change.asks.map(([price, qty]) => row('offer', price, qty)),
  ];
  const event = `{"type":"${type}","product_id":"${symbol}","updates":[${updates.join(',')}]}`;
  const text = `{"channel":"l2_data","timestamp":"${isoOf(time, 505_350 % 1000)}","sequence_num":${sequence},"events":[${event}]}`;
  return textFrame(type === 'snapshot' ? 'snapshot' : 'delta', symbol, text);
}

function marketTrades(lane: Lane, random: SeededRandom, sequence: number): GeneratedFrame {
  const { symbol, priceScale, qtyScale } = lane.spec;
  const time = isoOf(tick(lane, random), random.below(1000));
  const rows = Array.from({ length: 1 + random.below(3) }, () => {
    const { price, qty, isBuy } = lane.model.trade();
    const numbers = `"price":"${writeUnits(price, priceScale, 'shortest')}","size":"${writeUnits(qty, qtyScale, 'shortest')}"`;
    return `{"product_id":"${symbol}","trade_id":"${++lane.tradeId}",${numbers},"time":"${time}","side":"${isBuy ? 'SELL' : 'BUY'}"}`;
  });
  const text = `{"channel":"market_trades","timestamp":"${time}","sequence_num":${sequence},"events":[{"type":"update","trades":[${rows.join(',')}]}]}`;
  return textFrame('trades', symbol, text);
}
