import { Decimal, plainText, quotient } from '../../domain/decimal.js';
import { annualisedFunding, breakeven, datedFairValue, expiryStatus, perpetualFairValue } from '../../domain/fair-value.js';
import type { FuturesContract } from '../../domain/instrument.js';
import { roundCost, type TradeLeg } from '../../domain/trade-cost.js';
import type { Direction } from './basis-look.js';
import type { BasisArbitrageOpportunity, FundingArbitrageOpportunity, FuturesTouch, TouchPrices } from './types.js';

const HOUR_MS = 3_600_000;
const YEAR_HOURS = 8760;
const BPS = 10_000;

/** What the detector reckons with. Decimal texts are exact fractions. */
export interface DetectorSettings {
  /** Least executable basis, either way. */
  readonly minBasisPoints: number;
  /** Annual rates. */
  readonly interestRate: string;
  readonly baseYield: string;
  readonly horizonHours: number;
  readonly rolloverWindowHours: number;
  /** Part of the next funding rate that each later one is expected at. */
  readonly fundingPersistence: string;
  /** Taker fees of contracts that are looked at without their books, and expected slippage of every trade. */
  readonly spotFee: string;
  readonly futuresFee: string;
  readonly slippage: string;
  readonly leverage: number;
}

const DEFAULT_DETECTOR_SETTINGS: DetectorSettings = {
  minBasisPoints: 50,
  interestRate: '0.05',
  baseYield: '0',
  horizonHours: 24,
  rolloverWindowHours: 24,
  fundingPersistence: '0.5',
  spotFee: '0.001',
  futuresFee: '0.0005',
  slippage: '0',
  leverage: 3,
};

/**
 * Basis and funding arbitrage between spot and futures, in exact decimals: for reports and single questions. The strategy decides by
 * the same formulas in float64 (BasisLook).
 */
export class SpotFuturesArbitrageDetector {
  private readonly settings: DetectorSettings;

  constructor(settings: Partial<DetectorSettings> = {}) {
    this.settings = { ...DEFAULT_DETECTOR_SETTINGS, ...settings };
  }

  /**
   * Every contract whose executable basis, to sell it and buy spot or the other way round, is at least the threshold; the one with the
   * greatest expected profit first. Contracts that have ended are left out.
   */
  detectBasisOpportunities(spot: TouchPrices, futures: readonly FuturesTouch[], nowMs: number): BasisArbitrageOpportunity[] {
    const found = futures.flatMap((touch) =>
      ([1, -1] as const).flatMap((direction) => this.opportunity(spot, touch, direction, nowMs)),
    );
    return found.sort((left, right) => new Decimal(right.expectedProfit).cmp(left.expectedProfit));
  }

  /**
   * What a contract is worth against a spot price: a dated one by interest until it ends, a perpetual by interest and funding until the
   * horizon.
   * @param fundingRate of the next payment
   * @param timeToExpiry hours until a dated contract ends, or until a perpetual is closed; the horizon unless given
   * @param hoursToFunding until the next payment; a whole interval unless given
   */
  calculateFairValue(
    spotPrice: string,
    contract: FuturesContract,
    fundingRate: string,
    timeToExpiry: number = this.settings.horizonHours,
    hoursToFunding: number = contract.fundingInterval,
  ): string {
    const { interestRate, baseYield } = this.settings;
    const rates = { spot: spotPrice, interestRate, baseYield };
    if (contract.settlementDate !== null || contract.fundingInterval <= 0) {
      return datedFairValue({ ...rates, future: spotPrice, nowMs: 0, expiryMs: timeToExpiry * HOUR_MS }).fairSimple;
    }
    return this.perpetual(spotPrice, contract, fundingRate, timeToExpiry, hoursToFunding).fairSimple;
  }

  /** What receiving the funding of a contract against spot leaves, when the rate goes on as expected and the basis stays. */
  analyzeFundingArbitrage(contract: FuturesContract, fundingRate: string): FundingArbitrageOpportunity {
    const { spotFee, futuresFee, slippage, horizonHours } = this.settings;
    const received = new Decimal(fundingRate).abs();
    const hasFunding = contract.fundingInterval > 0 && !received.isZero();
    const even = { spotIn: '1', perpIn: '1', spotOut: '1', perpOut: '1', expectedMark: '1', expectedRate: plainText(received) };
    const fees = { spotFee: sum(spotFee, slippage), perpFee: sum(futuresFee, slippage) };
    const { fees: cost, breakevenPayments } = breakeven({ ...even, ...fees, funding: [] });
    const { payments, fundingSum } = hasFunding
      ? this.perpetual('1', contract, plainText(received), horizonHours, contract.fundingInterval)
      : { payments: 0, fundingSum: '0' };
    return {
      futuresContract: contract,
      fundingRate,
      annualisedPct: hasFunding ? annualisedFunding({ rate: fundingRate, intervalHours: contract.fundingInterval }) : '0',
      direction: hasFunding ? (new Decimal(fundingRate).gt(0) ? 1 : -1) : 0,
      costBps: plainText(new Decimal(cost).mul(BPS)),
      breakEvenPayments: hasFunding ? breakevenPayments : null,
      breakEvenHours: hasFunding && breakevenPayments !== null ? breakevenPayments * contract.fundingInterval : null,
      payments,
      expectedProfitBps: plainText(new Decimal(fundingSum).minus(cost).mul(BPS)),
    };
  }

