import { CalculationError } from './calculation-error.js';
import { Decimal, Exact, plainText, quotient } from './decimal.js';

/** A year is 365 days of 24 hours. */
const DAY_MS = 86_400_000;
const YEAR_HOURS = 8760;
const YEAR_MS = 365 * DAY_MS;

/** A dated contract and its underlying at one moment; prices above 0. */
export interface DatedPrices {
  readonly spot: string;
  readonly future: string;
  readonly nowMs: number;
  readonly expiryMs: number;
}

/** How far a dated contract is from spot. */
export interface Basis {
  readonly basis: string;
  readonly basisPct: string;
  readonly basisBps: string;
  /** Negative after expiry. */
  readonly daysToExpiry: string;
  readonly expired: boolean;
  /** Null from expiry on. */
  readonly annualisedSimplePct: string | null;
  /** Null from expiry on. */
  readonly annualisedCompoundPct: string | null;
}

/**
 * The basis of a dated contract, d days before it ends:
 * basis = future - spot, basisPct = basis / spot * 100, annualisedSimplePct = basisPct * 365 / d,
 * annualisedCompoundPct = ((future / spot)^(365 / d) - 1) * 100.
 */
export function basis({ spot, future, nowMs, expiryMs }: DatedPrices): Basis {
  const difference = new Exact(future).minus(spot);
  const leftMs = expiryMs - nowMs;
  const expired = leftMs <= 0;
  return {
    basis: plainText(difference),
    basisPct: quotient(difference.mul(100), spot),
    basisBps: quotient(difference.mul(10_000), spot),
    daysToExpiry: quotient(leftMs, DAY_MS),
    expired,
    annualisedSimplePct: expired ? null : quotient(difference.mul(100).mul(YEAR_MS), new Exact(spot).mul(leftMs)),
    annualisedCompoundPct: expired ? null : compoundPct(quotient(future, spot), quotient(YEAR_MS, leftMs)),
  };
}

/** Milliseconds before expiry the figure has millions of digits: it keeps its exponent then. */
function compoundPct(growth: string, periods: string): string {
  return new Decimal(growth).pow(periods).minus(1).mul(100).toString();
}

/** What holding spot until a horizon costs and earns: annual rates as fractions. */
export interface CarryRates {
  /** Of the quote asset. */
  readonly interestRate: string;
  /** Of the base asset. */
  readonly baseYield: string;
}

/** Fair values with interest that is simple and that compounds continuously, and how far the market is above them. */
export interface FairValue {
  readonly fairSimple: string;
  readonly fairContinuous: string;
  /** Null when the fair value is 0. */
  readonly mispricingBpsSimple: string | null;
  readonly mispricingBpsContinuous: string | null;
}

/**
 * Fair value of a dated contract T years before it ends, r interest rate of the quote asset, y yield of the base asset:
 * simple spot * (1 + (r - y) * T), continuous spot * e^((r - y) * T); mispricingBps = (future / fair - 1) * 10000.
 * @throws CalculationError EXPIRED after expiry; at expiry itself the fair value is spot
 */
export function datedFairValue(terms: DatedPrices & CarryRates): FairValue {
  const { spot, future, nowMs, expiryMs } = terms;
  if (nowMs > expiryMs) throw new CalculationError('EXPIRED', { nowMs, expiryMs });
  return fairValue(spot, future, terms, expiryMs - nowMs, YEAR_MS, new Exact(0));
}

/** A perpetual and the funding that is expected until it is closed; prices above 0. */
export interface PerpetualTerms extends CarryRates {
  readonly spot: string;
  readonly perp: string;
  /** One rate a payment; the last one holds for all further payments. */
  readonly fundingRates: readonly string[];
  readonly firstFundingHours: string | number;
  readonly intervalHours: string | number;
  readonly horizonHours: string | number;
}

/** Fair value of a perpetual with the funding in it. */
export interface PerpetualFairValue extends FairValue {
  readonly payments: number;
  readonly fundingSum: string;
  readonly basisBps: string;
}

