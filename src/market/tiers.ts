/** Assets that every venue trades by the billion, and wrapped or staked forms of them: no thin market to be found there. */
const MAJORS = new Set([
  ...[
    'BTC',
    'ETH',
    'BNB',
    'SOL',
    'XRP',
    'ADA',
    'DOGE',
    'TRX',
    'AVAX',
    'DOT',
    'LINK',
    'LTC',
    'BCH',
    'TON',
    'SHIB',
    'MATIC',
    'POL',
  ],
  ...['WBTC', 'CBBTC', 'TBTC', 'WETH', 'STETH', 'WSTETH', 'CBETH', 'RETH', 'WBETH', 'BETH', 'WBNB', 'JITOSOL', 'MSOL', 'BNSOL'],
]);

/** Coins that stand for a currency, and currencies. */
const STABLES = new Set([
  ...['USDT', 'USDC', 'DAI', 'FDUSD', 'TUSD', 'USDP', 'PYUSD', 'USDE', 'USDD', 'GUSD', 'LUSD', 'FRAX', 'SUSD', 'USTC', 'BUSD'],
  ...[
    'USD1',
    'USDS',
    'RLUSD',
    'XUSD',
    'USDQ',
    'USDR',
    'USDG',
    'EURC',
    'EURI',
    'EURT',
    'EURQ',
    'EURR',
    'AEUR',
    'EURS',
    'PAXG',
    'XAUT',
  ],
  ...['USD', 'EUR', 'GBP', 'JPY', 'CHF', 'CAD', 'AUD', 'BRL', 'TRY', 'ARS', 'MXN', 'PLN', 'UAH', 'ZAR'],
]);

/** A leveraged token changes what it holds by itself: BTC3L, ETH5S. */
const LEVERAGED = /^[A-Z0-9]{2,}[2-5][LS]$/;
/** Others are named after a major: ADAUP, BTCBEAR. Not everything that ends so is one: JUP, SYRUP. */
const NAMED_LEVERAGED = /^([A-Z0-9]{2,})(UP|DOWN|BULL|BEAR)$/;

/** How an asset's market is classed: 1 the majors, 2 well traded, 3 thin; `excluded` is no asset whose price moves freely. */
export type Tier = 1 | 2 | 3 | 'excluded';

/** 24 h volumes in the quote asset, from which on a market is of that tier; the smallest venue's volume decides. */
const TIER_TWO_QUOTE_VOLUME = 5_000_000;
const TIER_ONE_QUOTE_VOLUME = 100_000_000;

/**
 * The tier of an asset.
 * @param base canonical asset, a multiple ("1000PEPE") included
 * @param quoteVolume24h the smallest of its volumes on the venues that would trade it
 */
export function tierOf(base: string, quoteVolume24h: number): Tier {
  const [, named = ''] = NAMED_LEVERAGED.exec(base) ?? [];
  if (STABLES.has(base) || LEVERAGED.test(base) || MAJORS.has(named)) return 'excluded';
  if (MAJORS.has(base) || quoteVolume24h >= TIER_ONE_QUOTE_VOLUME) return 1;
  return quoteVolume24h >= TIER_TWO_QUOTE_VOLUME ? 2 : 3;
}
