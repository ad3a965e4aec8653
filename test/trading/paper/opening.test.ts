// Goal: a new paper account has what it needs to buy and to sell, and one of before has what its ledger says.
import { describe, expect, it } from 'vitest';
import { Rig as Lab } from '../../../src/sim/lab/rig.js';
import { firstOpening, ledgerOpenings } from '../../../src/trading/paper/opening.js';
import { CheckedLedger } from '../checked-ledger.js';

describe('a first opening', () => {
  it('has the quote asset, and of each base asset that has a price as many lots as the amount buys', () => {
    const lab = new Lab({
      rows: [[{ venue: 'mexc' }, { venue: 'gateio' }], [{ venue: 'mexc', base: 'XYZ' }], [{ venue: 'mexc', market: 'futures' }]],
    });
    lab.setBook(lab.book('mexc', 'spot', 'ABC'), [['2.9', '1']], [['3.1', '1']]);
    lab.setBook(lab.book('gateio'), [['2', '1']], [['4', '1']]);
    lab.setBook(lab.book('mexc', 'futures'), [['3', '1']], [['4', '1']]);
    lab.turn();
    const open = (venue: 'mexc' | 'gateio', market: 'spot' | 'futures') =>
      firstOpening(lab.universe, lab.views, { venue, market }, { quote: '250', inventory: '100' });
    // 100 at 3 is 33.333...: floored to the lot of 0.01.
    const both = [
      { asset: 'USDT', total: '250' },
      { asset: 'ABC', total: '33.33' },
    ];
    expect(open('mexc', 'spot')).toEqual({ balances: both, positions: [] });
    expect(open('gateio', 'spot')).toEqual({ balances: both, positions: [] });
    expect(open('mexc', 'futures')).toEqual({ balances: [{ asset: 'USDT', total: '250' }], positions: [] });
    expect(open('gateio', 'futures')).toEqual({ balances: [], positions: [] });
  });
});

describe('the opening of a ledger', () => {
  it('is nothing for an account that it has never opened', () => {
    expect(ledgerOpenings(new CheckedLedger(), { USDT: 1 })({ venue: 'mexc', market: 'spot' })).toBeNull();
  });
});
