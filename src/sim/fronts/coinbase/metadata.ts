import type { SimulatedInstrument } from '../../market/instruments.js';
import { stepText } from '../decimal-text.js';

/** The row of a product in `GET /products`. */
export function product(instrument: SimulatedInstrument): Record<string, unknown> {
  return {
    id: instrument.symbol,
    base_currency: instrument.base,
    quote_currency: instrument.quote,
    quote_increment: stepText(instrument.priceDecimals, instrument.tickUnits),
    base_increment: stepText(instrument.qtyDecimals),
    display_name: instrument.symbol,
    min_market_funds: String(instrument.minNotional),
    margin_enabled: false,
    fx_stablecoin: false,
    max_slippage_percentage: '0.02000000',
    post_only: false,
    limit_only: false,
    cancel_only: false,
    trading_disabled: false,
    status: 'online',
    status_message: '',
    auction_mode: false,
    high_bid_limit_percentage: '',
  };
}

/** The row of an asset in `GET /currencies`. */
export function currency(id: string): Record<string, unknown> {
  return {
    id,
    name: id,
    min_size: '0.00000001',
    status: 'online',
    message: '',
    max_precision: '0.00000001',
    convertible_to: [],
    details: { type: 'crypto' },
    default_network: 'ethereum',
    supported_networks: [],
  };
}
