import type { InstrumentSpec } from '../../../src/sim/lab/instrument.js';
import { Rig, type RigOptions, type SeenDecision } from '../../../src/sim/lab/rig.js';
import { basisDefinition } from '../../../src/strategy/basis/basis-strategy.js';
import { BASIS_STAGES } from '../../../src/strategy/basis/stages.js';
import type { BookInfo } from '../../../src/strategy/universe.js';

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
export const PLAIN = { interestRate: 0, openSlackBps: 0, depthShare: 1, noteMs: 0, noteWithinBps: 20_000 };

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

/** A rig with an open position: 10 base assets of spot, 100 contracts sold, at a basis of 60 bp. */
export function opened(config: object = {}, fundingRate?: number) {
  const made = pairRig(config);
  const { rig, spot, perp } = made;
  quote(rig, spot, '99.99', '100.00');
  quote(rig, perp, '100.600', '100.610');
  if (fundingRate !== undefined) rig.setMark(perp, { fundingRate });
  const [open] = rig.turn();
  if (open === undefined) throw new Error('nothing was opened');
  rig.fill(open);
  rig.turn();
  return { ...made, open };
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
