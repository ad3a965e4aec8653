import { basisDefinition } from '../../../src/strategy/basis/basis-strategy.js';
import { BASIS_STAGES } from '../../../src/strategy/basis/stages.js';
import type { BookInfo } from '../../../src/strategy/universe.js';
import type { InstrumentSpec } from '../instrument.js';
import { Rig, type RigOptions, type SeenDecision } from '../rig.js';

export const SPOT: InstrumentSpec = { venue: 'binance', market: 'spot', priceDecimals: 2, qtyDecimals: 2, takerFeeBps: 10 };
export const PERP: InstrumentSpec = {
  venue: 'binance',
  market: 'futures',
  priceDecimals: 3,
  qtyDecimals: 0,
  contractSize: '0.1',
  takerFeeBps: 5,
};

/** Parameters without interest and with nothing but the touch in the way, so that figures can be checked by hand. */
export const PLAIN = { interestRate: 0, openSlackBps: 0, depthShare: 1, noteMs: 0 };

/** One spot book and one perpetual, each its own row. */
export function pairRig(config: object = {}, options: Partial<RigOptions> = {}) {
  const rig = new Rig({ rows: [[SPOT], [PERP]], ...options });
  rig.run(rig.make(basisDefinition, { ...PLAIN, ...config }));
  const spot = rig.book('binance', 'spot');
  const perp = rig.book('binance', 'futures');
  return { rig, spot, perp };
}

/** A book with one level on each side. */
export function quote(rig: Rig, info: BookInfo, bid: string, ask: string, qty = '1000'): void {
  rig.setBook(info, [[bid, qty]], [[ask, qty]]);
}

/** A decision in words and by the names of its figures. */
export function told(decision: SeenDecision | undefined): { stage: string; verdict: string; figures: Record<string, number> } {
  const stage = BASIS_STAGES[decision?.stage ?? -1];
  const names = stage?.figures ?? [];
  return {
    stage: stage?.name ?? '',
    verdict: stage?.verdicts[decision?.verdict ?? -1] ?? '',
    figures: Object.fromEntries(names.map((name, index) => [name, decision?.figures[index] ?? Number.NaN])),
  };
}
