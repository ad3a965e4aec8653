import { ceilToGrid, type Decimal, Exact, floorToGrid } from '../domain/decimal.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type {
  AccountName,
  CorrectionOrder,
  CorrectionResult,
  DustAmount,
  DustHandlingResult,
  PositionImbalance,
  PriceSource,
} from './reconciliation-types.js';

const ZERO = new Exact(0);
const BPS = new Exact('0.0001');

/** What an order could do about an exposure, in base units; above zero is too much. */
type Attempt =
  | { readonly kind: 'order'; readonly order: CorrectionOrder; readonly taken: Decimal }
  | { readonly kind: 'too-small' }
  | { readonly kind: 'impossible'; readonly reason: string };

/** Works out orders that take an exposure away, within the venue's rules. Sends nothing. */
export class CorrectionDesk {
  constructor(
    private readonly instruments: readonly TradableInstrument[],
    private readonly prices: PriceSource,
    private readonly slippageBps: number,
  ) {}

  /** The order for one imbalance, at the venue where it is. */
  correct(imbalance: PositionImbalance): CorrectionResult {
    const { venue, market, asset, symbol, imbalanceAmount, correctionRequired } = imbalance;
    if (!correctionRequired) return { kind: 'not-required', imbalance };
    const account: AccountName = { venue, market };
    const candidates = this.instruments.filter(
      (one) => one.venue === venue && one.market === market && (symbol === null ? one.base === asset : one.symbol === symbol),
    );
    if (candidates.length === 0 || (symbol === null && market === 'futures'))
      return { kind: 'not-correctable', imbalance, reason: `no order at ${venue} ${market} changes how much ${asset} there is` };
    const size = symbol === null ? '1' : (candidates[0]?.contractSize ?? '1');
    const base = new Exact(imbalanceAmount).mul(size);
    const isReducing = symbol !== null && new Exact(imbalance.actualBalance).mul(imbalanceAmount).gt(0);
    const best = this.best(candidates, base, isReducing && isWithin(imbalance));
    if (best.kind === 'impossible') return { kind: 'not-correctable', imbalance, reason: best.reason };
    const left = best.kind === 'order' ? base.minus(best.taken) : base;
    const dust: DustAmount = { ...account, asset, amount: left.toFixed() };
    if (best.kind === 'too-small') return { kind: 'dust', imbalance, dust };
    return { kind: 'order', imbalance, order: best.order, rest: left.isZero() ? null : dust };
  }

  /** The order that takes most of an exposure of an asset, at any of some accounts. */
  sweep(asset: string, base: Decimal, accounts: readonly AccountName[]): Attempt {
    const isThere = (one: TradableInstrument): boolean =>
      accounts.some(({ venue, market }) => venue === one.venue && market === one.market);
    return this.best(
      this.instruments.filter((one) => one.base === asset && isThere(one)),
      base,
      false,
    );
  }

  /** The largest order of an instrument that does not take away more than there is. */
  private attempt(instrument: TradableInstrument, base: Decimal, reduceOnly: boolean): Attempt {
    const { venue, market, symbol, rules, contractSize } = instrument;
    const side = base.isNegative() ? 'buy' : 'sell';
    const quote = this.prices({ venue, market }, symbol);
    if (quote === null) return { kind: 'impossible', reason: `no price of ${symbol} at ${venue} ${market} is known` };
    const slip = BPS.mul(this.slippageBps);
    const limitPrice =
      side === 'buy'
        ? ceilToGrid(new Exact(quote.ask).mul(slip.plus(1)), rules.tickSize)
        : floorToGrid(new Exact(quote.bid).mul(new Exact(1).minus(slip)), rules.tickSize);
    const lot = new Exact(rules.lotSize).mul(contractSize);
    const contracts = new Exact(floorToGrid(base.abs(), lot)).div(contractSize);
    const most = rules.maxQty === null ? contracts : Exact.min(contracts, floorToGrid(rules.maxQty, rules.lotSize));
    const value = most.mul(contractSize).mul(side === 'buy' ? quote.bid : limitPrice);
    if (most.lte(0) || most.lt(rules.minQty) || value.lt(rules.minQuoteAmount)) return { kind: 'too-small' };
    const taken = most.mul(contractSize);
    const quantity = most.toFixed();
    const order = { venue, market, symbol, asset: instrument.base, side, quantity, limitPrice, reduceOnly } as const;
    return { kind: 'order', order, taken: base.isNegative() ? taken.neg() : taken };
  }

  private best(candidates: readonly TradableInstrument[], base: Decimal, reduceOnly: boolean): Attempt {
    let best: Attempt = { kind: 'impossible', reason: 'nothing to trade it in' };
    for (const instrument of candidates) {
      const attempt = this.attempt(instrument, base, reduceOnly);
      if (attempt.kind === 'order' && (best.kind !== 'order' || attempt.taken.abs().gt(best.taken.abs()))) best = attempt;
      else if (attempt.kind === 'too-small' && best.kind === 'impossible') best = attempt;
      else if (attempt.kind === 'impossible' && best.kind === 'impossible') best = attempt;
    }
    return best;
  }
}

/** Whether taking the imbalance away cannot turn the position round. */
function isWithin({ actualBalance, imbalanceAmount }: PositionImbalance): boolean {
  return new Exact(imbalanceAmount).abs().lte(new Exact(actualBalance).abs());
}

/**
 * Sums dust by asset over all accounts: what is too much here and too little there is no exposure. A sum that is enough for an order
 * at one of the asset's accounts is proposed there; everything else stays. Nothing is lost on the way.
 */
export function handleDust(desk: CorrectionDesk, positions: readonly DustAmount[]): DustHandlingResult {
  const byAsset = new Map<string, DustAmount[]>();
  for (const dust of positions) byAsset.set(dust.asset, [...(byAsset.get(dust.asset) ?? []), dust]);
  const carried: DustHandlingResult['carried'][number][] = [];
  const sweeps: DustHandlingResult['sweeps'][number][] = [];
  for (const [asset, accounts] of byAsset) {
    const sum = accounts.reduce((total, { amount }) => total.plus(amount), ZERO);
    const attempt = sum.isZero() ? null : desk.sweep(asset, sum, accounts);
    const taken = attempt?.kind === 'order' ? attempt.taken : ZERO;
    if (attempt?.kind === 'order') sweeps.push({ order: attempt.order, baseAmount: taken.toFixed() });
    const left = sum.minus(taken);
    if (!left.isZero()) carried.push({ asset, amount: left.toFixed(), accounts });
  }
  return { carried, sweeps };
}

/** Dust that is carried, by account and asset. */
export class DustInventory {
  private readonly held = new Map<string, DustAmount>();

  /** All that is carried, to be kept over a restart. */
  get amounts(): readonly DustAmount[] {
    return [...this.held.values()];
  }

  /** Adds to what is carried; what comes to nothing is gone. */
  carry({ venue, market, asset, amount }: DustAmount): void {
    const key = `${venue} ${market} ${asset}`;
    const sum = new Exact(this.held.get(key)?.amount ?? 0).plus(amount);
    if (sum.isZero()) this.held.delete(key);
    else this.held.set(key, { venue, market, asset, amount: sum.toFixed() });
  }

  /** A sweep took so much exposure away, in base units: above zero was sold. */
  swept({ venue, market, asset }: CorrectionOrder, baseAmount: string): void {
    this.carry({ venue, market, asset, amount: new Exact(baseAmount).neg().toFixed() });
  }
}
