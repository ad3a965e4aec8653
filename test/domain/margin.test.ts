import { describe, expect, it, test } from 'vitest';
import type { CalculationFault } from '../../src/domain/calculation-error.js';
import {
  commonSize,
  convertToContracts,
  fundingEffect,
  minimumMargin,
  type PositionTerms,
  positionFigures,
} from '../../src/domain/margin.js';
import { faultOf } from './fault.js';

const long: PositionTerms = {
  side: 'long',
  contracts: '100',
  contractSize: '0.01',
  entry: '60000',
  mark: '57000',
  leverage: '10',
  maintenanceRate: '0.01',
  maintenanceAmount: '50',
  liquidationFeeRate: '0.0005',
  addedMargin: '100',
  funding: '-20',
};

describe('position', () => {
  it('has the figures of its formulas', () => {
    expect(positionFigures(long)).toEqual({
      base: '1',
      notionalEntry: '60000',
      initialMargin: '6000',
      walletMargin: '6080',
      unrealised: '-3000',
      marginBalance: '3080',
      notional: '57000',
      maintenanceMargin: '520',
      liquidationFee: '28.5',
      marginRatio: '0.1688311688311688311688311688311688311688',
      liquidationPrice: '54441.63719050025265285497726124305204649',
      liquidated: false,
      liquidationDistancePct: '4.488355806139907626570215331152540269319',
      bankruptcyPrice: '53920',
      effectiveLeverage: '18.50649350649350649350649350649350649351',
    });
  });

  it('cannot be liquidated at any price when its margin covers everything', () => {
    const safe = positionFigures({ ...long, leverage: '1' });
    expect(safe).toMatchObject({
      liquidationPrice: null,
      liquidationDistancePct: null,
      bankruptcyPrice: null,
      liquidated: false,
    });
  });

  it('has no ratio and no leverage without a balance, and is liquidated', () => {
    const ruined = positionFigures({ ...long, addedMargin: '-7000', funding: '0' });
    expect(ruined).toMatchObject({ marginRatio: null, effectiveLeverage: null, liquidated: true, marginBalance: '-4000' });
    const short = positionFigures({ ...long, side: 'short', addedMargin: '-70000' });
    expect(short).toMatchObject({ liquidationPrice: null, bankruptcyPrice: null, liquidated: true });
  });

  it('may leave out what is 0', () => {
    const { maintenanceAmount, addedMargin, funding, ...rest } = long;
    expect(positionFigures(rest)).toEqual(positionFigures({ ...rest, maintenanceAmount: '0', addedMargin: '0', funding: '0' }));
  });
});

// Goal: each fault by itself, and of several the first in the stated order.
const wrong = { leverage: '0', contracts: '-1', contractSize: '0', entry: '0', mark: '-5', liquidationFeeRate: '0.99' };
test.each<[CalculationFault, Partial<PositionTerms>]>([
  ['INVALID_LEVERAGE', wrong],
  ['INVALID_LEVERAGE', { leverage: '-3' }],
  ['INVALID_LEVERAGE', { leverage: 'x' }],
  ['INVALID_QUANTITY', { ...wrong, leverage: '1' }],
  ['INVALID_QUANTITY', { contracts: '0' }],
  ['INVALID_QUANTITY', { contractSize: '-1' }],
  ['INVALID_PRICE', { ...wrong, leverage: '1', contracts: '1', contractSize: '1' }],
  ['INVALID_PRICE', { entry: '0' }],
  ['INVALID_PRICE', { mark: '0' }],
  ['INVALID_RATE', { liquidationFeeRate: '0.99' }],
])('%s of %j', (fault, change) => {
  expect(faultOf(() => positionFigures({ ...long, ...change }))).toBe(fault);
});

test('the same faults where only some of the numbers are given', () => {
  const funded = { ...long, base: '1', payments: [['0.0001', '60000']] as const };
  expect(faultOf(() => fundingEffect({ ...funded, leverage: '0', base: '0' }))).toBe('INVALID_LEVERAGE');
  expect(faultOf(() => fundingEffect({ ...funded, base: '0', entry: '0' }))).toBe('INVALID_QUANTITY');
  expect(faultOf(() => fundingEffect({ ...funded, payments: [['0.0001', '0']] }))).toBe('INVALID_PRICE');
  const guarded = { ...long, base: '1', distancePct: '5' };
  expect(faultOf(() => minimumMargin({ ...guarded, entry: '-1', maintenanceRate: '1' }))).toBe('INVALID_PRICE');
  expect(faultOf(() => minimumMargin({ ...guarded, maintenanceRate: '1' }))).toBe('INVALID_RATE');
  expect(faultOf(() => convertToContracts({ base: '1', contractSize: '0', contractLot: '1' }))).toBe('INVALID_QUANTITY');
  expect(faultOf(() => convertToContracts({ base: '1', contractSize: '1', contractLot: '0' }))).toBe('INVALID_QUANTITY');
});

test('funding that a long pays brings its liquidation nearer, that of a short farther', () => {
  const position = { ...long, base: '1', maintenanceAmount: '0', maintenanceRate: '0', liquidationFeeRate: '0' };
  const payments = [
    ['0.001', '60000'],
    ['-0.0005', '60000'],
  ] as const;
  expect(fundingEffect({ ...position, payments })).toEqual({
    liquidationPriceBefore: '54000',
    liquidationPrices: ['54060', '54030'],
    totalCash: '-30',
    walletMargin: '5970',
  });
  expect(fundingEffect({ ...position, side: 'short', payments })).toEqual({
    liquidationPriceBefore: '66000',
    liquidationPrices: ['66060', '66030'],
    totalCash: '30',
    walletMargin: '6030',
  });
});

test('sizes: whole lots of contracts, and nothing where the target is below one common lot', () => {
  expect(convertToContracts({ base: '6.872624', contractSize: '10', contractLot: '0.01' })).toEqual({
    contracts: '0.68',
    contractsBase: '6.8',
    residualBase: '0.072624',
  });
  const venues = [
    { contractSize: '0.0001', contractLot: '1' },
    { contractSize: '1', contractLot: '0.00025' },
    { contractSize: '0.01', contractLot: '3e-2' },
  ] as const;
  expect(commonSize({ targetBase: '1.0004', venues })).toEqual({
    commonGrid: '0.0015',
    base: '0.999',
    contracts: ['9990', '0.999', '99.9'],
    feasible: true,
  });
  expect(commonSize({ targetBase: '0.0014', venues })).toEqual({
    commonGrid: '0.0015',
    base: '0',
    contracts: ['0', '0', '0'],
    feasible: false,
  });
});
