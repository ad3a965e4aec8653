import { binanceStream } from '../test/frames/binance.js';
import { coinbaseExchangeStream } from '../test/frames/coinbase.js';
import type { FrameStream, StreamOptions } from '../test/frames/frame-stream.js';
import { gateStream } from '../test/frames/gateio.js';
import { krakenStream } from '../test/frames/kraken.js';
import { mexcContractStream, mexcSpotStream } from '../test/frames/mexc.js';
import { mexcWrapper } from '../test/twin/decoders/mexc-proto.js';
import { CcxtPeer, type PeerVenue } from './ccxt-peer.js';
import { type BenchResult, compared, type Effort, type Rival, race, type Suite, sink } from './measure.js';
import { Stage } from './stage.js';

/** A book channel, and how its frames are read by others. */
interface Channel {
  /** Middle of the figures' ids: decode.<name>.vs.<baseline>. */
  readonly name: string;
  readonly plain: 'jsonparse' | 'protobuf';
  readonly peer: PeerVenue;
  stream(options: StreamOptions): FrameStream;
}

const KRAKEN_DEPTH = 100;
const TOP_LEVELS = 20;

/** Prices below a thousandth and quantities in millions, which Binance pads with eight zeros: 15 digits and more. */
const CHEAP = [{ base: 'PEPE', priceScale: 8, qtyScale: 0, startPrice: 3_512, typicalQty: 9_000_000 }];

const CHANNELS: readonly Channel[] = [
  {
    name: 'binance.depth',
    plain: 'jsonparse',
    peer: { name: 'binance', url: 'wss://stream.binance.com:9443/stream', market: 'spot', wire: 'json-in-stream' },
    stream: (options) => binanceStream('spot', { ...options, levels: 1000 }),
  },
  {
    name: 'binance.cheap.depth',
    plain: 'jsonparse',
    peer: { name: 'binance', url: 'wss://stream.binance.com:9443/stream', market: 'spot', wire: 'json-in-stream' },
    stream: (options) => binanceStream('spot', { ...options, levels: 1000, coins: CHEAP }),
  },
  {
    name: 'binance.usdm.depth',
    plain: 'jsonparse',
    peer: { name: 'binance', url: 'wss://fstream.binance.com/ws', market: 'swap', wire: 'json-in-stream' },
    stream: (options) => binanceStream('usdm', { ...options, levels: 1000 }),
  },
  {
    name: 'kraken.book',
    plain: 'jsonparse',
    peer: { name: 'kraken', url: 'wss://ws.kraken.com/v2', market: 'spot', wire: 'json' },
    stream: (options) => krakenStream('v2', { ...options, levels: KRAKEN_DEPTH * 2 }, KRAKEN_DEPTH),
  },
  {
    name: 'coinbase.l2update',
    plain: 'jsonparse',
    peer: { name: 'coinbaseexchange', url: 'wss://ws-feed.exchange.coinbase.com', market: 'spot', wire: 'json' },
    stream: (options) => coinbaseExchangeStream({ ...options, levels: 1000 }),
  },
  {
    name: 'gateio.book',
    plain: 'jsonparse',
    peer: { name: 'gate', url: 'wss://api.gateio.ws/ws/v4', market: 'spot', wire: 'json' },
    stream: (options) => gateStream('spot', { ...options, levels: 400 }),
  },
  {
    name: 'gateio.futures.book',
    plain: 'jsonparse',
    peer: { name: 'gate', url: 'wss://fx-ws.gateio.ws/v4/ws/usdt', market: 'swap', wire: 'json' },
    stream: (options) => gateStream('futures', { ...options, levels: 400 }),
  },
  {
    name: 'mexc.contract',
    plain: 'jsonparse',
    peer: { name: 'mexc', url: 'wss://contract.mexc.com/edge', market: 'swap', wire: 'json' },
    stream: (options) => mexcContractStream({ ...options, levels: 1000, merged: true }),
  },
  {
    name: 'mexc.depth',
    plain: 'protobuf',
    peer: { name: 'mexc', url: 'wss://wbs-api.mexc.com/ws', market: 'spot', wire: 'protobuf' },
    stream: (options) => mexcSpotStream({ ...options, levels: 1000 }),
  },
];

