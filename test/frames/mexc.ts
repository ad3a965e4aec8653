import { BOOK_RULE_DELTAS, BOOK_RULE_REPLACE, DECODER_MEXC_CONTRACT, DECODER_MEXC_SPOT } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { encodePush, type MexcLevel } from '../twin/decoders/mexc-proto.js';
import { BookModel, type ModelChange, type ModelLevel, writePairs, writeUnits } from './book-model.js';
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

const PARTIAL_LEVELS = 20;

/** Aggregated depth, deals and book tickers of three symbols as protobuf, each after its REST snapshot. */
export function mexcSpotStream(options: StreamOptions): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = mexcLanes(random, options.levels ?? 300, (base) => `${base}USDT`);
  const frames = lanes.map(spotRest);
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    const dice = random.next();
    if (dice < 0.8) frames.push(aggregatedDepth(lane, random, lane.model.step(options.changes ?? 12)));
    else frames.push(dice < 0.9 ? spotDeals(lane, random) : spotTicker(lane, random));
  }
  return {
    decoder: DECODER_MEXC_SPOT,
    instruments: lanes.map(({ spec }) => spec),
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    isL3: false,
    frames,
  };
}

/** Limit depth: every frame is the whole top of a book. */
export function mexcSpotLimitStream(options: StreamOptions): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = mexcLanes(random, options.levels ?? 60, (base) => `${base}USDT`);
  const frames = Array.from({ length: options.frames }, () => {
    const lane = pick(random, lanes);
    lane.model.step(options.changes ?? 8);
    lane.sequence += 1 + random.below(5);
    const { bids, asks } = lane.model.top(PARTIAL_LEVELS);
    const body = {
      asks: items(lane, asks),
      bids: items(lane, bids),
      eventType: 'spot@public.limit.depth.v3.api.pb',
      version: String(lane.sequence),
    };
    return push('snapshot', lane, `spot@public.limit.depth.v3.api.pb@${lane.spec.symbol}@20`, random, {
      publicLimitDepths: body,
    });
  });
  return {
    decoder: DECODER_MEXC_SPOT,
    instruments: lanes.map(({ spec }) => spec),
    depth: 0,
    rule: BOOK_RULE_REPLACE,
    isL3: false,
    frames,
  };
}

/** push.depth (merged or one version a frame), deals, tickers and funding of three contracts, each after its REST snapshot. */
export function mexcContractStream(options: StreamOptions & { readonly merged?: boolean }): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = mexcLanes(random, options.levels ?? 300, (base) => `${base}_USDT`, 0);
  const frames = lanes.map((lane) => {
    const { bids, asks } = contractSides(lane, lane.model.top(), random);
    const data = `{"asks":${asks},"bids":${bids},"version":${lane.sequence},"timestamp":${lane.timeMs}}`;
    return textFrame('rest', lane.spec.symbol, `{"success":true,"code":0,"data":${data}}`);
  });
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    const dice = random.next();
    if (dice < 0.8)
      frames.push(contractDepth(lane, random, options.merged ?? true, lane.model.step(options.changes ?? 5 + random.below(16))));
    else if (dice < 0.88) frames.push(contractDeal(lane, random));
    else frames.push(dice < 0.95 ? contractTicker(lane, random) : contractFunding(lane, random));
  }
  return {
    decoder: DECODER_MEXC_CONTRACT,
    instruments: lanes.map(({ spec }) => spec),
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    isL3: false,
    frames,
  };
}

/** push.depth.full: every frame is the whole top of a book. */
export function mexcContractFullStream(options: StreamOptions): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = mexcLanes(random, options.levels ?? 60, (base) => `${base}_USDT`, 0);
  const frames = Array.from({ length: options.frames }, () => {
    const lane = pick(random, lanes);
    lane.model.step(options.changes ?? 8);
    lane.sequence += 1 + random.below(5);
    const { bids, asks } = contractSides(lane, lane.model.top(PARTIAL_LEVELS), random);
    return contractPush(
      'snapshot',
      lane,
      random,
      'push.depth.full',
      (time) => `{"cts":${time},"asks":${asks},"bids":${bids},"version":${lane.sequence}}`,
    );
  });
  return {
    decoder: DECODER_MEXC_CONTRACT,
    instruments: lanes.map(({ spec }) => spec),
    depth: 0,
    rule: BOOK_RULE_REPLACE,
    isL3: false,
    frames,
  };
}

