import type { Clock } from '../domain/clock.js';
import { Exact, tenTo } from '../domain/decimal.js';
import type { JournalFill, JournalOrder } from '../execution/ports.js';
import type { MinimalOrderRiskManager } from '../risk/manager.js';
import { legKey, type RiskState } from '../risk/state.js';
import type { BookInfo } from '../strategy/universe.js';
import { hasEnded } from './order-entries.js';
import type { Prices } from './prices.js';

/** An order as the risk state counts it. */
interface CountedOrder {
  readonly key: number;
  readonly strategy: number;
  readonly info: BookInfo;
  /** Signed quantity units of the fills that were told, and their value in price units times quantity units. */
  filledUnits: number;
  quoteUnits: number;
  /** Signed quantity units that the risk state has as filled: what the venue reported counts before its fills are told. */
  countedUnits: number;
  readonly trades: Set<string>;
}

const ORDERS_KEPT = 4096;

/** Tells the risk state what becomes of orders: those of intents, which the check has counted already, and hedges, which it has not. */
export class RiskFeed {
  private readonly orders = new Map<string, CountedOrder>();
  private readonly claimed = new Set<number>();
  private hedges = 0;

  /** @param strategyNames by Intent.strategy */
  constructor(
    private readonly prices: Pick<Prices, 'book'>,
    private readonly strategyNames: readonly string[],
    private readonly state: RiskState,
    private readonly risk: MinimalOrderRiskManager,
    private readonly clock: Clock,
  ) {}

  /** A step in the life of an order; the first before it leaves. */
  order(entry: JournalOrder): void {
    const known = this.orders.get(entry.clientOrderId) ?? this.count(entry);
    if (known === undefined || !hasEnded(entry.state)) return;
    const { info, filledUnits } = known;
    const reported = units(entry.filled, info.qtyScale) * (entry.side === 'buy' ? 1 : -1);
    const missing = Math.max(0, Math.abs(reported) - Math.abs(filledUnits));
    known.countedUnits = missing > 0 ? reported : filledUnits;
    const quoteUnits = known.quoteUnits + missing * units(entry.price ?? '0', info.priceScale);
    this.state.orderUpdate(known.key, known.countedUnits, quoteUnits, true, this.nowUs());
  }

  /** A fill; one that is told again changes nothing. */
  fill({ clientOrderId, fill }: JournalFill): void {
    const known = this.orders.get(clientOrderId);
    if (known === undefined || known.trades.has(`${fill.tradeId} ${fill.side}`)) return;
    known.trades.add(`${fill.tradeId} ${fill.side}`);
    const { info, key, strategy } = known;
    const size = units(fill.quantity, info.qtyScale);
    const signed = fill.side === 'buy' ? size : -size;
    const price = units(fill.price, info.priceScale);
    known.filledUnits += signed;
    known.quoteUnits += size * price;
    const isOpen = this.state.orderUpdate(key, known.filledUnits, known.quoteUnits, false, this.nowUs());
    const more = known.filledUnits - known.countedUnits;
    if (!isOpen && more * signed <= 0) return;
    known.countedUnits = known.filledUnits;
    if (isOpen) return;
    // It had been told to be over with less.
    const held = this.state.strategies[strategy]?.position[info.book] ?? 0;
    this.state.setPosition(strategy, info.book, held + more, price, this.nowUs());
  }

  private count(entry: JournalOrder): CountedOrder | undefined {
    const { intent, leg, clientOrderId, side, quantity, price } = entry;
    const info = this.prices.book(entry, entry.symbol);
    const strategy = this.strategyNames.indexOf(entry.strategy);
    if (info === undefined) return undefined;
    const ofIntent = legKey(intent, leg);
    const isOfIntent = !this.claimed.has(ofIntent) && this.state.isOpen(ofIntent);
    const key = isOfIntent ? ofIntent : -++this.hedges;
    if (isOfIntent) this.claimed.add(ofIntent);
    else {
      const signed = units(quantity, info.qtyScale) * (side === 'buy' ? 1 : -1);
      this.state.open(key, strategy, info.book, signed, units(price ?? '0', info.priceScale));
      this.risk.noteOrder(this.nowUs());
    }
    const counted = { key, strategy, info, filledUnits: 0, quoteUnits: 0, countedUnits: 0, trades: new Set<string>() };
    this.orders.set(clientOrderId, counted);
    this.forgetOldest();
    return counted;
  }

  private forgetOldest(): void {
    if (this.orders.size <= ORDERS_KEPT) return;
    for (const [id, { key }] of this.orders) {
      if (this.state.isOpen(key)) continue;
      this.orders.delete(id);
      this.claimed.delete(key);
      return;
    }
  }

  private nowUs(): number {
    return this.clock.monotonicUs();
  }
}

function units(amount: string, scale: number): number {
  return new Exact(amount).mul(tenTo(scale)).toNumber();
}
