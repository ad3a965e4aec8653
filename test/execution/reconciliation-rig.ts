import { Exact } from '../../src/domain/decimal.js';
import type { TradableInstrument } from '../../src/domain/instrument.js';
import type { Fill } from '../../src/domain/order.js';
import type { Market, VenueId } from '../../src/domain/venue.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { PositionReconciler } from '../../src/execution/reconciler.js';
import type { AccountName, ReconciliationSettings } from '../../src/execution/reconciliation-types.js';

/** An instrument of a base asset in USDT; contracts of a tenth of it on futures. */
export function listed(
  venue: VenueId,
  market: Market,
  base = 'ABC',
  rules: Partial<TradableInstrument['rules']> = {},
): TradableInstrument {
  const symbol = market === 'spot' ? `${base}USDT` : `${base}_USDT`;
  const contractSize = market === 'spot' ? '1' : '0.1';
  return {
    venue,
    market,
    symbol,
    base,
    quote: 'USDT',
    priceDecimals: 2,
    qtyDecimals: 3,
    contractSize,
    takerFeeBps: 10,
    makerFeeBps: 10,
    requestName: symbol,
    aliases: [],
    rules: {
      tickSize: '0.01',
      lotSize: market === 'spot' ? '0.001' : '1',
      minQty: market === 'spot' ? '0.01' : '1',
      maxQty: null,
      maxMarketQty: null,
      minQuoteAmount: '5',
      maxQuoteAmount: null,
      quoteStep: null,
      ...rules,
    },
    contract:
      market === 'spot'
        ? null
        : {
            venue,
            symbol,
            underlying: { base, quote: 'USDT' },
            contractType: 'perpetual',
            settlementDate: null,
            contractSize,
            tickSize: '0.01',
            fundingInterval: 8,
            maxLeverage: 10,
          },
  };
}

let trades = 0;

/** A fill of ABC; a trade of its own unless named. */
export function fillOf(
  account: AccountName,
  side: Fill['side'],
  quantity: string,
  price: string,
  more: Partial<Fill> = {},
): Fill {
  return {
    ...account,
    symbol: account.market === 'spot' ? 'ABCUSDT' : 'ABC_USDT',
    tradeId: `t${++trades}`,
    venueOrderId: 'o',
    clientOrderId: null,
    side,
    price,
    quantity,
    fee: '0',
    feeAsset: 'USDT',
    liquidity: 'taker',
    timeMs: 0,
    ...more,
  };
}

export const SPOT: AccountName = { venue: 'binance', market: 'spot' };
export const PERPS: AccountName = { venue: 'gateio', market: 'futures' };
export const OTHER: AccountName = { venue: 'mexc', market: 'spot' };
export const SETTLE_MS = 1_000;

/** A reconciler of three accounts with a start: 10 ABC and 1000 USDT in each wallet, and no position. */
export function reconcilerRig(settings: Partial<ReconciliationSettings> = {}) {
  const time = new VirtualTime();
  const accounts = [SPOT, PERPS, OTHER];
  /** About what funding is due in USDT at PERPS. */
  const funding = { due: '0' };
  const reconciler = new PositionReconciler({
    clock: time,
    accounts,
    instruments: accounts.map(({ venue, market }) => listed(venue, market)),
    prices: () => ({ bid: '100', ask: '101' }),
    fundingDue: ({ venue }) => {
      const amount = new Exact(venue === PERPS.venue ? funding.due : 0);
      return { amount, size: amount.abs() };
    },
    onFunding: () => {
      funding.due = '0';
    },
    settings: { settleMs: SETTLE_MS, settleMsMax: 10 * SETTLE_MS, toleranceDefault: '0', roundingPerClose: '0', ...settings },
  });
  for (const account of accounts) {
    const balances = [{ asset: 'USDT', total: '1000' }];
    if (account.market === 'spot') balances.push({ asset: 'ABC', total: '10' });
    reconciler.begin({ ...account, balances, positions: [] });
    reconciler.onAccount(account.venue, account.market, { kind: 'reconciled' });
  }
  const balance = (account: AccountName, asset: string, total: string): void =>
    reconciler.onAccount(account.venue, account.market, {
      kind: 'balance',
      balance: { venue: account.venue, asset, total, available: null },
    });
  const position = (account: AccountName, signedSize: string): void =>
    reconciler.onAccount(account.venue, account.market, {
      kind: 'position',
      position: { venue: account.venue, symbol: 'ABC_USDT', signedSize, entryPrice: null },
    });
  return { time, reconciler, balance, position, funding, pass: (ms: number) => time.run(ms * 1_000) };
}
