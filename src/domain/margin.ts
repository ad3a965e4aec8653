import { CalculationError } from './calculation-error.js';
import { type Decimal, Exact, exactNumber, floorToGrid, plainText, quotient } from './decimal.js';
import { commonStep } from './order-grid.js';

/** An isolated position in a linear contract; amounts in the quote asset, rates as fractions. */
export interface PositionTerms extends MarginRates {
  readonly side: PositionSide;
  readonly contracts: string;
  /** Base units in one contract. */
  readonly contractSize: string;
  readonly entry: string;
  readonly mark: string;
  readonly leverage: string;
  readonly addedMargin?: string;
  /** Funding received so far, negative when paid. */
  readonly funding?: string;
}

export type PositionSide = 'long' | 'short';

/** What a venue demands of a position. */
export interface MarginRates {
  readonly maintenanceRate: string;
  /** Deducted from rate times notional. */
  readonly maintenanceAmount?: string;
  /** Taker fee of a liquidation. */
  readonly liquidationFeeRate: string;
}

/** Figures of a position. Null where no price, or no margin, gives one. */
export interface PositionFigures {
  readonly base: string;
  readonly notionalEntry: string;
  readonly initialMargin: string;
  readonly walletMargin: string;
  readonly unrealised: string;
  readonly marginBalance: string;
  readonly notional: string;
  readonly maintenanceMargin: string;
  readonly liquidationFee: string;
  readonly marginRatio: string | null;
  readonly liquidationPrice: string | null;
  readonly liquidated: boolean;
  /** Percent of the mark price, negative when passed. */
  readonly liquidationDistancePct: string | null;
  readonly bankruptcyPrice: string | null;
  readonly effectiveLeverage: string | null;
}

/**
 * Figures of an isolated linear position: s = +1 long, -1 short; q = contracts * contractSize, E entry, M mark, L leverage,
 * m maintenance rate, c maintenance amount, f liquidation fee rate.
 * walletMargin W = q * E / L + addedMargin + funding, unrealised U = s * q * (M - E), marginBalance B = W + U,
 * maintenanceMargin = q * M * m - c, marginRatio = maintenanceMargin / B, effectiveLeverage = q * M / B,
 * liquidationPrice P = (s * q * E - W - c) / (q * (s - m - f)), bankruptcyPrice = E - s * W / q, liquidated when
 * B <= maintenanceMargin + q * M * f. Margins are kept times L, so that whatever is compared or divided is exact.
 * @throws CalculationError INVALID_LEVERAGE, INVALID_QUANTITY, INVALID_PRICE for what is not above 0, then INVALID_RATE when
 *   m + f >= 1
 */
export function positionFigures(terms: PositionTerms): PositionFigures {
  const { contracts, contractSize, entry, mark, leverage } = terms;
  check({ ...terms, leverages: { leverage }, quantities: { contracts, contractSize }, prices: { entry, mark } });
  const sign = signOf(terms.side);
  const base = new Exact(contracts).mul(contractSize);
  const notionalEntry = base.mul(entry);
  const walletTimesLeverage = new Exact(terms.addedMargin ?? 0)
    .plus(terms.funding ?? 0)
    .mul(leverage)
    .plus(notionalEntry);
  const unrealised = new Exact(mark).minus(entry).mul(base).mul(sign);
  const balanceTimesLeverage = unrealised.mul(leverage).plus(walletTimesLeverage);
  const notional = base.mul(mark);
  const maintenance = notional.mul(terms.maintenanceRate).minus(terms.maintenanceAmount ?? 0);
  const liquidationFee = notional.mul(terms.liquidationFeeRate);
  const perBalance = (amount: Decimal): string | null =>
    balanceTimesLeverage.gt(0) ? quotient(amount.mul(leverage), balanceTimesLeverage) : null;
  const [dividend, divisor] = liquidation(terms, base, walletTimesLeverage);
  const liquidationPrice = price(dividend, divisor);
  const distance = divisor.mul(mark).minus(dividend).mul(sign).mul(100);
  return {
    base: plainText(base),
    notionalEntry: plainText(notionalEntry),
    initialMargin: quotient(notionalEntry, leverage),
    walletMargin: quotient(walletTimesLeverage, leverage),
    unrealised: plainText(unrealised),
    marginBalance: quotient(balanceTimesLeverage, leverage),
    notional: plainText(notional),
    maintenanceMargin: plainText(maintenance),
    liquidationFee: plainText(liquidationFee),
    marginRatio: perBalance(maintenance),
    liquidationPrice,
    liquidated: balanceTimesLeverage.lte(maintenance.plus(liquidationFee).mul(leverage)),
    liquidationDistancePct: liquidationPrice === null ? null : quotient(distance, divisor.mul(mark)),
    bankruptcyPrice: price(notionalEntry.mul(leverage).minus(walletTimesLeverage.mul(sign)), base.mul(leverage)),
    effectiveLeverage: perBalance(notional),
  };
}

