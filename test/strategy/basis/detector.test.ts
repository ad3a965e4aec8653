import { describe, expect, it } from 'vitest';
import { tradable } from '../../../src/sim/lab/instrument.js';
import { SpotFuturesArbitrageDetector } from '../../../src/strategy/basis/detector.js';
import type { FuturesTouch } from '../../../src/strategy/basis/types.js';
import { opened, PERP, quote, SPOT } from './market.js';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_767_225_600_000;
const spot = { instrument: tradable(SPOT), bidPrice: '99.99', askPrice: '100.00' };
const perpetual = (bidPrice: string, askPrice: string, fundingRate: string | null = null): FuturesTouch => ({
  instrument: tradable(PERP),
  bidPrice,
  askPrice,
  fundingRate,
  nextFundingMs: null,
});
const dated = (hours: number, bidPrice: string, askPrice: string): FuturesTouch => ({
  ...perpetual(bidPrice, askPrice),
  instrument: tradable({
    ...PERP,
    contract: { settlementDate: NOW_MS + hours * HOUR_MS, contractType: 'quarterly', fundingInterval: 0 },
  }),
});
const plain = new SpotFuturesArbitrageDetector({ interestRate: '0' });

describe('SpotFuturesArbitrageDetector', () => {
  it('finds what is at least 50 basis points away, executable, and nothing nearer', () => {
    expect(plain.detectBasisOpportunities(spot, [perpetual('100.499', '100.600')], NOW_MS)).toEqual([]);
    const [found] = plain.detectBasisOpportunities(spot, [perpetual('100.500', '100.600')], NOW_MS);
    expect(found).toMatchObject({ direction: 1, spotPrice: '100.00', futuresPrice: '100.500', fundingCost: '0', expiryRisk: 0 });
    expect(found?.basisPoints).toBeCloseTo(50, 9);
    // Sold at 100.500 and bought back at 99.995 and half a spread of 0.05; spot loses its spread; 10 bp and 5 bp of both ways.
    const fees = 0.001 * (100 + 99.99) + 0.0005 * (100.5 + 100.045);
    expect(Number(found?.expectedProfit)).toBeCloseTo(100.5 - 100.045 - 0.01 - fees, 12);
  });

  it('finds the other direction below spot', () => {
    const [found] = plain.detectBasisOpportunities(spot, [perpetual('99.300', '99.400')], NOW_MS);
    expect(found).toMatchObject({ direction: -1, spotPrice: '99.99', futuresPrice: '99.400' });
    expect(found?.basisPoints).toBeLessThan(-50);
  });

  it('counts the funding until the horizon', () => {
    const without = plain.detectBasisOpportunities(spot, [perpetual('101.000', '101.010')], NOW_MS)[0];
    const withIt = plain.detectBasisOpportunities(spot, [perpetual('101.000', '101.010', '0.0004')], NOW_MS)[0];
    // Three payments to 24 hours: one whole, two at half.
    expect(Number(withIt?.fundingCost)).toBeCloseTo(-0.0008 * 101, 12);
    expect(Number(withIt?.expectedProfit) - Number(without?.expectedProfit)).toBeCloseTo(0.0008 * 101, 12);
  });

  it('leaves out what has ended, and doubts what ends soon', () => {
    const found = plain.detectBasisOpportunities(
      spot,
      [dated(-1, '101', '101.01'), dated(12, '101', '101.01'), dated(240, '101.2', '101.21')],
      NOW_MS,
    );
    expect(found.map(({ expiryRisk }) => expiryRisk)).toEqual([0.1, 1]);
    expect(found.map(({ riskAdjustedReturn }) => riskAdjustedReturn > 0)).toEqual([true, false]);
    expect(found[1]?.riskAdjustedReturn).toBe(0);
  });

  it('values a dated contract by interest, and a perpetual by interest and funding', () => {
    const detector = new SpotFuturesArbitrageDetector({ interestRate: '0.0876', horizonHours: 24 });
    const { contract } = perpetual('1', '1').instrument;
    const { contract: quarterly } = dated(1000, '1', '1').instrument;
    if (contract === null || quarterly === null) throw new Error('no contract');
    expect(detector.calculateFairValue('100', quarterly, '0', 1000)).toBe('101');
    expect(detector.calculateFairValue('100', quarterly, '0', 0)).toBe('100');
    // 24 hours of interest are 0.024 %, three payments of 0.04 %, 0.02 % and 0.02 %.
    expect(detector.calculateFairValue('100', contract, '0.0004')).toBe('99.944');
  });

  it('says after how many payments funding has paid for the four trades', () => {
    const { contract } = perpetual('1', '1').instrument;
    if (contract === null) throw new Error('no contract');
    const found = plain.analyzeFundingArbitrage(contract, '0.0004');
    expect(found).toMatchObject({ direction: 1, costBps: '30', breakEvenPayments: 8, breakEvenHours: 64, payments: 3 });
    expect(Number(found.annualisedPct)).toBeCloseTo(43.8, 9);
    expect(found.expectedProfitBps).toBe('-22');
    expect(plain.analyzeFundingArbitrage(contract, '-0.01')).toMatchObject({
      direction: -1,
      breakEvenPayments: 1,
      expectedProfitBps: '170',
    });
    expect(plain.analyzeFundingArbitrage(contract, '0')).toMatchObject({ direction: 0, breakEvenPayments: null, payments: 0 });
  });

  it('agrees with what the strategy expects of the same prices', () => {
    const { rig, spot: spotInfo, perp, open } = opened({}, 0.0004);
    const [found] = plain.detectBasisOpportunities(
      { ...spot, instrument: spotInfo.instrument },
      [{ ...perpetual('100.600', '100.610', '0.0004'), instrument: perp.instrument }],
      NOW_MS,
    );
    expect(10 * Number(found?.expectedProfit)).toBeCloseTo(open.expectedNet, 9);
    quote(rig, perp, '100.600', '100.610');
  });
});