function mexcLanes(random: SeededRandom, levels: number, nameOf: (base: string) => string, qtyScale?: number): Lane[] {
  return instruments(nameOf, qtyScale).map((spec) => ({
    spec,
    model: new BookModel(random.fork(spec.symbol), spec, levels),
    sequence: 27_800_112_240,
    timeMs: START_MS,
    tradeId: 13_064_218_826,
  }));
}

// --- spot ------------------------------------------------------------------------------------------------------------

function spotRest(lane: Lane): GeneratedFrame {
  const { bids, asks } = lane.model.top();
  const side = (levels: readonly ModelLevel[]): string => writePairs(lane.spec, levels, 'fixed', 'shortest');
  const text = `{"lastUpdateId":${lane.sequence},"bids":${side(bids)},"asks":${side(asks)},"timestamp":${lane.timeMs}}`;
  return textFrame('rest', lane.spec.symbol, text);
}

function items(lane: Lane, levels: readonly ModelLevel[]): MexcLevel[] {
  const { priceScale, qtyScale } = lane.spec;
  return levels.map(([price, qty]) => ({
    price: writeUnits(price, priceScale, 'fixed'),
    quantity: writeUnits(qty, qtyScale, 'shortest'),
  }));
}

function push(
  kind: GeneratedFrame['kind'],
  lane: Lane,
  channel: string,
  random: SeededRandom,
  body: Record<string, unknown>,
): GeneratedFrame {
  const sendTime = tick(lane, random);
  return { kind, symbol: lane.spec.symbol, bytes: encodePush({ channel, symbol: lane.spec.symbol, sendTime, ...body }) };
}

function aggregatedDepth(lane: Lane, random: SeededRandom, { bids, asks }: ModelChange): GeneratedFrame {
  const from = lane.sequence + 1;
  lane.sequence = from + random.below(10);
  const body = {
    asks: items(lane, asks),
    bids: items(lane, bids),
    eventType: 'spot@public.aggre.depth.v3.api.pb@100ms',
    fromVersion: String(from),
    toVersion: String(lane.sequence),
    lastOrderCreateTime: lane.timeMs,
  };
  return push('delta', lane, `spot@public.aggre.depth.v3.api.pb@100ms@${lane.spec.symbol}`, random, { publicAggreDepths: body });
}

function spotDeals(lane: Lane, random: SeededRandom): GeneratedFrame {
  const deals = Array.from({ length: 1 + random.below(3) }, () => {
    const { price, qty, isBuy } = lane.model.trade();
    const [level] = items(lane, [[price, qty]]);
    return { ...level, tradeType: isBuy ? 1 : 2, time: lane.timeMs, tradeId: `${++lane.tradeId}X0_${lane.tradeId + 1}X0` };
  });
  const body = { deals, eventType: 'spot@public.aggre.deals.v3.api.pb@100ms' };
  return push('trades', lane, `spot@public.aggre.deals.v3.api.pb@100ms@${lane.spec.symbol}`, random, { publicAggreDeals: body });
}

function spotTicker(lane: Lane, random: SeededRandom): GeneratedFrame {
  const { bid, ask } = lane.model.touch();
  const [bidLevel, askLevel] = items(lane, [bid, ask]);
  const body = {
    bidPrice: bidLevel?.price,
    bidQuantity: bidLevel?.quantity,
    askPrice: askLevel?.price,
    askQuantity: askLevel?.quantity,
    version: String(lane.sequence),
    lastOrderCreateTime: lane.timeMs,
  };
  return push('ticker', lane, `spot@public.aggre.bookTicker.v3.api.pb@100ms@${lane.spec.symbol}`, random, {
    publicAggreBookTicker: body,
  });
}