/** A position in base units whose funding is still to come. */
export interface FundedPosition extends MarginRates {
  readonly side: PositionSide;
  readonly base: string;
  readonly entry: string;
  readonly leverage: string;
  readonly payments: readonly (readonly [rate: string, mark: string])[];
}

/** What a series of funding payments does to a position. */
export interface FundingEffect {
  readonly liquidationPriceBefore: string | null;
  /** After each payment. */
  readonly liquidationPrices: readonly (string | null)[];
  /** Received by the holder, negative when paid. */
  readonly totalCash: string;
  readonly walletMargin: string;
}

/**
 * Liquidation prices before and after each of a series of funding payments, which are settled against the margin: each is
 * -s * q * mark * rate. Formulas and errors as for `positionFigures`, without margin added.
 */
export function fundingEffect(terms: FundedPosition): FundingEffect {
  const { leverage, entry, payments } = terms;
  const prices = Object.fromEntries(payments.map(([, mark], index) => [`mark ${index}`, mark]));
  check({ ...terms, leverages: { leverage }, quantities: { base: terms.base }, prices: { entry, ...prices } });
  const base = new Exact(terms.base);
  const initialTimesLeverage = base.mul(entry);
  let totalCash: Decimal = new Exact(0);
  const after = (): string | null => price(...liquidation(terms, base, totalCash.mul(leverage).plus(initialTimesLeverage)));
  const liquidationPriceBefore = after();
  const liquidationPrices = payments.map(([rate, mark]) => {
    totalCash = totalCash.minus(base.mul(mark).mul(rate).mul(signOf(terms.side)));
    return after();
  });
  return {
    liquidationPriceBefore,
    liquidationPrices,
    totalCash: plainText(totalCash),
    walletMargin: quotient(totalCash.mul(leverage).plus(initialTimesLeverage), leverage),
  };
}

/** A position that shall stay away from its liquidation. */
export interface GuardedPosition extends MarginRates {
  readonly side: PositionSide;
  readonly base: string;
  readonly entry: string;
  readonly mark: string;
  /** Percent of the mark price. */
  readonly distancePct: string;
}

/**
 * The least margin W with which liquidation is at least d percent away from the mark price M:
 * P = M * (1 - d / 100) long, M * (1 + d / 100) short, W = q * P * (m + f) - c - s * q * (P - E).
 * @throws CalculationError INVALID_QUANTITY, INVALID_PRICE, INVALID_RATE as `positionFigures`
 */
export function minimumMargin(terms: GuardedPosition): { readonly liquidationPrice: string; readonly walletMargin: string } {
  const { base, entry, mark } = terms;
  check({ ...terms, leverages: {}, quantities: { base }, prices: { entry, mark } });
  const sign = signOf(terms.side);
  const liquidationPrice = new Exact(1).minus(new Exact(terms.distancePct).mul('0.01').mul(sign)).mul(mark);
  const demanded = liquidationPrice
    .mul(base)
    .mul(rateOf(terms))
    .minus(terms.maintenanceAmount ?? 0);
  const gained = liquidationPrice.minus(entry).mul(base).mul(sign);
  return { liquidationPrice: plainText(liquidationPrice), walletMargin: plainText(demanded.minus(gained)) };
}

/** How a quantity is counted in contracts. */
export interface ContractGrid {
  /** Base units in one contract; 1 on spot. */
  readonly contractSize: string;
  /** Contracts are ordered in multiples of it; the lot step on spot. */
  readonly contractLot: string;
}

/** A base amount in contracts. */
export interface ContractAmount {
  readonly contracts: string;
  readonly contractsBase: string;
  /** What no whole lot of contracts covers. */
  readonly residualBase: string;
}