/**
 * The price at which entering a perpetual is neither good nor bad, when it meets spot at the horizon T years away:
 * simple spot * (1 + (r - y) * T - fundingSum), continuous spot * (e^((r - y) * T) - fundingSum), with the rates of all payments from
 * the first on, every interval, to the horizon and at it. basisBps = (perp / spot - 1) * 10000.
 */
export function perpetualFairValue(terms: PerpetualTerms): PerpetualFairValue {
  const { spot, perp, fundingRates, horizonHours } = terms;
  const payments = paymentsUntil(horizonHours, terms.firstFundingHours, terms.intervalHours);
  const listed = fundingRates.slice(0, payments).reduce((sum, rate) => sum.plus(rate), new Exact(0));
  const beyond = Math.max(0, payments - fundingRates.length);
  const fundingSum = listed.plus(new Exact(fundingRates.at(-1) ?? 0).mul(beyond));
  return {
    payments,
    fundingSum: plainText(fundingSum),
    basisBps: quotient(new Exact(perp).minus(spot).mul(10_000), spot),
    ...fairValue(spot, perp, terms, horizonHours, YEAR_HOURS, fundingSum),
  };
}

function paymentsUntil(horizonHours: string | number, firstHours: string | number, intervalHours: string | number): number {
  const afterFirst = new Exact(horizonHours).minus(firstHours);
  return afterFirst.lt(0) ? 0 : afterFirst.divToInt(intervalHours).toNumber() + 1;
}

/** @param time until the horizon, of which `year` make a year; years only divide, and only once, so the simple value is exact */
function fairValue(
  spot: string,
  market: string,
  { interestRate, baseYield }: CarryRates,
  time: string | number,
  year: number,
  fundingSum: Decimal,
): FairValue {
  const carry = new Exact(interestRate).minus(baseYield).mul(time);
  const simpleTimesYear = new Exact(1).minus(fundingSum).mul(year).plus(carry).mul(spot);
  const continuous = new Decimal(quotient(carry, year)).exp().minus(fundingSum).mul(spot);
  const aboveBps = (marketValue: Decimal, fair: Decimal): string | null =>
    fair.isZero() ? null : quotient(marketValue.minus(fair).mul(10_000), fair);
  return {
    fairSimple: quotient(simpleTimesYear, year),
    fairContinuous: plainText(continuous),
    mispricingBpsSimple: aboveBps(new Exact(market).mul(year), simpleTimesYear),
    mispricingBpsContinuous: aboveBps(new Exact(market), continuous),
  };
}

/** `simple` fair value in float64, for ranking where frames are decided on; amounts are booked from the exact functions. */
export function simpleFairValue(
  spot: number,
  ratePerYear: number,
  yieldPerYear: number,
  years: number,
  fundingSum: number,
): number {
  return spot * (1 + (ratePerYear - yieldPerYear) * years - fundingSum);
}

/** `continuous` fair value in float64. */
export function continuousFairValue(
  spot: number,
  ratePerYear: number,
  yieldPerYear: number,
  years: number,
  fundingSum: number,
): number {
  return spot * (Math.exp((ratePerYear - yieldPerYear) * years) - fundingSum);
}

/** A position in a linear perpetual at a funding payment. */
export interface FundingTerms {
  /** Negative when short. */
  readonly contracts: string;
  readonly contractSize: string;
  readonly mark: string;
  /** Above 0 longs pay. */
  readonly rate: string;
}

/** What the holder receives at a payment, negative when it pays: -(contracts * contractSize) * mark * rate. */
export function fundingPayment({ contracts, contractSize, mark, rate }: FundingTerms): string {
  return plainText(new Exact(contracts).mul(contractSize).mul(mark).mul(rate).neg());
}

/** A funding rate in percent a year, without compounding: rate * (24 / intervalHours) * 365 * 100. */
export function annualisedFunding({ rate, intervalHours }: { rate: string; intervalHours: string | number }): string {
  return quotient(new Exact(rate).mul(YEAR_HOURS * 100), intervalHours);
}

