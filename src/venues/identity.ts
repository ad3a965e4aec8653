import type { VenueId } from '../domain/venue.js';

/**
 * Codes by which a venue calls an asset differently from the others, or under which it lists another asset than the others do.
 * Two instruments are the same only when their canonical assets are; a ticker alone proves nothing. The table is that of ccxt's
 * `commonCurrencies` for these venues, the most complete public record of such collisions.
 */
const OWN_CODES: Readonly<Record<VenueId, Readonly<Record<string, string>>>> = {
  binance: { XBT: 'BTC', BCHSV: 'BSV', YOYO: 'YOYOW' },
  coinbase: { XBT: 'BTC', BCHSV: 'BSV', CGLD: 'CELO' },
  kraken: {
    XBT: 'BTC',
    XXBT: 'BTC',
    XDG: 'DOGE',
    XXDG: 'DOGE',
    BCHSV: 'BSV',
    LUNA: 'LUNC',
    LUNA2: 'LUNA',
    REPV2: 'REP',
    REP: 'REPV1',
    UST: 'USTC',
    FEE: 'KFEE',
    XETC: 'ETC',
    XETH: 'ETH',
    XLTC: 'LTC',
    XMLN: 'MLN',
    XREP: 'REPV1',
    XXLM: 'XLM',
    XXMR: 'XMR',
    XXRP: 'XRP',
    XZEC: 'ZEC',
    ZAUD: 'AUD',
    ZCAD: 'CAD',
    ZEUR: 'EUR',
    ZGBP: 'GBP',
    ZJPY: 'JPY',
    ZUSD: 'USD',
  },
  mexc: {
    BCHSV: 'BSV',
    BEYONDPROTOCOL: 'BEYOND',
    BIFI: 'BIFIF',
    BYN: 'BEYONDFI',
    COFI: 'COFIX',
    DFI: 'DFISTARTER',
    DFT: 'DFUTURE',
    EGC: 'EGORASCREDIT',
    FLUX1: 'FLUX',
    FLUX: 'FLUX1',
    FREE: 'FREEROSSDAO',
    GAS: 'GASDAO',
    GASNEO: 'GAS',
    GMT: 'GMTTOKEN',
    STEPN: 'GMT',
    HERO: 'STEPHERO',
    MIMO: 'MIMOSA',
    PROS: 'PROSFINANCE',
    SIN: 'SINCITYTOKEN',
    SOUL: 'SOULSWAP',
    XBT: 'XBT-MEXC',
  },
  gateio: {
    XBT: 'BTC',
    BCHSV: 'BSV',
    ORT: 'XREATORS',
    ASS: 'ASSF',
    '88MPH': 'MPH',
    AXIS: 'AXISDEFI',
    BIFI: 'BITCOINFILE',
    BOX: 'DEFIBOX',
    BYN: 'BEYONDFI',
    EGG: 'GOOSEFINANCE',
    GTC: 'GAMECOM',
    GTC_HT: 'GAMECOM_HT',
    GTC_BSC: 'GAMECOM_BSC',
    HIT: 'HITCHAIN',
    MM: 'MILLION',
    MPH: 'MORPHER',
    POINT: 'GATEPOINT',
    RAI: 'RAIREFLEXINDEX',
    SBTC: 'SUPERBITCOIN',
    TNC: 'TRINITYNETWORKCREDIT',
    VAI: 'VAIOT',
    TRAC: 'TRACO',
  },
};

/** Ways to say how many of an asset a price is for: 1000PEPE, PEPE1000, kPEPE, 1MBABYDOGE. */
const MULTIPLIERS: readonly (readonly [pattern: RegExp, multiplier: (digits: string) => number])[] = [
  [/^(10{2,6})([A-Z][A-Z0-9]+)$/, Number],
  [/^(1)M([A-Z][A-Z0-9]{3,})$/, () => 1e6],
  [/^(1)K([A-Z][A-Z0-9]{3,})$/, () => 1e3],
];
const MULTIPLIER_BEHIND = /^([A-Z]{3,})(10{3,6})$/;

/** An asset, and how many of it the price of one unit is for. */
export interface AssetIdentity {
  readonly asset: string;
  readonly multiplier: number;
}

/** What a venue's code stands for. */
export function assetIdentity(venue: VenueId, code: string): AssetIdentity {
  const upper = code.toUpperCase();
  const own = OWN_CODES[venue][upper];
  if (own !== undefined) return { asset: own, multiplier: 1 };
  for (const [pattern, multiplier] of MULTIPLIERS) {
    const [, digits, name] = pattern.exec(upper) ?? [];
    if (digits !== undefined && name !== undefined)
      return { asset: OWN_CODES[venue][name] ?? name, multiplier: multiplier(digits) };
  }
  const [, name, digits] = MULTIPLIER_BEHIND.exec(upper) ?? [];
  if (name !== undefined && digits !== undefined) return { asset: OWN_CODES[venue][name] ?? name, multiplier: Number(digits) };
  return { asset: upper, multiplier: 1 };
}

/**
 * The canonical code of what a venue trades. A multiple keeps its number in front ("1000PEPE", however the venue writes it), so that
 * its price is only ever compared with prices of the same multiple.
 */
export function canonicalAsset(venue: VenueId, code: string): string {
  const { asset, multiplier } = assetIdentity(venue, code);
  return multiplier === 1 ? asset : `${multiplier}${asset}`;
}
