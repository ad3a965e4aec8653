import { Decimal, plainText, quotient } from '../../domain/decimal.js';
import type { FuturesContract } from '../../domain/instrument.js';
import { positionFigures } from '../../domain/margin.js';
import type { VenueId } from '../../domain/venue.js';
import { decimalText } from '../../kernel/book-view.js';
import { HOUR_US } from '../hedged/funding.js';
import { marginFraction } from '../hedged/margin-terms.js';
import type { StrategyUniverse } from '../universe.js';
import { allocate } from './allocation.js';
import type { CrossFuturesConfig } from './config.js';
import { FuturesRow } from './futures-row.js';
import { type Plan, type PlanLeg, type PlanLimits, pairPlan, splitPlan } from './plan.js';
import type {
  Allocation,
  CrossExchangeOpportunity,
  LeverageAllocation,
  MarginRequirement,
  OpportunityLeg,
  VenueCapital,
} from './types.js';

const YEAR_HOURS = 8760;
/** Margins are counted in units of 10^-8 of the quote asset, so that capital is never passed by rounding. */
const MARGIN_SCALE = 8;

/** One contract on several venues: what may be earned, what it binds, and how capital is best spread over it. */
export class CrossExchangeFuturesArbitrage {
  readonly rows: readonly FuturesRow[];

  constructor(
    private readonly config: CrossFuturesConfig,
    universe: StrategyUniverse,
  ) {
    this.rows = universe.rows.filter(({ market }) => market === 'futures').map((row) => new FuturesRow(row));
  }

  /**
   * Every row's best plan, whatever it leaves above the threshold; the greatest margin-adjusted return first. The kernel has priced the
   * sizes of each row's best pair, in base units of the row, so contract sizes may differ.
   */
  scanCrossExchangeOpportunities(limits: Omit<PlanLimits, 'config'>): CrossExchangeOpportunity[] {
    const found = this.rows.flatMap((row) => {
      if (!limits.market.pairs.hasPair(row.info.row)) return [];
      const plan = this.plan(row, limits);
      return plan === null || plan.netFraction * 10_000 < this.config.minNetBps ? [] : [this.describe(row, plan)];
    });
    return found.sort((left, right) => right.marginAdjustedReturn - left.marginAdjustedReturn);
  }

  /** The better of the best pair and a split over more venues; null when the venues or the accounts allow neither. */
  plan(row: FuturesRow, limits: Omit<PlanLimits, 'config'>): Plan | null {
    const { config } = this;
    const { market, context } = limits;
    row.read(market, context.costs, market.epochUs + config.horizonHours * HOUR_US, config);
    const pair = pairPlan(row, { ...limits, config });
    const split = splitPlan(row, { ...limits, config });
    return split !== null && split.netQuote > (pair?.netQuote ?? Number.NEGATIVE_INFINITY) ? split : pair;
  }

  /** Margins of all legs at their entry prices, and whether the venues have them. @param available capital of each venue */
  calculateMarginRequirements(opportunity: CrossExchangeOpportunity, available: VenueCapital = {}): MarginRequirement {
    const { maintenanceRate, liquidationFeeRate } = this.config;
    let buffer = Number.POSITIVE_INFINITY;
    const legs = opportunity.legs.map(({ venue, side, contract, contracts, base, quote }) => {
      const entry = quotient(quote, base);
      const fraction = marginFraction(contract, side === 'long', this.config);
      const figures = positionFigures({
        side,
        contracts,
        contractSize: contract.contractSize,
        entry,
        mark: entry,
        leverage: String(1 / fraction),
        maintenanceRate: String(maintenanceRate),
        liquidationFeeRate: String(liquidationFeeRate),
      });
      if (figures.liquidationDistancePct !== null) buffer = Math.min(buffer, Number(figures.liquidationDistancePct) / 100);
      const { initialMargin, maintenanceMargin, liquidationPrice } = figures;
      return { venue, side, leverage: 1 / fraction, initialMargin, maintenanceMargin, liquidationPrice };
    });
    const venues = [...new Set(legs.map(({ venue }) => venue))];
    const shares = venues.map((venue) => {
      const needed = total(legs.filter((leg) => leg.venue === venue).map((leg) => leg.initialMargin));
      const held = new Decimal(available[venue] ?? '0');
      return held.isZero() ? Number.POSITIVE_INFINITY : needed.div(held).toNumber();
    });
    const utilization = Math.max(...shares);
    const steps = new Decimal(opportunity.sizeBase).div(utilization).div(opportunity.stepBase).floor();
    return {
      initialMargin: plainText(total(legs.map(({ initialMargin }) => initialMargin))),
      maintenanceMargin: plainText(total(legs.map(({ maintenanceMargin }) => maintenanceMargin))),
      availableMargin: plainText(total(venues.map((venue) => available[venue] ?? '0'))),
      marginUtilization: utilization,
      liquidationBuffer: buffer,
      maxPositionSize: utilization === Number.POSITIVE_INFINITY ? '0' : plainText(steps.mul(opportunity.stepBase)),
      legs,
    };
  }

