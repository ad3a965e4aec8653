import { Rig, type RigOptions, type SeenIntent } from '../../../src/sim/lab/rig.js';
import { simpleDeltaDefinition } from '../../../src/strategy/delta/definition.js';
import { SimpleDeltaArbitrageStrategy } from '../../../src/strategy/delta/simple-delta-arbitrage-strategy.js';
import type { ParameterUpdate } from '../../../src/strategy/delta/types.js';

const SYMBOL = { base: 'ABC', quote: 'USDT' };

export interface DeltaMarket {
  readonly rig: Rig;
  readonly strategy: SimpleDeltaArbitrageStrategy;
  /** Sets both books of the first pair: [spot ask, futures bid], one tick wide. */
  quote(spotAsk: number, futuresBid: number, qty?: string): void;
  /** Sets the books and runs a turn. */
  turnAt(spotAsk: number, futuresBid: number, afterUs?: number): readonly SeenIntent[];
}

/** Spot at MEXC, a perpetual at Gate.io with contracts of ten, no fees, and the strategy upon it. */
export function deltaMarket(config: object = {}, options: Partial<RigOptions> = {}): DeltaMarket {
  const rig = new Rig({
    rows: [
      [{ venue: 'mexc', takerFeeBps: 0, qtyDecimals: 2 }],
      [{ venue: 'gateio', market: 'futures', takerFeeBps: 0, qtyDecimals: 0, contractSize: '0.1' }],
    ],
    maxQuoteAgeUs: 1e12,
    ...options,
  });
  const made = rig.make(simpleDeltaDefinition, { symbol: SYMBOL, ...config });
  rig.run(made);
  const { strategy } = made;
  if (!(strategy instanceof SimpleDeltaArbitrageStrategy)) throw new Error('not the delta strategy');
  const spot = rig.book('mexc');
  const futures = rig.book('gateio', 'futures');
  const quote = (spotAsk: number, futuresBid: number, qty = '1000000'): void => {
    rig.setBook(spot, [[(spotAsk - 0.0001).toFixed(4), qty]], [[spotAsk.toFixed(4), qty]]);
    rig.setBook(futures, [[futuresBid.toFixed(4), qty]], [[(futuresBid + 0.0001).toFixed(4), qty]]);
  };
  return {
    rig,
    strategy,
    quote,
    turnAt: (spotAsk, futuresBid, afterUs) => {
      quote(spotAsk, futuresBid);
      return rig.turn(afterUs);
    },
  };
}

/** An update that passes, unless told otherwise. */
export function update(given: Partial<ParameterUpdate> = {}): ParameterUpdate {
  return {
    entryThresholdPct: 0.6,
    exitThresholdPct: 0.2,
    confidenceScore: 0.8,
    analysisPeriodHours: 24,
    meanReversionSpeed: 0.5,
    spreadVolatility: 0.1,
    optimizationTimestamp: 1000,
    dataPointsAnalyzed: 500,
    optimizationDurationMs: 12,
    ...given,
  };
}

/** Why each trade ended that was told so far. */
export function tradeReasons({ events }: Rig): unknown[] {
  return events.flatMap(({ kind, facts }) => (kind === 'trade' && 'reason' in facts ? [facts.reason] : []));
}
