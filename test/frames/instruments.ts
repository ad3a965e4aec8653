import type { InstrumentSpec } from './book-model.js';

/** A dear, a middling and a cheap coin, with the scales that such pairs have on venues. */
const COINS = [
  { base: 'BTC', priceScale: 2, qtyScale: 8, startPrice: 6_318_012, typicalQty: 12_000_000 },
  { base: 'DOT', priceScale: 4, qtyScale: 2, startPrice: 43_5083, typicalQty: 18_000 },
  { base: 'ADA', priceScale: 4, qtyScale: 1, startPrice: 5_871, typicalQty: 5_000 },
] as const;

/** The same three instruments under a venue's names, with other quantity decimals where the venue counts contracts. */
export function instruments(nameOf: (base: string) => string, qtyScale?: number): InstrumentSpec[] {
  return COINS.map((coin) => ({
    symbol: nameOf(coin.base),
    priceScale: coin.priceScale,
    qtyScale: qtyScale ?? coin.qtyScale,
    startPrice: coin.startPrice,
    typicalQty: qtyScale === undefined ? coin.typicalQty : 3000,
  }));
}
