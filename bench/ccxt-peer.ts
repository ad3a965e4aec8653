import ccxt from 'ccxt';
import type { FrameStream } from '../test/frames/frame-stream.js';
import { decodeFrame, decodeSnapshot } from '../test/twin/decoders/index.js';
import type { Message } from '../test/twin/message.js';

type Level = [price: number, qty: number];
type Row = readonly number[];

/** The part of ccxt's order books that the benches use. */
interface PeerBook {
  readonly bids: readonly Row[];
  readonly asks: readonly Row[];
  nonce: number | undefined;
  reset(snapshot: { bids: Level[]; asks: Level[]; nonce: number | undefined; timestamp: undefined }): void;
  limit(): void;
}

/** The part of ccxt's exchanges that the benches use. */
interface PeerExchange {
  orderbooks: Record<string, PeerBook>;
  setMarkets(markets: unknown[]): void;
  orderBook(snapshot: object, depth?: number): PeerBook;
  handleOrderBook(client: object, message: unknown): void;
  decodeProtoMsg(bytes: Uint8Array): unknown;
}

/** How a venue is called at ccxt, and what it looks at in a client. */
export interface PeerVenue {
  readonly name: 'binance' | 'kraken' | 'coinbaseexchange' | 'gate' | 'mexc';
  readonly url: string;
  readonly market: 'spot' | 'swap';
  /** What becomes of a frame before ccxt's handler has it. */
  readonly wire: 'json' | 'json-in-stream' | 'protobuf';
}

/** A book of ccxt, filled by its own handler from JSON.parse'd messages, without a network. */
export class CcxtPeer {
  private readonly exchange: PeerExchange;
  private readonly client: object;
  private readonly symbols = new Map<string, string>();
  private readonly snapshots: { symbol: string; bids: Level[]; asks: Level[]; nonce: number | undefined }[] = [];

  constructor(
    private readonly venue: PeerVenue,
    stream: FrameStream,
  ) {
    const pro = (ccxt as unknown as { pro: Record<string, new () => PeerExchange> }).pro;
    const Exchange = pro[venue.name];
    if (Exchange === undefined) throw new Error(`this ccxt has no ${venue.name}`);
    this.exchange = new Exchange();
    this.client = { url: venue.url, resolve() {}, reject: rejected, subscriptions: {}, futures: {} };
    const markets = stream.instruments.map(({ symbol }) => marketOf(symbol, venue.market));
    this.exchange.setMarkets(markets);
    for (const { id, symbol } of markets) this.symbols.set(id, symbol);
    for (const frame of stream.frames) {
      if (frame.kind !== 'rest' && frame.kind !== 'snapshot') continue;
      const [message] =
        frame.kind === 'rest'
          ? [decodeSnapshot(stream.decoder, frame.symbol, frame.bytes)]
          : (decodeFrame(stream.decoder, frame.bytes) as readonly Message[]);
      if (message?.kind !== 'book') throw new Error('a snapshot was expected');
      const levels = (rows: readonly { price: string; qty: string }[]): Level[] =>
        rows.map(({ price, qty }) => [Number(price), Number(qty)]);
      const symbol = this.symbols.get(frame.symbol) ?? '';
      this.snapshots.push({ symbol, bids: levels(message.bids), asks: levels(message.asks), nonce: message.lastSequence });
      this.exchange.orderbooks[symbol] = this.exchange.orderBook({}, stream.depth === 0 ? undefined : stream.depth);
    }
  }

  begin(): void {
    for (const { symbol, bids, asks, nonce } of this.snapshots) {
      this.exchange.orderbooks[symbol]?.reset({ bids, asks, nonce, timestamp: undefined });
    }
  }

  /** A text frame, parsed and handled. */
  text(frame: string): void {
    const message = JSON.parse(frame) as { data: unknown };
    this.exchange.handleOrderBook(this.client, this.venue.wire === 'json-in-stream' ? message.data : message);
  }

  /** A protobuf frame, decoded by ccxt's own copy of the messages and handled. */
  binary(frame: Uint8Array): void {
    this.exchange.handleOrderBook(this.client, this.exchange.decodeProtoMsg(frame));
  }

  /** The best levels as doubles. */
  top(id: string, depth: number): { bids: Level[]; asks: Level[] } {
    const book = this.exchange.orderbooks[this.symbols.get(id) ?? ''];
    book?.limit();
    const side = (rows: readonly Row[] = []): Level[] => rows.slice(0, depth).map(([price = 0, qty = 0]) => [price, qty]);
    return { bids: side(book?.bids), asks: side(book?.asks) };
  }
}

function rejected(error: unknown): never {
  throw error instanceof Error ? error : new Error(String(error));
}

interface PeerMarket {
  readonly id: string;
  readonly symbol: string;
}

/** As much of a market as ccxt needs to find its symbol. */
function marketOf(id: string, type: 'spot' | 'swap'): PeerMarket {
  const [base = id, quote = ''] = id.includes('USDT') ? [id.replace(/[-_/]?USDT$/, ''), 'USDT'] : id.split(/[-_/]/);
  const isSwap = type === 'swap';
  const settle = isSwap ? { settle: quote, settleId: quote, linear: true, inverse: false, contractSize: 1 } : {};
  const kind = { type, spot: !isSwap, swap: isSwap, future: false, option: false, contract: isSwap, margin: false, active: true };
  const names = { base, quote, baseId: base, quoteId: quote };
  const symbol = isSwap ? `${base}/${quote}:${quote}` : `${base}/${quote}`;
  const market = { id, symbol, ...names, ...settle, ...kind, precision: {}, limits: {}, info: {} };
  return market;
}
