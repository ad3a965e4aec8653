import { describe, expect, it, test } from 'vitest';
import {
  annualisedFunding,
  basis,
  breakeven,
  datedFairValue,
  expiryStatus,
  fundingPayment,
  perpetualFairValue,
} from '../../src/domain/fair-value.js';
import { faultOf } from './fault.js';

const NOW_MS = 1_767_225_600_000;
const DAY_MS = 86_400_000;
const dated = { spot: '100', future: '101', nowMs: NOW_MS, interestRate: '0.05', baseYield: '0' };
const perpetual = {
  spot: '100',
  perp: '99',
  fundingRates: ['0.01', '-0.002'],
  firstFundingHours: '4',
  intervalHours: 8,
  horizonHours: 20,
  interestRate: '0',
  baseYield: '0',
};

describe('basis', () => {
  it('has no yearly figures from expiry on', () => {
    expect(basis({ ...dated, expiryMs: NOW_MS })).toEqual({
      basis: '1',
      basisPct: '1',
      basisBps: '100',
      daysToExpiry: '0',
      expired: true,
      annualisedSimplePct: null,
      annualisedCompoundPct: null,
    });
    expect(basis({ ...dated, expiryMs: NOW_MS - DAY_MS })).toMatchObject({ daysToExpiry: '-1', expired: true });
  });

  it('is below 0 when the contract is below spot', () => {
    const got = basis({ ...dated, future: '99', expiryMs: NOW_MS + 36.5 * DAY_MS });
    expect(got).toMatchObject({
      basis: '-1',
      basisPct: '-1',
      basisBps: '-100',
      daysToExpiry: '36.5',
      annualisedSimplePct: '-10',
    });
    expect(Number(got.annualisedCompoundPct)).toBeCloseTo((0.99 ** 10 - 1) * 100, 10);
  });

  it('has a figure a millisecond before expiry, however large', () => {
    const got = basis({ ...dated, expiryMs: NOW_MS + 1 });
    expect(got.annualisedSimplePct).toBe('31536000000');
    expect(got.annualisedCompoundPct).toMatch(/^\d\.\d+e\+\d{9}$/);
  });
});

describe('fair value', () => {
  it('is spot at expiry and nothing after it', () => {
    expect(datedFairValue({ ...dated, expiryMs: NOW_MS })).toEqual({
      fairSimple: '100',
      fairContinuous: '100',
      mispricingBpsSimple: '100',
      mispricingBpsContinuous: '100',
    });
    expect(faultOf(() => datedFairValue({ ...dated, expiryMs: NOW_MS - 1 }))).toBe('EXPIRED');
  });

  it('counts the payment at the horizon, and none when the first is behind it', () => {
    expect(perpetualFairValue(perpetual)).toMatchObject({
      payments: 3,
      fundingSum: '0.006',
      fairSimple: '99.4',
      basisBps: '-100',
    });
    expect(perpetualFairValue({ ...perpetual, horizonHours: '19.99' })).toMatchObject({ payments: 2, fundingSum: '0.008' });
    expect(perpetualFairValue({ ...perpetual, horizonHours: '3.99' })).toMatchObject({ payments: 0, fundingSum: '0' });
    expect(perpetualFairValue({ ...perpetual, firstFundingHours: 0, horizonHours: 0 })).toMatchObject({ payments: 1 });
  });

  it('has no mispricing against a fair value of 0', () => {
    const worthless = perpetualFairValue({ ...perpetual, fundingRates: ['1'], horizonHours: 4 });
    expect(worthless).toMatchObject({ fairSimple: '0', mispricingBpsSimple: null, mispricingBpsContinuous: null });
  });
});

test('funding: longs pay a rate above 0', () => {
  const terms = { contractSize: '0.01', mark: '60000', rate: '0.0001' };
  expect(fundingPayment({ ...terms, contracts: '100' })).toBe('-6');
  expect(fundingPayment({ ...terms, contracts: '-100' })).toBe('6');
  expect(fundingPayment({ ...terms, contracts: '0' })).toBe('0');
  expect(annualisedFunding({ rate: '0.0001', intervalHours: 8 })).toBe('10.95');
  expect(annualisedFunding({ rate: '-0.0001', intervalHours: '8' })).toBe('-10.95');
});

test.each([
  [4 * DAY_MS, 'active', '4'],
  [3 * DAY_MS + 1, 'active', '3.000000011574074074074074074074074074074'],
  [3 * DAY_MS, 'rollover', '3'],
  [0, 'expired', '0'],
  [-DAY_MS / 2, 'expired', '-0.5'],
])('%i ms before expiry a contract is %s', (leftMs, status, daysToExpiry) => {
  const terms = { nowMs: NOW_MS, expiryMs: NOW_MS + leftMs, rolloverWindowMs: 3 * DAY_MS };
  expect(expiryStatus(terms)).toEqual({ status, daysToExpiry });
  expect(expiryStatus({ ...terms, expiryMs: null })).toEqual({ status: 'perpetual', daysToExpiry: null });
});

test('break-even: payments that just cover the loss are enough, one that gains nothing never is', () => {
  const trade = {
    spotIn: '100',
    perpIn: '100',
    spotOut: '100',
    perpOut: '100',
    spotFee: '0.001',
    perpFee: '0.0005',
    funding: [['0.002', '100']] as const,
    expectedRate: '0.0001',
    expectedMark: '100',
  };
  expect(breakeven(trade)).toEqual({
    entryBasis: '0',
    exitBasis: '0',
    fees: '0.3',
    funding: '0.2',
    net: '-0.1',
    netPct: '-0.1',
    breakevenExitBasis: '-0.09995002498750624687656171914042978510745',
    breakevenPayments: 30,
  });
  expect(breakeven({ ...trade, expectedRate: '0.00011' }).breakevenPayments).toBe(28);
  expect(breakeven({ ...trade, expectedRate: '-0.0001' }).breakevenPayments).toBeNull();
  expect(breakeven({ ...trade, perpIn: '101', expectedRate: '0' }).breakevenPayments).toBe(0);
});