  private opportunity(spot: TouchPrices, touch: FuturesTouch, direction: Direction, nowMs: number): BasisArbitrageOpportunity[] {
    const { contract } = touch.instrument;
    if (contract === null) return [];
    const { settings } = this;
    const windowMs = settings.rolloverWindowHours * HOUR_MS;
    const { settlementDate } = contract;
    if (expiryStatus({ nowMs, expiryMs: settlementDate, rolloverWindowMs: windowMs }).status === 'expired') return [];
    const isCarry = direction === 1;
    const spotPrice = isCarry ? spot.askPrice : spot.bidPrice;
    const futuresPrice = isCarry ? touch.bidPrice : touch.askPrice;
    const basisPoints = new Decimal(futuresPrice).div(spotPrice).minus(1).mul(BPS).toNumber();
    if (direction * basisPoints < settings.minBasisPoints) return [];
    const leftHours = settlementDate === null ? Number.POSITIVE_INFINITY : (settlementDate - nowMs) / HOUR_MS;
    const hours = Math.min(settings.horizonHours, leftHours);
    const mid = middle(spot);
    const rate = touch.fundingRate ?? '0';
    const toFunding = hoursToFunding(touch.nextFundingMs, contract.fundingInterval, nowMs);
    const hasFunding = settlementDate === null && contract.fundingInterval > 0;
    const fundingSum = hasFunding ? this.perpetual(mid, contract, rate, hours, toFunding).fundingSum : '0';
    const funding = new Decimal(fundingSum).mul(futuresPrice).mul(direction);
    const interest = new Decimal(settings.interestRate)
      .minus(settings.baseYield)
      .mul(hours)
      .mul(spotPrice)
      .mul(direction)
      .div(YEAR_HOURS);
    const atHorizon = settlementDate === null ? mid : this.calculateFairValue(mid, contract, '0', Math.max(0, leftHours - hours));
    const futuresExit = new Decimal(atHorizon).plus(halfSpread(touch).mul(direction));
    const leg = (instrument: TouchPrices['instrument'], side: TradeLeg['side'], quote: string): TradeLeg => ({
      side,
      quote,
      feeFraction: quotient(String(instrument.takerFeeBps), BPS),
      slippageFraction: settings.slippage,
    });
    const { net } = roundCost({
      legs: [
        leg(spot.instrument, isCarry ? 'buy' : 'sell', spotPrice),
        leg(touch.instrument, isCarry ? 'sell' : 'buy', futuresPrice),
        leg(spot.instrument, isCarry ? 'sell' : 'buy', isCarry ? spot.bidPrice : spot.askPrice),
        leg(touch.instrument, isCarry ? 'buy' : 'sell', plainText(futuresExit)),
      ],
      funding: plainText(funding.minus(interest)),
      rebalance: '0',
    });
    const expiryRisk = settlementDate === null ? 0 : Math.min(1, settings.rolloverWindowHours / leftHours);
    const bound = new Decimal(futuresPrice).div(Math.min(settings.leverage, contract.maxLeverage)).plus(spotPrice);
    return [
      {
        spotSymbol: spot.instrument.symbol,
        futuresContract: contract,
        direction,
        spotPrice,
        futuresPrice,
        fairValue: this.calculateFairValue(mid, contract, rate, settlementDate === null ? hours : leftHours, toFunding),
        basisPoints,
        fundingCost: plainText(funding.neg()),
        expectedProfit: net,
        riskAdjustedReturn: new Decimal(net)
          .div(bound)
          .mul(1 - expiryRisk)
          .toNumber(),
        expiryRisk,
      },
    ];
  }

  private perpetual(spot: string, contract: FuturesContract, rate: string, horizonHours: number, hoursToFunding: number) {
    const { interestRate, baseYield, fundingPersistence } = this.settings;
    return perpetualFairValue({
      spot,
      perp: spot,
      interestRate,
      baseYield,
      fundingRates: [rate, plainText(new Decimal(rate).mul(fundingPersistence))],
      firstFundingHours: hoursToFunding,
      intervalHours: contract.fundingInterval,
      horizonHours,
    });
  }
}

/** A whole interval where it was not told; a time that has passed goes on in whole intervals. */
function hoursToFunding(nextFundingMs: number | null, intervalHours: number, nowMs: number): number {
  if (nextFundingMs === null || intervalHours <= 0) return intervalHours;
  const hours = (nextFundingMs - nowMs) / HOUR_MS;
  return hours > 0 ? hours : hours + (Math.floor(-hours / intervalHours) + 1) * intervalHours;
}
function middle({ bidPrice, askPrice }: TouchPrices): string {
  return plainText(new Decimal(bidPrice).plus(askPrice).div(2));
}
function halfSpread({ bidPrice, askPrice }: TouchPrices): Decimal {
  return new Decimal(askPrice).minus(bidPrice).div(2);
}
function sum(left: string, right: string): string {
  return plainText(new Decimal(left).plus(right));
}