  /**
   * Spreads the capital of the venues over opportunities so that the expected profit is greatest. Profit does not depend on leverage and
   * margin does, so every leg is given the most that the cap, the contract and the least distance of liquidation allow; what is left is
   * the choice of sizes, which `allocate` makes. Profit is taken as proportional to size: a smaller one is never worse than that.
   */
  optimizeLeverageAllocation(
    opportunities: readonly CrossExchangeOpportunity[],
    availableCapital: VenueCapital,
  ): LeverageAllocation {
    const venues = [...new Set(opportunities.flatMap(({ legs }) => legs.map(({ venue }) => venue)))];
    const items = opportunities.map((opportunity) => {
      const steps = new Decimal(opportunity.sizeBase).div(opportunity.stepBase).floor().toNumber();
      const margins = venues.map((venue) =>
        opportunity.legs.filter((leg) => leg.venue === venue).reduce((sum, leg) => sum + this.marginUnits(leg, steps), 0),
      );
      return { profit: opportunity.expectedProfit / steps, margins, steps };
    });
    const capital = venues.map((venue) =>
      scaled(new Decimal(availableCapital[venue] ?? '0'))
        .floor()
        .toNumber(),
    );
    const given = allocate(items, capital);
    const allocations = opportunities.flatMap((opportunity, index): Allocation[] => {
      const steps = given[index] ?? 0;
      if (steps === 0) return [];
      const whole = items[index]?.steps ?? steps;
      return [
        {
          opportunity,
          sizeBase: plainText(new Decimal(opportunity.stepBase).mul(steps)),
          expectedProfit: (opportunity.expectedProfit / whole) * steps,
          legs: opportunity.legs.map((leg) => ({
            venue: leg.venue,
            leverage: 1 / this.fraction(leg),
            margin: decimalText(this.marginUnits(leg, whole) * steps, MARGIN_SCALE),
          })),
        },
      ];
    });
    const used = venues.map((venue, place) => {
      const units = items.reduce((sum, { margins }, index) => sum + (margins[place] ?? 0) * (given[index] ?? 0), 0);
      return [venue, decimalText(units, MARGIN_SCALE)] as const;
    });
    return {
      allocations,
      expectedProfit: allocations.reduce((sum, { expectedProfit }) => sum + expectedProfit, 0),
      marginUsed: Object.fromEntries(used) as Partial<Record<VenueId, string>>,
    };
  }

  /** A plan as an opportunity. */
  describe(row: FuturesRow, plan: Plan): CrossExchangeOpportunity {
    const { base, quote } = row.info;
    const legs = plan.legs.map((leg) => describeLeg(row, leg));
    const sideQuote = (side: OpportunityLeg['side']): number =>
      legs.reduce((sum, leg) => (leg.side === side ? sum + Number(leg.quote) : sum), 0);
    const funding = legs.reduce((sum, leg) => sum + (leg.side === 'long' ? -1 : 1) * leg.fundingSum * Number(leg.quote), 0);
    const marginUsed = legs.reduce((sum, leg) => sum + Number(leg.quote) * this.fraction(leg), 0);
    const { horizonHours } = this.config;
    const sizeBase = total(legs.filter(({ side }) => side === 'long').map((leg) => leg.base));
    return {
      base,
      quote,
      legs,
      sizeBase: plainText(sizeBase),
      stepBase: quotient(sizeBase, commonParts(plan)),
      spreadBps: (sideQuote('short') / sideQuote('long') - 1) * 10_000,
      fundingDifference: funding,
      expectedProfit: plan.netQuote,
      holdingHours: horizonHours,
      marginUsed,
      marginAdjustedReturn: (plan.netQuote / marginUsed / horizonHours) * YEAR_HOURS,
    };
  }

  private fraction({ contract, side }: { readonly contract: FuturesContract; readonly side: OpportunityLeg['side'] }): number {
    return marginFraction(contract, side === 'long', this.config);
  }
  /** Margin of one of so many steps, rounded up. */
  private marginUnits(leg: OpportunityLeg, steps: number): number {
    return scaled(new Decimal(leg.quote).mul(this.fraction(leg)).div(steps))
      .ceil()
      .toNumber();
  }
}

function describeLeg(row: FuturesRow, { place, isLong, units, quote }: PlanLeg): OpportunityLeg {
  const info = row.terms[place]?.info;
  const contract = info?.instrument.contract;
  if (info === undefined || contract === undefined || contract === null)
    throw new RangeError(`place ${place} of a futures row has no contract`);
  const contracts = decimalText(units, info.qtyScale);
  return {
    venue: info.instrument.venue,
    contract,
    side: isLong ? 'long' : 'short',
    contracts,
    base: plainText(new Decimal(contracts).mul(contract.contractSize)),
    quote: new Decimal(quote).toFixed(MARGIN_SCALE),
    fundingSum: row.funding[place] ?? 0,
  };
}

/** The most equal parts of a plan in which every leg is a whole number of its lots. */
function commonParts({ legs, grid }: Plan): number {
  return legs.reduce((parts, { units }, index) => {
    let [divisor, rest] = [Math.round(units / (grid.legs[index]?.unitsPerStep ?? 1)), parts];
    while (rest !== 0) [divisor, rest] = [rest, divisor % rest];
    return divisor;
  }, 0);
}

function scaled(amount: Decimal): Decimal {
  return amount.mul(new Decimal(10).pow(MARGIN_SCALE));
}

function total(amounts: readonly string[]): Decimal {
  return amounts.reduce((sum, amount) => sum.plus(amount), new Decimal(0));
}
