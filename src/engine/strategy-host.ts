import { StrategyContext, type StrategySurroundings } from '../strategy/context.js';
import type { LegUpdate } from '../strategy/intent.js';
import type { MarketView } from '../strategy/market-view.js';
import { Positions } from '../strategy/positions.js';
import type { HostedStrategy, Strategy } from '../strategy/strategy.js';
import { SlippageMemory } from './slippage-memory.js';

/** Timers a strategy may have called in one turn; one that sets a timer for the past over and over is stopped by it. */
const TIMERS_PER_TURN = 32;

/**
 * Runs strategies in the engine's turns, one after the other in their order: what became of their orders, then timers that are due,
 * then the market. Each has its own positions, budget and timers; the capital is one for all.
 */
export class StrategyHost {
  readonly contexts: readonly StrategyContext[];
  private readonly strategies: readonly Strategy[];
  private readonly slippage: SlippageMemory;
  /** The market of the turn under way, which intents are noted against. */
  private market: MarketView | null = null;
  /** Updates told since the last turn, with the strategy that each is for. */
  private readonly updates: { readonly strategy: number; readonly update: LegUpdate }[] = [];

  /** @param books number of books of the universe */
  constructor(hosted: readonly HostedStrategy[], books: number, surroundings: StrategySurroundings) {
    this.strategies = hosted.map(({ strategy }) => strategy);
    this.slippage = new SlippageMemory(surroundings.costs);
    const noting: StrategySurroundings = {
      ...surroundings,
      nextIntentId: () => surroundings.nextIntentId(),
      emit: (intent) => {
        if (this.market !== null) this.slippage.note(intent, this.market);
        surroundings.emit(intent);
      },
    };
    this.contexts = hosted.map(
      ({ name, budget }, index) => new StrategyContext(index, name, new Positions(books), budget, noting),
    );
  }

  /** Tells what became of a leg; the strategy hears of it in the next turn. @param strategy Intent.strategy */
  tell(strategy: number, update: LegUpdate): void {
    this.updates.push({ strategy, update });
  }

  /** Whether a turn has something to do although no book changed. */
  isDue(nowUs: number): boolean {
    if (this.updates.length > 0) return true;
    for (const context of this.contexts) if (context.nextDueUs() <= nowUs) return true;
    return false;
  }

  /** One turn of all strategies. */
  turn(market: MarketView): void {
    this.market = market;
    this.deliver(market);
    for (let index = 0; index < this.strategies.length; index++) {
      const strategy = this.strategies[index] as Strategy;
      const context = this.contexts[index] as StrategyContext;
      for (let calls = 0; calls < TIMERS_PER_TURN; calls++) {
        const timer = context.takeDue(market.nowUs);
        if (timer < 0) break;
        strategy.onTimer?.(timer, market, context);
      }
      if (market.rowCount > 0) strategy.onMarket(market, context);
    }
  }

  /** What is told while it delivers waits for the next turn. */
  private deliver(market: MarketView): void {
    for (let left = this.updates.length; left > 0; left--) {
      const { strategy, update } = this.updates.shift() as (typeof this.updates)[number];
      const context = this.contexts[strategy];
      if (context === undefined) continue;
      context.positions.apply(update);
      this.slippage.learn(update);
      this.strategies[strategy]?.onLegUpdate?.(update, market, context);
    }
  }
}