const PLAIN_NAMES = {
  jsonparse: 'JSON.parse of the same frames, no book',
  protobuf: 'protobufjs 7 decode of the same frames, no book',
};

/** Frames to books: copy in, parse, apply, publish; against a parser that keeps no book, and against ccxt's books. */
export const decodeSuites: readonly Suite[] = CHANNELS.map((channel) => ({
  ids: [`decode.${channel.name}.vs.${channel.plain}`, `decode.${channel.name}.vs.ccxt`],
  run: (effort) => runChannel(channel, effort),
}));

async function runChannel(channel: Channel, effort: Effort): Promise<BenchResult[]> {
  const stage = new Stage(channel.stream({ seed: 11, frames: effort.quick ? 40 : 500 }));
  const peer = new CcxtPeer(channel.peer, stage.stream);
  const texts = stage.deltas.map((frame) => frame.toString('latin1'));
  const plain = plainRival(channel, stage, texts);
  const kernel: Rival = {
    name: 'kernel',
    before: () => stage.begin(),
    run: () => {
      sink.total += stage.pass();
    },
  };
  const ccxt: Rival = {
    name: 'ccxt',
    before: () => peer.begin(),
    run: () => {
      if (channel.plain === 'protobuf') for (const frame of stage.deltas) peer.binary(frame);
      else for (const text of texts) peer.text(text);
    },
  };
  stage.check();
  peer.begin();
  ccxt.run();
  agree(channel, stage, peer);
  const times = await race([kernel, plain, ccxt], effort);
  const [own = 0, parse = 0, books = 0] = times.map((ns) => ns / 1e3 / stage.deltas.length);
  const bytes = Math.round(stage.deltaBytes / stage.deltas.length);
  const parsed = channel.plain === 'jsonparse' ? 'JSON.parse' : 'its protobuf decoder';
  return [
    compared(
      `decode.${channel.name}.vs.${channel.plain}`,
      'us/frame',
      own,
      `${PLAIN_NAMES[channel.plain]} (${bytes} bytes each)`,
      parse,
    ),
    compared(
      `decode.${channel.name}.vs.ccxt`,
      'us/frame',
      own,
      `ccxt ${channel.peer.name}: ${parsed} and its own order book handler`,
      books,
    ),
  ];
}

function plainRival(channel: Channel, stage: Stage, texts: readonly string[]): Rival {
  return {
    name: PLAIN_NAMES[channel.plain],
    run: () => {
      if (channel.plain === 'protobuf')
        for (const frame of stage.deltas) sink.total += mexcWrapper.decode(frame) === null ? 0 : 1;
      else for (const text of texts) sink.total += JSON.parse(text) === null ? 0 : 1;
    },
  };
}

/** Subject and peer must hold the same levels in the end. @throws Error naming the first that differs */
function agree(channel: Channel, stage: Stage, peer: CcxtPeer): void {
  for (const { symbol, priceScale, qtyScale } of stage.stream.instruments) {
    const own = stage.top(symbol, TOP_LEVELS);
    const theirs = peer.top(symbol, TOP_LEVELS);
    for (const side of ['bids', 'asks'] as const) {
      const rows = own[side].map(([price, qty]) => [toDouble(price, priceScale), toDouble(qty, qtyScale)]);
      if (JSON.stringify(rows) !== JSON.stringify(theirs[side])) {
        throw new Error(
          `${channel.name} ${symbol} ${side}: the kernel holds ${JSON.stringify(rows.slice(0, 3))}, ccxt ${JSON.stringify(theirs[side].slice(0, 3))}`,
        );
      }
    }
  }
}

/** The double that the decimal text reads as. */
function toDouble(units: number, scale: number): number {
  return Number(`${units}e-${scale}`);
}