/**
 * contracts = floor(base / contractSize / contractLot) * contractLot.
 * @throws CalculationError INVALID_QUANTITY when contract size or lot is not above 0
 */
export function convertToContracts({
  base,
  contractSize,
  contractLot,
}: ContractGrid & { readonly base: string }): ContractAmount {
  const contractsBase = floorToGrid(base, gridOf({ contractSize, contractLot }));
  return {
    contracts: contractsOf(contractsBase, contractSize),
    contractsBase,
    residualBase: plainText(new Exact(base).minus(contractsBase)),
  };
}

/** A size that can be traded at every one of several venues. */
export interface CommonSize {
  readonly commonGrid: string;
  readonly base: string;
  /** Contracts at each venue. */
  readonly contracts: readonly string[];
  /** False when the target is below one step of the common grid. */
  readonly feasible: boolean;
}

/**
 * The greatest size up to a target that is a whole number of lots at every venue: commonGrid is the least common multiple of the
 * venues' contractSize * contractLot, base = floor(targetBase / commonGrid) * commonGrid, contracts = base / contractSize.
 * @throws CalculationError INVALID_QUANTITY when a contract size or lot is not above 0
 */
export function commonSize(terms: {
  readonly targetBase: string;
  readonly venues: readonly [ContractGrid, ...ContractGrid[]];
}): CommonSize {
  const { targetBase, venues } = terms;
  const commonGrid = venues.map(gridOf).reduce(commonStep);
  const base = floorToGrid(targetBase, commonGrid);
  return {
    commonGrid: plainText(commonGrid),
    base,
    contracts: venues.map(({ contractSize }) => contractsOf(base, contractSize)),
    feasible: new Exact(base).gt(0),
  };
}

function gridOf({ contractSize, contractLot }: ContractGrid): string {
  checkPositive('INVALID_QUANTITY', { contractSize, contractLot });
  return new Exact(contractSize).mul(contractLot).toFixed();
}

/** Ends: the base is a whole number of lots. */
function contractsOf(base: string, contractSize: string): string {
  return plainText(new Exact(base).div(contractSize));
}

function signOf(side: PositionSide): 1 | -1 {
  return side === 'long' ? 1 : -1;
}

function rateOf({ maintenanceRate, liquidationFeeRate }: MarginRates): Decimal {
  return new Exact(maintenanceRate).plus(liquidationFeeRate);
}

/** Dividend and divisor of the liquidation price, both times the leverage. */
function liquidation(
  terms: MarginRates & { readonly side: PositionSide; readonly entry: string; readonly leverage: string },
  base: Decimal,
  walletTimesLeverage: Decimal,
): [dividend: Decimal, divisor: Decimal] {
  const sign = signOf(terms.side);
  const debt = base
    .mul(terms.entry)
    .mul(sign)
    .minus(terms.maintenanceAmount ?? 0);
  const share = new Exact(sign).minus(rateOf(terms));
  return [debt.mul(terms.leverage).minus(walletTimesLeverage), share.mul(base).mul(terms.leverage)];
}

/** A quotient that is a price, so above 0; null otherwise. */
function price(dividend: Decimal, divisor: Decimal): string | null {
  return dividend.mul(divisor).gt(0) ? quotient(dividend, divisor) : null;
}

function check(
  terms: MarginRates & {
    readonly leverages: Readonly<Record<string, string>>;
    readonly quantities: Readonly<Record<string, string>>;
    readonly prices: Readonly<Record<string, string>>;
  },
): void {
  checkPositive('INVALID_LEVERAGE', terms.leverages);
  checkPositive('INVALID_QUANTITY', terms.quantities);
  checkPositive('INVALID_PRICE', terms.prices);
  const { maintenanceRate, liquidationFeeRate } = terms;
  if (rateOf(terms).gte(1)) throw new CalculationError('INVALID_RATE', { maintenanceRate, liquidationFeeRate });
}

function checkPositive(
  fault: 'INVALID_LEVERAGE' | 'INVALID_QUANTITY' | 'INVALID_PRICE',
  amounts: Readonly<Record<string, string>>,
): void {
  for (const [name, amount] of Object.entries(amounts)) {
    if (exactNumber(amount)?.gt(0) !== true) throw new CalculationError(fault, { [name]: amount });
  }
}
