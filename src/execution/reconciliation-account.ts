import { type Decimal, Exact } from '../domain/decimal.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { Fill } from '../domain/order.js';
import { OrderedLots } from '../ledger/ordered-lots.js';
import type { AccountName, AccountSnapshot, HoldingChange } from './reconciliation-types.js';

const ZERO = new Exact(0);

/** One asset of a wallet, or one contract: what it should be, and what the venue says. */
export interface Holding {
  /** Of a contract: its base asset. */
  readonly asset: string;
  readonly symbol: string | null;
  expected: Decimal;
  actual: Decimal;
  /** Fills that closed something, whose result the venue has rounded. */
  closes: number;
  /** Monotonic microseconds of the last change of either side. */
  movedUs: number;
  /** Monotonic microseconds of the last booking. */
  bookedUs: number;
  /** Since when it has differed beyond the tolerance; NaN when it does not. */
  differsSinceUs: number;
  /** Number of the venue's last word on it. */
  wordAt: number;
}

/** What fills and movements make of one account, beside what the venue says of it. All amounts are exact. */
export class ReconciledAccount {
  readonly wallet = new Map<string, Holding>();
  readonly contracts = new Map<string, Holding>();
  private readonly lots = new Map<string, OrderedLots>();
  /** Whether a start is known: without one nothing can be expected. */
  hasStart = false;
  /** Whether the venue's word on what it holds was had. */
  isFollowed = false;
  /** Whether its words are known not to arrive. */
  isCutOff = false;
  /** Counts the venue's words, so that a list is no newer than its question. */
  words = 0;

  /** @param baseOf the base asset of a contract, or its name when it is not listed */
  constructor(
    readonly name: AccountName,
    private readonly baseOf: (symbol: string) => string,
  ) {}

  /** Begins anew: this is what there is. The venue's word is taken to be the same until it says otherwise. */
  start({ balances, positions }: AccountSnapshot, contractSizeOf: (symbol: string) => string, nowUs: number): void {
    for (const map of [this.wallet, this.contracts, this.lots]) map.clear();
    for (const { asset, total, closes = 0 } of balances) {
      this.begin(this.asset(asset), total, nowUs);
      this.asset(asset).closes = closes;
    }
    for (const { symbol, signedSize, openCost } of positions) {
      this.begin(this.contract(symbol), signedSize, nowUs);
      this.lots.set(symbol, new OrderedLots(new Exact(signedSize).mul(contractSizeOf(symbol)), new Exact(openCost)));
    }
    this.hasStart = true;
  }

  /** Books a fill without its fee. */
  fill(instrument: TradableInstrument, { side, quantity, price, timeMs }: Fill, nowUs: number): HoldingChange[] {
    const signed = new Exact(side === 'buy' ? quantity : `-${quantity}`);
    const { base, quote, symbol, contractSize } = instrument;
    if (this.name.market === 'spot') {
      return [this.move(this.asset(base), signed, nowUs), this.move(this.asset(quote), signed.mul(price).neg(), nowUs)];
    }
    const realised = this.lotsIn(symbol).trade(signed.mul(contractSize), new Exact(price), timeMs);
    const changes = [this.move(this.contract(symbol), signed, nowUs)];
    if (realised === null) return changes;
    const cash = this.asset(quote);
    cash.closes++;
    return [...changes, this.move(cash, realised, nowUs)];
  }

  /** Moves an amount of an asset in or out. */
  moveAsset(asset: string, amount: Decimal, nowUs: number): HoldingChange {
    return this.move(this.asset(asset), amount, nowUs);
  }

  /** Takes over what a contract really is, at a price for what was not known. */
  adoptContract(symbol: string, size: Decimal, contractSize: string, price: string, nowUs: number): HoldingChange {
    const holding = this.contract(symbol);
    const change = size.minus(holding.expected);
    this.lotsIn(symbol).trade(change.mul(contractSize), new Exact(price));
    return this.move(holding, change, nowUs);
  }

  /** The venue told one holding. */
  told(holding: Holding, actual: string, nowUs: number): void {
    holding.wordAt = ++this.words;
    if (holding.actual.eq(actual)) return;
    holding.actual = new Exact(actual);
    holding.movedUs = nowUs;
  }

  /** The venue listed all that is not zero; `askedAt` is `words` when it was asked. */
  listed(holdings: ReadonlyMap<string, Holding>, list: ReadonlyMap<string, string>, askedAt: number, nowUs: number): void {
    for (const [key, holding] of holdings) if (holding.wordAt <= askedAt) this.told(holding, list.get(key) ?? '0', nowUs);
  }

  asset(asset: string): Holding {
    return this.find(this.wallet, asset, () => emptyHolding(asset, null));
  }

  contract(symbol: string): Holding {
    return this.find(this.contracts, symbol, () => emptyHolding(this.baseOf(symbol), symbol));
  }

  /** What is expected now, to be kept. */
  snapshot(): AccountSnapshot {
    return {
      ...this.name,
      balances: [...this.wallet].flatMap(([asset, { expected, closes }]) =>
        expected.isZero() ? [] : [{ asset, total: expected.toFixed(), ...(closes > 0 && { closes }) }],
      ),
      positions: [...this.contracts].flatMap(([symbol, { expected }]) => {
        const openCost = this.lots.get(symbol)?.openCost ?? ZERO;
        return expected.isZero() ? [] : [{ symbol, signedSize: expected.toFixed(), openCost: openCost.toFixed() }];
      }),
    };
  }

  private lotsIn(symbol: string): OrderedLots {
    const lots = this.lots.get(symbol) ?? new OrderedLots();
    this.lots.set(symbol, lots);
    return lots;
  }

  private begin(holding: Holding, amount: string, nowUs: number): void {
    holding.expected = new Exact(amount);
    holding.actual = holding.expected;
    holding.movedUs = nowUs;
  }

  private move(holding: Holding, amount: Decimal, nowUs: number): HoldingChange {
    holding.expected = holding.expected.plus(amount);
    holding.movedUs = nowUs;
    holding.bookedUs = nowUs;
    const { asset, symbol, expected } = holding;
    return { ...this.name, asset, symbol, change: amount.toFixed(), expected: expected.toFixed() };
  }

  private find(holdings: Map<string, Holding>, key: string, make: () => Holding): Holding {
    const found = holdings.get(key) ?? make();
    holdings.set(key, found);
    return found;
  }
}

function emptyHolding(asset: string, symbol: string | null): Holding {
  return {
    asset,
    symbol,
    expected: ZERO,
    actual: ZERO,
    closes: 0,
    movedUs: 0,
    bookedUs: Number.NEGATIVE_INFINITY,
    differsSinceUs: Number.NaN,
    wordAt: 0,
  };
}
