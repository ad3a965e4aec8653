import type { TradableInstrument } from '../../../src/domain/instrument.js';
import type { OrderRequest } from '../../../src/domain/order.js';
import { Directory } from '../../../src/venues/directory.js';
import { futuresInstruments, spotInstruments } from '../../../src/venues/gateio/instruments.js';

export const PAIRS = [
  {
    ...{ id: 'BTC_USDT', base: 'BTC', quote: 'USDT', fee: '0.2', min_base_amount: '0.00001', min_quote_amount: '3' },
    ...{ max_base_amount: '1000', max_quote_amount: '5000000', amount_precision: 6, precision: 1, trade_status: 'tradable' },
    ...{ market_order_max_stock: '100', market_order_max_money: '500000', type: 'normal' },
  },
  { id: 'OLD_USDT', base: 'OLD', quote: 'USDT', fee: '0.2', amount_precision: 2, precision: 4, trade_status: 'untradable' },
  { id: 'ODD' },
];

export const CONTRACT = {
  ...{ name: 'BTC_USDT', type: 'direct', quanto_multiplier: '0.0001', leverage_max: '125', order_price_round: '0.05' },
  ...{
    maker_fee_rate: '-0.0001',
    taker_fee_rate: '0.00075',
    funding_interval: 28_800,
    order_size_min: 1,
    order_size_max: 1_000_000,
  },
  ...{ market_order_size_max: '0', in_delisting: false, status: 'trading' },
};

export const SPOT = only(spotInstruments([PAIRS]));
export const FUTURES = only(
  futuresInstruments([
    [CONTRACT, { ...CONTRACT, name: 'INV_USDT', quanto_multiplier: '0' }, { ...CONTRACT, name: 'GONE_USDT', in_delisting: true }],
    [CONTRACT],
  ]),
);

export function directory(...instruments: TradableInstrument[]): Directory {
  const filled = new Directory();
  filled.fill(instruments);
  return filled;
}

export const ORDER: OrderRequest = {
  ...{ symbol: 'BTC_USDT', side: 'buy', type: 'limit', timeInForce: 'gtc', quantity: '0.01', quoteAmount: null, price: '60000' },
  ...{ clientOrderId: 't-abc', reduceOnly: false },
};

function only(instruments: readonly TradableInstrument[]): TradableInstrument {
  const [first, ...others] = instruments;
  if (first === undefined || others.length > 0) throw new Error(`${instruments.length} instruments`);
  return first;
}
