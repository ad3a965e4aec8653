import { Exact } from '../../src/domain/decimal.js';
import type { LedgerEntry } from '../../src/ledger/entries.js';
import type { Journal } from '../../src/ledger/journal.js';
import { UNATTRIBUTED } from '../../src/trading/trading-ledger.js';

/** More than trading remembers of either. */
const ORDERS = 16_500;
const FILLS_EACH = 8;
const ORDERS_AT_ONCE = 250;
/** As many digits as trades of the run have: what is remembered of them weighs the same. */
const PRICE = '0.98765432';
const QUANTITY = '1.2345678';
const QUANTITY_OF_ORDER = new Exact(QUANTITY).mul(FILLS_EACH).toFixed();
/** Days before the run begins. */
const OLD_US = Date.UTC(2026, 0, 2) * 1000;

const ABOUT = { venue: 'binance', market: 'spot', symbol: 'OLD/USDT', strategy: UNATTRIBUTED } as const;
const ASSETS = { base: 'OLD', quote: 'USDT', contractSize: '1' } as const;

/** Fills a ledger with the trades of days before, which cancel each other out: as much bought as sold, at one price and without fees. */
export function writeOldLedger(ledger: Journal): void {
  ledger.append({ kind: 'start', ...stamp(0), mode: 'paper', version: 'old' });
  for (let first = 0; first < ORDERS; first += ORDERS_AT_ONCE)
    ledger.appendAll(Array.from({ length: ORDERS_AT_ONCE }, (_, at) => orderEntries(first + at)).flat());
}

function orderEntries(order: number): LedgerEntry[] {
  const clientOrderId = `00000000-0000-4000-8000-${String(order).padStart(12, '0')}`;
  const side = order % 2 === 0 ? 'buy' : 'sell';
  const venueOrderId = `O00000-00000-${String(order).padStart(6, '0')}`;
  const about = { ...stamp(order), ...ABOUT, clientOrderId, side } as const;
  const told = {
    kind: 'order',
    ...about,
    intent: null,
    leg: null,
    quantity: QUANTITY_OF_ORDER,
    price: PRICE,
    reason: null,
  } as const;
  const fill = (at: number): LedgerEntry => ({
    ...{ kind: 'fill', ...about, ...ASSETS, venueOrderId, tradeId: `T0000A-0000${at}-${String(order).padStart(6, '0')}` },
    ...{
      price: PRICE,
      quantity: QUANTITY,
      fee: '0',
      feeAsset: 'USDT',
      feeConversion: null,
      liquidity: 'taker',
      venueTimeMs: OLD_US / 1000,
    },
  });
  return [
    { ...told, step: 'sending', state: 'pending', venueOrderId: null, filledQuantity: null },
    { ...told, step: 'changed', state: 'filled', venueOrderId, filledQuantity: QUANTITY_OF_ORDER },
    ...Array.from({ length: FILLS_EACH }, (_, at) => fill(at)),
  ];
}

function stamp(order: number) {
  return { tsUs: OLD_US + order * 1000, monotonicUs: order * 1000, turn: order };
}
