import type { TradingSetup } from '../research/backtest/paper-trading.js';
import { RiskConfigSchema } from '../risk/config.js';
import { makeStrategies } from '../strategy/registry.js';
import type { StrategyUniverse } from '../strategy/universe.js';
import type { PaperSettings } from '../trading/paper/settings.js';
import type { Config } from './config.js';
import { decisionSettings } from './deciding.js';

/** From a change of the books to the end of the turn that sees it, in a live run on a quiet machine. */
const REACTION_US = 50;
/** A live engine looks round at least so often. */
const IDLE_MS = 50;
/** As long as a live run waits for prices before accounts are opened. */
const PATIENCE_MS = 30_000;

/** The engine and its desk as a paper run of this configuration would have them. */
export function backtestSetup(
  config: Config,
  universe: StrategyUniverse,
  modelsOf: TradingSetup['modelsOf'],
  paper: Partial<PaperSettings> = {},
): TradingSetup {
  const worth = String(config.decisions.paperBalanceQuote);
  const { driftQuoteMax, hedgeMs } = config.trading;
  return {
    strategies: makeStrategies(config.strategies, universe),
    decisions: decisionSettings(config),
    risk: config.risk ?? RiskConfigSchema.parse({}),
    endowment: { quote: worth, inventory: worth },
    paper,
    desk: { driftQuoteMax, execution: { hedgeMs } },
    ...(modelsOf !== undefined && { modelsOf }),
    ...{ reactionUs: REACTION_US, idleMs: IDLE_MS, patienceMs: PATIENCE_MS },
  };
}
