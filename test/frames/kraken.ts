import { BOOK_RULE_DELTAS, DECODER_KRAKEN } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { checksumOf, krakenChecksumText, type TextLevel } from '../twin/kraken-checksum.js';
import {
  BookModel,
  type InstrumentSpec,
  type ModelChange,
  type ModelLevel,
  orderChange,
  windowChange,
  writeUnits,
} from './book-model.js';
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

export type KrakenVersion = 'v1' | 'v2';

/** A lane with what its subscribers see of the book. */
interface Window extends Lane {
  view: ModelChange;
}

/** Books of `depth` levels with their checksums, and trades, of three pairs. */
export function krakenStream(version: KrakenVersion, options: StreamOptions, depth = 10): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = instruments((base) => `${base}/USD`).map((spec): Window => {
    const model = new BookModel(random.fork(spec.symbol), spec, options.levels ?? depth * 2);
    return { spec, model, sequence: 0, timeMs: START_MS, tradeId: 900_101, view: model.top(depth) };
  });
  const frames = lanes.map((lane, index) =>
    version === 'v1' ? snapshotV1(lane, index, depth, random) : snapshotV2(lane, random),
  );
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    const index = lanes.indexOf(lane);
    if (random.next() < 0.1) {
      frames.push(version === 'v1' ? tradesV1(lane, index, random) : tradesV2(lane, random));
      continue;
    }
    lane.model.step(options.changes ?? 1 + random.below(6));
    const after = lane.model.top(depth);
    const change = orderChange(windowChange(lane.view, after), 'best-first');
    lane.view = after;
    if (change.bids.length + change.asks.length === 0) continue;
    frames.push(version === 'v1' ? updateV1(lane, index, depth, change, random) : updateV2(lane, change, random));
  }
  return {
    decoder: DECODER_KRAKEN,
    instruments: lanes.map(({ spec }) => spec),
    depth,
    rule: BOOK_RULE_DELTAS,
    isL3: false,
    frames,
  };
}

/** Kraken writes all decimals: the pair's for prices, eight for quantities. */
const QTY_DECIMALS = 8;

function texts(spec: InstrumentSpec, [price, qty]: ModelLevel): TextLevel {
  return [writeUnits(price, spec.priceScale, 'fixed'), writeUnits(qty, spec.qtyScale, QTY_DECIMALS)];
}

function checksum({ spec, view }: Window): number {
  const side = (levels: readonly ModelLevel[]): TextLevel[] => levels.map((level) => texts(spec, level));
  return checksumOf(krakenChecksumText(side(view.asks), side(view.bids)));
}

function seconds(timeMs: number, random: SeededRandom): string {
  return `${(timeMs / 1000).toFixed(3)}${String(random.below(1000)).padStart(3, '0')}`;
}

function rowsV1(lane: Window, levels: readonly ModelLevel[], random: SeededRandom): string {
  const rows = levels.map((level) => {
    const [price, qty] = texts(lane.spec, level);
    return `["${price}","${qty}","${seconds(lane.timeMs, random)}"${random.next() < 0.1 ? ',"r"' : ''}]`;
  });
  return `[${rows.join(',')}]`;
}

function snapshotV1(lane: Window, index: number, depth: number, random: SeededRandom): GeneratedFrame {
  const body = `{"as":${rowsV1(lane, lane.view.asks, random)},"bs":${rowsV1(lane, lane.view.bids, random)}}`;
  return textFrame('snapshot', lane.spec.symbol, `[${320 + index},${body},"book-${depth}","${lane.spec.symbol}"]`);
}

/** One object when one side changed, two when both did; the checksum is in the last one. */
function updateV1(lane: Window, index: number, depth: number, change: ModelChange, random: SeededRandom): GeneratedFrame {
  tick(lane, random);
  const parts = [
    ...(change.asks.length > 0 ? [`"a":${rowsV1(lane, change.asks, random)}`] : []),
    ...(change.bids.length > 0 ? [`"b":${rowsV1(lane, change.bids, random)}`] : []),
  ];
  const payloads = parts.map((part, i) => (i === parts.length - 1 ? `{${part},"c":"${checksum(lane)}"}` : `{${part}}`));
  return textFrame('delta', lane.spec.symbol, `[${320 + index},${payloads.join(',')},"book-${depth}","${lane.spec.symbol}"]`);
}

function tradesV1(lane: Window, index: number, random: SeededRandom): GeneratedFrame {
  tick(lane, random);
  const rows = Array.from({ length: 1 + random.below(4) }, () => {
    const { price, qty, isBuy } = lane.model.trade();
    const [priceText, qtyText] = texts(lane.spec, [price, qty]);
    return `["${priceText}","${qtyText}","${seconds(lane.timeMs, random)}","${isBuy ? 'b' : 's'}","l",""]`;
  });
  return textFrame('trades', lane.spec.symbol, `[${321 + index},[${rows.join(',')}],"trade","${lane.spec.symbol}"]`);
}

function rowsV2(lane: Window, levels: readonly ModelLevel[]): string {
  const rows = levels.map((level) => {
    const [price, qty] = texts(lane.spec, level);
    return `{"price":${price},"qty":${qty}}`;
  });
  return `[${rows.join(',')}]`;
}

function bookV2(lane: Window, type: 'snapshot' | 'update', change: ModelChange, random: SeededRandom): string {
  const sides = `"bids":${rowsV2(lane, change.bids)},"asks":${rowsV2(lane, change.asks)}`;
  const tail = `"checksum":${checksum(lane)},"timestamp":"${isoOf(lane.timeMs, random.below(1000))}"`;
  return `{"channel":"book","type":"${type}","data":[{"symbol":"${lane.spec.symbol}",${sides},${tail}}]}`;
}

function snapshotV2(lane: Window, random: SeededRandom): GeneratedFrame {
  return textFrame('snapshot', lane.spec.symbol, bookV2(lane, 'snapshot', lane.view, random));
}

function updateV2(lane: Window, change: ModelChange, random: SeededRandom): GeneratedFrame {
  tick(lane, random);
  return textFrame('delta', lane.spec.symbol, bookV2(lane, 'update', change, random));
}

function tradesV2(lane: Window, random: SeededRandom): GeneratedFrame {
  const time = isoOf(tick(lane, random), random.below(1000));
  const rows = Array.from({ length: 1 + random.below(3) }, () => {
    const { price, qty, isBuy } = lane.model.trade();
    const [priceText, qtyText] = texts(lane.spec, [price, qty]);
    const numbers = `"price":${priceText},"qty":${qtyText},"ord_type":"limit","trade_id":${++lane.tradeId}`;
    return `{"symbol":"${lane.spec.symbol}","side":"${isBuy ? 'buy' : 'sell'}",${numbers},"timestamp":"${time}"}`;
  });
  return textFrame('trades', lane.spec.symbol, `{"channel":"trade","type":"update","data":[${rows.join(',')}]}`);
}
