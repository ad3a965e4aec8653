import type { InstrumentSpec } from './book-model.js';

/** What an instrument is made of, whatever a venue calls it. */
export interface Coin extends Omit<InstrumentSpec, 'symbol'> {
  readonly base: string;
}

/** A dear, a middling and a cheap coin, with the scales that such pairs have on venues. */
const COINS: readonly Coin[] = [
  { base: 'BTC', priceScale: 2, qtyScale: 8, startPrice: 6_318_012, typicalQty: 12_000_000 },
  { base: 'DOT', priceScale: 4, qtyScale: 2, startPrice: 43_5083, typicalQty: 18_000 },
  { base: 'ADA', priceScale: 4, qtyScale: 1, startPrice: 5_871, typicalQty: 5_000 },
];

/** The same instruments under a venue's names, with other quantity decimals where the venue counts contracts. */
export function instruments(nameOf: (base: string) => string, qtyScale?: number, coins = COINS): InstrumentSpec[] {
  return coins.map((coin) => ({
    symbol: nameOf(coin.base),
    priceScale: coin.priceScale,
    qtyScale: qtyScale ?? coin.qtyScale,
    startPrice: coin.startPrice,
    typicalQty: qtyScale === undefined ? coin.typicalQty : 3000,
  }));
}
