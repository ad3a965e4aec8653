// P16: same ticker, other coin. A price that is far from the others' is another asset, or a contract of many units, never a profit.
import { describe, expect, it } from 'vitest';
import { ListingGuard } from '../../src/engine/listing-guard.js';
import { samePrice } from '../../src/market/price-identity.js';
import { Rig } from '../../src/sim/lab/rig.js';
import { threeTierDefinition } from '../../src/strategy/three-tier/three-tier-strategy.js';
import { assetIdentity, canonicalAsset } from '../../src/venues/identity.js';

const listing = (venue: string, price: string): { venue: string; symbol: string; price: string } => ({
  venue,
  symbol: `X@${venue}`,
  price,
});
const judged = (...prices: readonly string[]): { same: string[]; refused: string[] } => {
  const { same, refused } = samePrice(prices.map((price, index) => listing(String(index), price)));
  return { same: same.map(({ price }) => price), refused: refused.map(({ reason }) => reason) };
};

describe('P16: same ticker, other coin', () => {
  it('believes the majority and refuses the stranger', () => {
    expect(judged('1', '1.01', '10000')).toEqual({
      same: ['1', '1.01'],
      refused: ["X@2 at 10000 is 1.000e+4 times the others' price, so another asset; perhaps a contract of 10^4 units"],
    });
  });

  it('trades nothing when two venues disagree and nobody can say which is which', () => {
    expect(judged('1', '1.4').same).toEqual([]);
    expect(judged('1', '1.02', '5', '5.1').same).toEqual([]);
  });

  it('knows a wide but real spread from another asset', () => {
    expect(judged('1', '1.25').same).toEqual(['1', '1.25']);
  });

  it('does not let a chain of small steps join two assets', () => {
    expect(judged('1', '1.2', '1.4', '1.65').same).toEqual([]);
  });

  it('refuses a listing without a price', () => {
    expect(judged('0', '1', '1').refused).toEqual(['X@0 has no price']);
  });

  it('keeps multiples apart, however the venue writes them', () => {
    expect(canonicalAsset('binance', '1000PEPE')).toBe('1000PEPE');
    expect(canonicalAsset('binance', 'PEPE')).toBe('PEPE');
    expect(assetIdentity('binance', '1000PEPE')).toEqual({ asset: 'PEPE', multiplier: 1000 });
    expect(assetIdentity('gateio', '1MBABYDOGE')).toEqual({ asset: 'BABYDOGE', multiplier: 1e6 });
  });

  it('knows codes under which venues list other assets', () => {
    expect(canonicalAsset('kraken', 'XDG')).toBe('DOGE');
    expect(canonicalAsset('mexc', 'GAS')).not.toBe(canonicalAsset('gateio', 'GAS'));
  });
});

describe('P16: a spread too good to be one', () => {
  it.each([
    ['a thousand times the price', '1200.0000', '1201.0000'],
    ['half as much again', '1.5000', '1.5100'],
  ])('raises an alert and is not traded: %s', (_, bid, ask) => {
    const rig = new Rig({ rows: [[{ venue: 'mexc' }, { venue: 'gateio' }]] });
    rig.run(rig.make(threeTierDefinition, { confirmMs: 0, confirmations: 0, minConfidence: 0 }));
    rig.setBook(rig.book('mexc'), [['0.9900', '500']], [['1.0000', '500']]);
    rig.setBook(rig.book('gateio'), [[bid, '500']], [[ask, '500']]);
    for (let turn = 0; turn < 10; turn++) expect(rig.turn()).toEqual([]);
    expect(rig.events.map(({ kind }) => kind)).toEqual(['implausible-spread']);
  });
});

describe('P16: a listing that is another asset', () => {
  it('does not hide what the others offer, and comes back when it agrees', () => {
    const venues = (['mexc', 'gateio', 'kraken'] as const).map((venue) => ({ venue, takerFeeBps: 10 }));
    const rig = new Rig({ rows: [venues] });
    const changes: string[] = [];
    const guard = new ListingGuard(rig.universe, rig.scanner, (_, book, isListed) =>
      changes.push(`${rig.universe.books[book]?.instrument.venue} ${isListed ? 'in' : 'out'}`),
    );
    rig.setBook(rig.book('mexc'), [['0.9900', '500']], [['1.0000', '500']]);
    rig.setBook(rig.book('gateio'), [['1.0500', '500']], [['1.0600', '500']]);
    rig.setBook(rig.book('kraken'), [['870.0000', '500']], [['871.0000', '500']]);
    rig.turn();
    expect(rig.scanner.sellVenue(0)).toBe(2);
    guard.look(rig.market);
    rig.scanner.scanAll(rig.nowUs, 5e6);
    expect([rig.scanner.buyVenue(0), rig.scanner.sellVenue(0), rig.scanner.bestSize(0)]).toEqual([0, 1, 3]);
    guard.look(rig.market);
    rig.setBook(rig.book('kraken'), [['1.0400', '500']], [['1.0500', '500']]);
    rig.turn();
    guard.look(rig.market);
    expect(changes).toEqual(['kraken out', 'kraken in']);
  });

  it('leaves prices alone that differ a little, whatever their order', () => {
    const venues = (['mexc', 'gateio', 'kraken'] as const).map((venue) => ({ venue }));
    const rig = new Rig({ rows: [venues] });
    ['1.0002', '1.0001', '1.0000'].forEach((bid, place) => {
      const book = rig.universe.books[place];
      if (book !== undefined) rig.setBook(book, [[bid, '5']], [['1.0010', '5']]);
    });
    rig.turn();
    new ListingGuard(rig.universe, rig.scanner, () => expect.unreachable()).look(rig.market);
  });

  it('cannot be told where two venues disagree: both stay, and nothing is traded', () => {
    const rig = new Rig({ rows: [[{ venue: 'mexc' }, { venue: 'gateio' }]] });
    rig.setBook(rig.book('mexc'), [['0.9900', '500']], [['1.0000', '500']]);
    rig.setBook(rig.book('gateio'), [['2.0000', '500']], [['2.0100', '500']]);
    rig.turn();
    new ListingGuard(rig.universe, rig.scanner, () => expect.unreachable()).look(rig.market);
    expect([rig.scanner.isListed(0, 0), rig.scanner.isListed(0, 1)]).toEqual([true, true]);
  });
});
