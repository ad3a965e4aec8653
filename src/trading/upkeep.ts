import { Exact } from '../domain/decimal.js';
import type { MinimalOrderExecutor } from '../execution/executor.js';
import type { RiskConfig } from '../risk/config.js';
import type { FuturesRiskManager } from '../risk/futures-manager.js';
import type { RiskUniverse } from '../risk/instruments.js';
import type { RiskState } from '../risk/state.js';
import type { MarketView } from '../strategy/market-view.js';
import type { FundingDesk } from './funding-desk.js';
import type { PositionKeeper } from './position-keeper.js';
import type { Prices } from './prices.js';
import type { TradingLedger } from './trading-ledger.js';
import type { UnattributedPositions } from './unattributed-positions.js';

export interface UpkeepParts {
  readonly market: RiskUniverse;
  readonly config: RiskConfig;
  readonly state: RiskState;
  readonly risk: FuturesRiskManager;
  readonly executor: MinimalOrderExecutor;
  readonly keeper: PositionKeeper;
  readonly funding: FundingDesk;
  readonly unattributed: UnattributedPositions;
  readonly ledger: TradingLedger;
  readonly prices: Prices;
  readonly intervalUs: number;
  readonly deleverageUs: number;
  /** Entries after which the next start is spared reading them. */
  readonly checkpointEntries: number;
}

/** How many times more entries a start may have to read because trading was never idle. */
const BUSY_FACTOR = 4;

/** What no intent asks for, now and then: positions are valued, losses watched, leftovers traded, liquidations kept away. */
export class Upkeep {
  private lastUs = Number.NEGATIVE_INFINITY;
  private deleveragedUs = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: UpkeepParts) {}

  /** Called after every turn. @param mayTrade whether leftovers may be looked at */
  look(market: MarketView, mayTrade: boolean): void {
    if (market.nowUs - this.lastUs < this.parts.intervalUs) return;
    this.lastUs = market.nowUs;
    const { risk, funding, keeper } = this.parts;
    this.value(market);
    risk.watch(market.nowUs, market.epochUs);
    this.takeOver();
    this.parts.unattributed.look(mayTrade);
    funding.look();
    this.checkpoint();
    if (!mayTrade) return;
    this.deleverage(market);
    keeper.look(market);
  }

  /** Positions at the prices of now, and the equity with them. */
  private value({ nowUs }: MarketView): void {
    const { market, state, prices } = this.parts;
    for (const { info } of market.books) {
      if ((state.all.position[info.book] ?? 0) !== 0 && prices.isFresh(info))
        state.mark(info.book, prices.midUnits(info.book), nowUs);
    }
    state.profit.setEquity(this.equity());
  }

  /** Capital, booked profit, and what open positions would bring; a position without a price counts at what it cost. */
  private equity(): number {
    const { ledger, prices, config } = this.parts;
    const { books, profit } = ledger.memory;
    let equity = profit.capital + profit.booked;
    for (const open of books.openPositions()) {
      const { quantity, openCost } = open.position;
      if (quantity.isZero()) continue;
      const { asset, price } = prices.ofPosition(open);
      if (price > 0) equity += quantity.mul(price).minus(openCost).toNumber() * (config.rates[asset] ?? 0);
    }
    return equity;
  }

  /** What execution will not hedge any more is the keeper's from here on. */
  private takeOver(): void {
    const { executor, keeper } = this.parts;
    for (const { intent, strategy, asset, base } of executor.givenUp()) {
      executor.release(intent);
      keeper.owe(strategy, asset, new Exact(base));
    }
  }

  /** While nothing is under way; when that does not happen for long, all the same. */
  private checkpoint(): void {
    const { ledger, executor, checkpointEntries } = this.parts;
    const { uncheckpointed } = ledger;
    const isIdle = executor.activeCount === 0;
    if (uncheckpointed >= checkpointEntries * (isIdle ? 1 : BUSY_FACTOR)) ledger.checkpoint();
  }

  private deleverage(market: MarketView): void {
    if (market.nowUs - this.deleveragedUs < this.parts.deleverageUs) return;
    const { risk, keeper } = this.parts;
    const trigger = risk.deleveragingTrigger(market);
    if (trigger === null) return;
    this.deleveragedUs = market.nowUs;
    keeper.reduce(risk.executeDeleveraging(trigger).targets, market);
  }
}
