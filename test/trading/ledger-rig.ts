import type { Fill } from '../../src/domain/order.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { InstrumentIndex } from '../../src/execution/instrument-index.js';
import type { JournalOrder } from '../../src/execution/ports.js';
import type { Booking } from '../../src/ledger/books.js';
import { tradable } from '../../src/sim/lab/instrument.js';
import { TradingLedger } from '../../src/trading/trading-ledger.js';
import { BrokenLedger } from './broken-ledger.js';

export const SPOT = { venue: 'binance', market: 'spot' } as const;
export const FUTURES = { venue: 'gateio', market: 'futures' } as const;
export const SYMBOL = 'ABCUSDT';
export const PERPETUAL = 'ABCUSDT-PERP';

/** A trading ledger over a disk that can be full, with ABC on spot and as a perpetual of a tenth. BNB is worth 600 USDT. */
export class LedgerRig {
  readonly time = new VirtualTime();
  readonly bookings: Booking[] = [];
  readonly baseFees: (readonly [strategy: string, symbol: string, fee: string])[] = [];
  readonly broken: string[] = [];
  readonly ledger: TradingLedger;

  constructor(readonly writer = new BrokenLedger()) {
    this.ledger = new TradingLedger({
      writer,
      clock: this.time,
      runId: 'run',
      turn: () => 7,
      instruments: new InstrumentIndex([
        { ...tradable(SPOT), aliases: ['abc_usdt'] },
        tradable({ ...FUTURES, contractSize: '0.1', qtyDecimals: 0 }),
      ]),
      rates: { USDT: 1 },
      worth: (_, asset) => (asset === 'BNB' ? '600' : null),
      onBooked: (booking) => this.bookings.push(booking),
      onFill: () => undefined,
      onBaseFee: (strategy, { symbol }, fee) => this.baseFees.push([strategy, symbol, fee]),
      onBroken: (reason) => this.broken.push(reason),
    });
    this.ledger.open('paper', 'test');
  }

  /** Kinds of the entries of this run, in order. */
  kinds(): string[] {
    return this.writer.entries.map(({ kind }) => kind).slice(1);
  }
}

export function aFill(changes: Partial<Fill> = {}): Fill {
  return {
    ...{ ...SPOT, symbol: SYMBOL, tradeId: 't1', venueOrderId: 'v1', clientOrderId: 'c1', side: 'buy', price: '100' },
    ...{ quantity: '1', fee: '0.1', feeAsset: 'USDT', liquidity: 'taker', timeMs: 1_767_225_600_000, ...changes },
  };
}

export function anOrder(changes: Partial<JournalOrder> = {}): JournalOrder {
  return {
    ...{ intent: 3, leg: 0, strategy: 'pairs', clientOrderId: 'c1', ...SPOT, symbol: SYMBOL, side: 'buy', quantity: '1' },
    ...{ price: '100', state: 'sending', venueOrderId: null, filled: '0', reason: null, ...changes },
  };
}
