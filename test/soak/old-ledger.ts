import type { LedgerEntry } from '../../src/ledger/entries.js';
import type { Journal } from '../../src/ledger/journal.js';
import { UNATTRIBUTED } from '../../src/trading/trading-ledger.js';

/** More than trading remembers of either. */
const ORDERS = 16_500;
const FILLS_EACH = 8;
const ORDERS_AT_ONCE = 250;
/** Days before the run begins. */
const OLD_US = Date.UTC(2026, 0, 2) * 1000;

const ABOUT = { venue: 'binance', market: 'spot', symbol: 'OLDUSDT', strategy: UNATTRIBUTED } as const;
const ASSETS = { base: 'OLD', quote: 'USDT', contractSize: '1' } as const;

/** Fills a ledger with the trades of days before, which cancel each other out: as much bought as sold, at one price and without fees. */
export function writeOldLedger(ledger: Journal): void {
  ledger.append({ kind: 'start', ...stamp(0), mode: 'paper', version: 'old' });
  for (let first = 0; first < ORDERS; first += ORDERS_AT_ONCE)
    ledger.appendAll(Array.from({ length: ORDERS_AT_ONCE }, (_, at) => orderEntries(first + at)).flat());
}

function orderEntries(order: number): LedgerEntry[] {
  const clientOrderId = `old${order}`;
  const side = order % 2 === 0 ? 'buy' : 'sell';
  const venueOrderId = String(order + 1);
  const about = { ...stamp(order), ...ABOUT, clientOrderId, side } as const;
  const told = {
    kind: 'order',
    ...about,
    intent: null,
    leg: null,
    quantity: String(FILLS_EACH),
    price: '1',
    reason: null,
  } as const;
  const fill = (at: number): LedgerEntry => ({
    ...{ kind: 'fill', ...about, ...ASSETS, venueOrderId, tradeId: `${order}-${at}` },
    ...{
      price: '1',
      quantity: '1',
      fee: '0',
      feeAsset: 'USDT',
      feeConversion: null,
      liquidity: 'taker',
      venueTimeMs: OLD_US / 1000,
    },
  });
  return [
    { ...told, step: 'sending', state: 'pending', venueOrderId: null, filledQuantity: null },
    { ...told, step: 'changed', state: 'filled', venueOrderId, filledQuantity: String(FILLS_EACH) },
    ...Array.from({ length: FILLS_EACH }, (_, at) => fill(at)),
  ];
}

function stamp(order: number) {
  return { tsUs: OLD_US + order * 1000, monotonicUs: order * 1000, turn: order };
}