// --- contract --------------------------------------------------------------------------------------------------------

/** Numbers with and without trailing zeros, as recorded frames mix them; a deletion has no orders. */
function contractSides(lane: Lane, change: ModelChange, random: SeededRandom): { bids: string; asks: string } {
  const { priceScale, qtyScale } = lane.spec;
  const rows = (levels: readonly ModelLevel[]): string =>
    `[${levels
      .map(([price, qty]) => {
        const priceText = writeUnits(price, priceScale, random.next() < 0.5 ? 'fixed' : 'shortest');
        return `[${priceText},${writeUnits(qty, qtyScale, 'shortest')},${qty === 0 ? 0 : 1 + random.below(6)}]`;
      })
      .join(',')}]`;
  return { bids: rows(change.bids), asks: rows(change.asks) };
}

function contractPush(
  kind: GeneratedFrame['kind'],
  lane: Lane,
  random: SeededRandom,
  channel: string,
  dataOf: (timeMs: number) => string,
): GeneratedFrame {
  const time = tick(lane, random);
  return textFrame(
    kind,
    lane.spec.symbol,
    `{"symbol":"${lane.spec.symbol}","data":${dataOf(time)},"channel":"${channel}","ts":${time + 3}}`,
  );
}

function contractDepth(lane: Lane, random: SeededRandom, merged: boolean, change: ModelChange): GeneratedFrame {
  const first = lane.sequence + 1;
  lane.sequence = merged ? first + random.below(60) : first;
  const { bids, asks } = contractSides(lane, change, random);
  const range = merged
    ? `"end":${lane.sequence},"begin":${first},`
    : pick(random, ['', '"begin":null,"end":null,', '"begin":0,"end":0,']);
  return contractPush(
    'delta',
    lane,
    random,
    'push.depth',
    (time) => `{"cts":${time},"asks":${asks},"bids":${bids},${range}"version":${lane.sequence}}`,
  );
}

/** An array since 2025, a single object before. */
function contractDeal(lane: Lane, random: SeededRandom): GeneratedFrame {
  return contractPush('trades', lane, random, 'push.deal', (time) => {
    const deals = Array.from({ length: 1 + random.below(3) }, () => {
      const { price, qty, isBuy } = lane.model.trade();
      const numbers = `"p":${writeUnits(price, lane.spec.priceScale, 'shortest')},"v":${writeUnits(qty, lane.spec.qtyScale, 'shortest')}`;
      return `{${numbers},"T":${isBuy ? 1 : 2},"O":3,"M":1,"t":${time},"i":"${++lane.tradeId}"}`;
    });
    return deals.length === 1 && random.next() < 0.5 ? (deals[0] ?? '{}') : `[${deals.join(',')}]`;
  });
}

function contractTicker(lane: Lane, random: SeededRandom): GeneratedFrame {
  const { bid, ask } = lane.model.touch();
  const price = (units: number): string => writeUnits(units, lane.spec.priceScale, 'shortest');
  const day = `"amount24":69402.4579798127137243,"contractId":10,"high24Price":${price(ask[0])},"holdVol":17766,"lower24Price":${price(bid[0])}`;
  const touch = `"ask1":${price(ask[0])},"bid1":${price(bid[0])},"lastPrice":${price(bid[0])}`;
  const marks = `"fairPrice":${price(bid[0])},"fundingRate":-0.000012,"indexPrice":${price(ask[0])}`;
  return contractPush('ticker', lane, random, 'push.ticker', (time) => {
    return `{${day},${touch},${marks},"riseFallRate":-0.0264,"symbol":"${lane.spec.symbol}","timestamp":${time},"volume24":21030740}`;
  });
}

function contractFunding(lane: Lane, random: SeededRandom): GeneratedFrame {
  const rate = `0.0000${String(1 + random.below(99)).padStart(2, '0')}`;
  const data = `{"symbol":"${lane.spec.symbol}","rate":${rate},"nextSettleTime":${START_MS + 28_800_000}}`;
  return contractPush('mark', lane, random, 'push.funding.rate', () => data);
}
