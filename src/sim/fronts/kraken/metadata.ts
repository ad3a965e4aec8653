import type { SimulatedInstrument } from '../../market/instruments.js';
import { stepText } from '../decimal-text.js';

/** Assets whose REST names differ from everybody else's. */
const REST_NAMES: Readonly<Record<string, string>> = { BTC: 'XBT', DOGE: 'XDG' };
/** Assets whose internal id still has the prefix of the early days. */
const PREFIXED = new Set(['XBT', 'XDG', 'ETH', 'XRP', 'LTC']);

/** The asset's name in REST answers: XBT, XDG, and everybody else's otherwise. */
export function restName(base: string): string {
  return REST_NAMES[base] ?? base;
}

/** The internal id: key of `Assets`. */
export function assetId(base: string): string {
  const name = restName(base);
  return PREFIXED.has(name) ? `X${name}` : name;
}

/** The pair's id: key of `AssetPairs` and `Depth`. Pairs against Tether never got the prefixes. */
export function pairId({ base, quote }: SimulatedInstrument): string {
  return `${restName(base)}${quote}`;
}

/** The row of a pair in `AssetPairs`. */
export function assetPair(instrument: SimulatedInstrument): Record<string, unknown> {
  const { base, quote, priceDecimals, qtyDecimals, quoteDecimals, tickUnits, minQtyUnits } = instrument;
  const taker = instrument.takerFeeBps / 100;
  const maker = instrument.makerFeeBps / 100;
  return {
    altname: pairId(instrument),
    wsname: `${restName(base)}/${quote}`,
    aclass_base: 'currency',
    base: assetId(base),
    aclass_quote: 'currency',
    quote,
    lot: 'unit',
    cost_decimals: quoteDecimals,
    pair_decimals: priceDecimals,
    lot_decimals: qtyDecimals,
    lot_multiplier: 1,
    leverage_buy: [],
    leverage_sell: [],
    fees: [
      [0, taker],
      [10000, (instrument.takerFeeBps - 5) / 100],
    ],
    fees_maker: [
      [0, maker],
      [10000, (instrument.makerFeeBps - 5) / 100],
    ],
    fee_volume_currency: 'ZUSD',
    margin_call: 80,
    margin_stop: 40,
    ordermin: stepText(qtyDecimals, minQtyUnits),
    costmin: String(instrument.minNotional),
    tick_size: stepText(priceDecimals, tickUnits),
    status: 'online',
  };
}

/** The row of an asset in `Assets`. */
export function assetRow(base: string): Record<string, unknown> {
  return { aclass: 'currency', altname: restName(base), decimals: 10, display_decimals: 5, status: 'enabled' };
}
