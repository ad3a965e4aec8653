import { describe, expect, it } from 'vitest';
import type { TradableInstrument } from '../../src/domain/instrument.js';
import type { Ticker } from '../../src/domain/market-data.js';
import type { VenueId } from '../../src/domain/venue.js';
import { DEFAULT_DISCOVERY, TierThreeSymbolDiscovery, type VenueListings } from '../../src/market/discovery.js';
import { tierOf } from '../../src/market/tiers.js';

type Quote = readonly [base: string, price: string, quoteVolume24h: string];

function listings(venue: VenueId, quotes: readonly Quote[]): VenueListings {
  const instruments = quotes.map(
    ([base]): TradableInstrument => ({
      venue,
      market: 'spot',
      symbol: `${base}_at_${venue}`,
      requestName: base,
      aliases: [],
      base,
      quote: 'USDT',
      priceDecimals: 4,
      qtyDecimals: 2,
      contractSize: '1',
      takerFeeBps: 10,
      makerFeeBps: 10,
      contract: null,
      rules: {
        tickSize: '0.0001',
        lotSize: '0.01',
        minQty: '0.01',
        maxQty: null,
        maxMarketQty: null,
        minQuoteAmount: '5',
        maxQuoteAmount: null,
        quoteStep: '0.01',
      },
    }),
  );
  const tickers = quotes.map(
    ([base, last, quoteVolume24h]): Ticker => ({ symbol: `${base}_at_${venue}`, last, bid: null, ask: null, quoteVolume24h }),
  );
  return { venue, instruments, tickers };
}

const discover = (rounds: readonly (readonly VenueListings[])[], options = {}): TierThreeSymbolDiscovery => {
  const discovery = new TierThreeSymbolDiscovery({ ...DEFAULT_DISCOVERY, ...options });
  for (const round of rounds) discovery.observe(round);
  return discovery;
};

describe('discovery of third-tier symbols', () => {
  it('finds thin assets on two venues whose typical spread is wide, the widest first', () => {
    const found = discover([
      [
        listings('mexc', [
          ['THIN', '1.00', '50000'],
          ['WIDE', '2.00', '60000'],
          ['TIGHT', '3.00', '60000'],
          ['ALONE', '4.00', '60000'],
        ]),
        listings('gateio', [
          ['THIN', '1.015', '40000'],
          ['WIDE', '2.08', '30000'],
          ['TIGHT', '3.003', '60000'],
        ]),
      ],
    ]).discoverArbitrageSymbols();
    expect(found.map(({ base }) => base)).toEqual(['WIDE', 'THIN']);
    expect(found[0]).toMatchObject({ quote: 'USDT', spreadSamples: 1 });
    expect(found[0]?.typicalSpreadPct).toBeCloseTo(4, 9);
    expect(found[0]?.listings.map(({ venue, symbol }) => [venue, symbol])).toEqual([
      ['mexc', 'WIDE_at_mexc'],
      ['gateio', 'WIDE_at_gateio'],
    ]);
  });

  it('judges by the typical spread and not by one moment', () => {
    const round = (price: string): VenueListings[] => [
      listings('mexc', [['JUMPY', '1.00', '50000']]),
      listings('gateio', [['JUMPY', price, '50000']]),
    ];
    const calm = discover([round('1.001'), round('1.001'), round('1.20')]);
    expect(calm.discoverArbitrageSymbols()).toEqual([]);
    const wide = discover([round('1.02'), round('1.03'), round('1.001')]);
    expect(wide.discoverArbitrageSymbols()[0]).toMatchObject({ base: 'JUMPY', spreadSamples: 3 });
    expect(wide.discoverArbitrageSymbols()[0]?.typicalSpreadPct).toBeCloseTo(2, 9);
  });

  it('refuses another asset of the same ticker by its price, and says so', () => {
    const discovery = discover([
      [
        listings('mexc', [['TWIN', '1.00', '50000']]),
        listings('gateio', [['TWIN', '740', '50000']]),
        listings('binance', [['TWIN', '1.02', '50000']]),
      ],
    ]);
    expect(discovery.discoverArbitrageSymbols()[0]?.listings.map(({ venue }) => venue)).toEqual(['mexc', 'binance']);
    expect(discovery.leftOut()).toEqual([
      { base: 'TWIN', quote: 'USDT', reason: "gateio: TWIN_at_gateio at 740 is 740.0 times the others' price, so another asset" },
    ]);
  });

  it('leaves out majors, stablecoins, leveraged tokens, what is traded well and what is not traded', () => {
    const quotes: Quote[] = [
      ['BTC', '64000', '9000000'],
      ['USDC', '1.00', '50000'],
      ['XRP3L', '1.00', '50000'],
      ['BUSY', '1.00', '7000000'],
      ['DEAD', '1.00', '12'],
    ];
    const wider = quotes.map(([base, price, volume]): Quote => [base, String(Number(price) * 1.05), volume]);
    const discovery = discover([[listings('mexc', quotes), listings('gateio', wider)]]);
    expect(discovery.discoverArbitrageSymbols()).toEqual([]);
    expect(discovery.leftOut().map(({ base, reason }) => `${base}: ${reason}`)).toEqual([
      'BTC: tier 1',
      'USDC: no asset of its own price',
      'XRP3L: no asset of its own price',
      'BUSY: tier 2',
      'DEAD: 24 h volume 12 is below 10000',
    ]);
  });

  it('answers whether an asset can be bought here and sold there', () => {
    const discovery = discover([
      [
        listings('mexc', [
          ['A1', '1', '1'],
          ['B1', '1', '1'],
        ]),
        listings('kraken', [['A1', '1', '1']]),
      ],
    ]);
    expect(discovery.validateCrossExchangeAvailability('A1')).toBe(true);
    expect(discovery.validateCrossExchangeAvailability('B1')).toBe(false);
  });

  it('finds fifty and more when there are as many', () => {
    const names = Array.from({ length: 60 }, (_, i) => `COIN${i}X`);
    const found = discover([
      [
        listings(
          'mexc',
          names.map((name): Quote => [name, '1', '20000']),
        ),
        listings(
          'gateio',
          names.map((name): Quote => [name, '1.02', '20000']),
        ),
      ],
    ]).discoverArbitrageSymbols();
    expect(found).toHaveLength(60);
  });
});

it('classes assets by name and volume', () => {
  expect(tierOf('ETH', 1)).toBe(1);
  expect(tierOf('WBTC', 1)).toBe(1);
  expect(tierOf('FDUSD', 1)).toBe('excluded');
  expect(tierOf('ETH5S', 1)).toBe('excluded');
  expect(tierOf('ADAUP', 1)).toBe('excluded');
  expect(tierOf('JUP', 1)).toBe(3);
  expect(tierOf('SYRUP', 1)).toBe(3);
  expect(tierOf('SOMETHING', 200e6)).toBe(1);
  expect(tierOf('SOMETHING', 6e6)).toBe(2);
  expect(tierOf('SOMETHING', 4e6)).toBe(3);
});
