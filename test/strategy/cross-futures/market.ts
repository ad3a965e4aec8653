import type { InstrumentSpec } from '../../../src/sim/lab/instrument.js';
import { type Level, Rig, type RigOptions, type SeenDecision } from '../../../src/sim/lab/rig.js';
import { crossFuturesDefinition } from '../../../src/strategy/cross-futures/cross-futures-strategy.js';
import { CROSS_FUTURES_STAGES } from '../../../src/strategy/cross-futures/stages.js';
import type { BookInfo } from '../../../src/strategy/universe.js';

const perpetual = (venue: InstrumentSpec['venue'], contractSize: string, takerFeeBps: number): InstrumentSpec => ({
  venue,
  market: 'futures',
  priceDecimals: 2,
  qtyDecimals: 0,
  contractSize,
  takerFeeBps,
});

/** One contract at three venues, in contracts of 0.1, 0.01 and 1 base assets. */
export function rowRig(config: object = {}, options: Partial<RigOptions> = {}) {
  const rows = [[perpetual('mexc', '0.1', 2), perpetual('gateio', '0.01', 5), perpetual('binance', '1', 5)]];
  const rig = new Rig({ rows, ...options });
  rig.run(rig.make(crossFuturesDefinition, { openSlackBps: 0, noteMs: 0, confirmMs: 0, ...config }));
  return {
    rig,
    mexc: rig.book('mexc', 'futures'),
    gateio: rig.book('gateio', 'futures'),
    binance: rig.book('binance', 'futures'),
  };
}

/** A book with one level on each side; quantities in contracts. */
export function quote(rig: Rig, info: BookInfo, bid: string, ask: string, contracts = '100000'): void {
  rig.setBook(info, [[bid, contracts]], [[ask, contracts]]);
}
export type { Level };

/** A decision in words and by the names of its figures. */
export function told(decision: SeenDecision | undefined): { stage: string; verdict: string; figures: Record<string, number> } {
  const stage = CROSS_FUTURES_STAGES[decision?.stage ?? -1];
  const names = stage?.figures ?? [];
  return {
    stage: stage?.name ?? '',
    verdict: stage?.verdicts[decision?.verdict ?? -1] ?? '',
    figures: Object.fromEntries(names.map((name, index) => [name, decision?.figures[index] ?? Number.NaN])),
  };
}