/** Where a contract stands before its end: `rollover` from the window before expiry on, `expired` at expiry itself. */
export interface Expiry {
  readonly status: 'perpetual' | 'active' | 'rollover' | 'expired';
  /** Negative after expiry; null for a perpetual. */
  readonly daysToExpiry: string | null;
}

/** The status of a contract now; a contract without expiry is a perpetual. */
export function expiryStatus(terms: { nowMs: number; expiryMs: number | null; rolloverWindowMs: number }): Expiry {
  const { nowMs, expiryMs, rolloverWindowMs } = terms;
  if (expiryMs === null) return { status: 'perpetual', daysToExpiry: null };
  const leftMs = expiryMs - nowMs;
  const status = leftMs <= 0 ? 'expired' : leftMs <= rolloverWindowMs ? 'rollover' : 'active';
  return { status, daysToExpiry: quotient(leftMs, DAY_MS) };
}

/** One base unit bought on spot and sold in a perpetual, both closed again later. Fees are fractions of the quote value. */
export interface CarryTrade {
  readonly spotIn: string;
  readonly perpIn: string;
  readonly spotOut: string;
  readonly perpOut: string;
  readonly spotFee: string;
  readonly perpFee: string;
  /** Payments in between. */
  readonly funding: readonly (readonly [rate: string, mark: string])[];
  /** The payment that is expected in place of the listed ones for `breakevenPayments`. */
  readonly expectedRate: string;
  readonly expectedMark: string;
}

/** What a carry trade gains, and what would make it even. */
export interface Breakeven {
  readonly entryBasis: string;
  readonly exitBasis: string;
  readonly fees: string;
  readonly funding: string;
  readonly net: string;
  readonly netPct: string;
  /** The exit basis at which the trade is even, with `spotOut` as it is. */
  readonly breakevenExitBasis: string;
  /** Least number of expected payments, in place of the listed funding, that does not lose; null when none does. */
  readonly breakevenPayments: number | null;
}

/**
 * entryBasis = perpIn - spotIn, exitBasis = perpOut - spotOut,
 * fees = (spotIn + spotOut) * spotFee + (perpIn + perpOut) * perpFee, funding = sum of rate * mark (the short leg receives it),
 * net = entryBasis - exitBasis - fees + funding, netPct = net / spotIn * 100,
 * breakevenExitBasis = (entryBasis - spotFee * (spotIn + spotOut) - perpFee * (perpIn + spotOut) + funding) / (1 + perpFee).
 */
export function breakeven(trade: CarryTrade): Breakeven {
  const { spotIn, perpIn, spotOut, perpOut, perpFee } = trade;
  const entryBasis = new Exact(perpIn).minus(spotIn);
  const exitBasis = new Exact(perpOut).minus(spotOut);
  const spotFees = new Exact(spotIn).plus(spotOut).mul(trade.spotFee);
  const fees = new Exact(perpIn).plus(perpOut).mul(perpFee).plus(spotFees);
  const funding = trade.funding.reduce((sum, [rate, mark]) => new Exact(rate).mul(mark).plus(sum), new Exact(0));
  const beforeFunding = entryBasis.minus(exitBasis).minus(fees);
  const net = beforeFunding.plus(funding);
  const feesAtSpotOut = new Exact(perpIn).plus(spotOut).mul(perpFee).plus(spotFees);
  return {
    entryBasis: plainText(entryBasis),
    exitBasis: plainText(exitBasis),
    fees: plainText(fees),
    funding: plainText(funding),
    net: plainText(net),
    netPct: quotient(net.mul(100), spotIn),
    breakevenExitBasis: quotient(entryBasis.minus(feesAtSpotOut).plus(funding), new Exact(perpFee).plus(1)),
    breakevenPayments: paymentsToCover(beforeFunding.neg(), new Exact(trade.expectedRate).mul(trade.expectedMark)),
  };
}

function paymentsToCover(loss: Decimal, payment: Decimal): number | null {
  if (loss.lte(0)) return 0;
  if (payment.lte(0)) return null;
  const whole = loss.divToInt(payment);
  return whole.toNumber() + (whole.mul(payment).lt(loss) ? 1 : 0);
}
