import { BOOK_RULE_DELTAS, DECODER_KRAKEN_L3 } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { checksumOf, krakenL3ChecksumText, type TextQueue } from '../twin/kraken-checksum.js';
import type { Side } from '../twin/ladder.js';
import { writeUnits } from './book-model.js';
import { type FrameStream, type GeneratedFrame, isoOf, pick, START_MS, type StreamOptions, textFrame } from './frame-stream.js';
import { instruments } from './instruments.js';
import { krakenOrderId, type ModelOrder, OrderModel } from './order-model.js';

type Sides = Record<Side, readonly ModelOrder[]>;

/** level3 of three pairs, `depth` price levels, with checksums; orders of a level that comes back carry their old times. */
export function krakenL3Stream(options: StreamOptions, depth = 10): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = instruments((base) => `${base}/USD`).map((spec) => {
    const model = new OrderModel(random.fork(spec.symbol), spec, krakenOrderId, options.levels ?? 120);
    return { model, view: viewOf(model, depth) };
  });
  const frames = lanes.map(({ model, view }) => snapshot(model, view));
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    const events = 1 + random.below(3);
    for (let k = 0; k < events; k++) lane.model.step();
    const after = viewOf(lane.model, depth);
    const frame = update(lane.model, lane.view, after);
    lane.view = after;
    if (frame !== undefined) frames.push(frame);
  }
  return {
    decoder: DECODER_KRAKEN_L3,
    instruments: lanes.map(({ model }) => model.spec),
    depth,
    rule: BOOK_RULE_DELTAS,
    isL3: true,
    frames,
  };
}

function viewOf(model: OrderModel, depth: number): Sides {
  return { bid: model.top('bid', depth), ask: model.top('ask', depth) };
}

/** Every other order is written short, as quantities have mixed decimals on this channel. */
function qtyText(model: OrderModel, order: ModelOrder): string {
  return writeUnits(order.qty, model.spec.qtyScale, order.rank % 2 === 0 ? 8 : 'shortest');
}

function priceText(model: OrderModel, order: ModelOrder): string {
  return writeUnits(order.price, model.spec.priceScale, 'fixed');
}

/** Ten orders share a millisecond, so the nanoseconds behind it decide. */
function timeOf(order: ModelOrder): string {
  return isoOf(START_MS + Math.floor(order.rank / 10), order.rank % 10).replace('Z', '650Z');
}

function checksum(model: OrderModel, view: Sides): number {
  const queues = (orders: readonly ModelOrder[]): TextQueue[] => {
    const byPrice = new Map<string, string[]>();
    for (const order of orders) {
      const price = priceText(model, order);
      byPrice.set(price, [...(byPrice.get(price) ?? []), qtyText(model, order)]);
    }
    return [...byPrice];
  };
  return checksumOf(krakenL3ChecksumText(queues(view.ask), queues(view.bid)));
}

function members(model: OrderModel, order: ModelOrder): string {
  return `"order_id":"${order.id}","limit_price":${priceText(model, order)},"order_qty":${qtyText(model, order)},"timestamp":"${timeOf(order)}"`;
}

function frameOf(
  model: OrderModel,
  type: 'snapshot' | 'update',
  view: Sides,
  bids: readonly string[],
  asks: readonly string[],
): GeneratedFrame {
  const head = `"symbol":"${model.spec.symbol}","checksum":${checksum(model, view)},"timestamp":"${isoOf(START_MS)}"`;
  const text = `{"channel":"level3","type":"${type}","data":[{${head},"bids":[${bids.join(',')}],"asks":[${asks.join(',')}]}]}`;
  return textFrame(type === 'snapshot' ? 'snapshot' : 'delta', model.spec.symbol, text);
}

function snapshot(model: OrderModel, view: Sides): GeneratedFrame {
  const rows = (orders: readonly ModelOrder[]): string[] => orders.map((order) => `{${members(model, order)}}`);
  return frameOf(model, 'snapshot', view, rows(view.bid), rows(view.ask));
}

/** The events between two views: no deletion for orders of a level that was pushed out. */
function update(model: OrderModel, before: Sides, after: Sides): GeneratedFrame | undefined {
  const rows = (side: Side): string[] => {
    const was = new Map(before[side].map((order) => [order.id, order]));
    const is = new Map(after[side].map((order) => [order.id, order]));
    const worst = after[side].at(-1)?.price;
    const isWithin = (price: number): boolean => worst === undefined || (side === 'bid' ? price >= worst : price <= worst);
    const gone = before[side].filter((order) => !is.has(order.id) && isWithin(order.price));
    const come = after[side].filter((order) => !was.has(order.id));
    const changed = after[side].filter((order) => was.has(order.id) && was.get(order.id)?.qty !== order.qty);
    return [
      ...gone.map((order) => `{"event":"delete",${members(model, order)}}`),
      ...changed.map((order) => `{"event":"modify",${members(model, order)}}`),
      ...come.map((order) => `{"event":"add",${members(model, order)}}`),
    ];
  };
  const [bids, asks] = [rows('bid'), rows('ask')];
  return bids.length + asks.length === 0 ? undefined : frameOf(model, 'update', after, bids, asks);
}
