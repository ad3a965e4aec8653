import type { RiskUniverse } from '../risk/instruments.js';
import type { RiskState } from '../risk/state.js';
import type { DeskEvent, UnattributedPolicy } from './desk-types.js';
import type { PositionKeeper } from './position-keeper.js';

export interface UnattributedPositionsParts {
  readonly market: RiskUniverse;
  readonly state: RiskState;
  /** Index of the owner that is no strategy. */
  readonly owner: number;
  readonly policy: UnattributedPolicy;
  readonly keeper: Pick<PositionKeeper, 'flatten'>;
  readonly onEvent: (event: DeskEvent) => void;
}

/** Watches contracts that are nobody's: found by the reconciliation, filled for strange orders, or left of a strategy that is gone. */
export class UnattributedPositions {
  /** By book, the quantity units that were told. */
  private readonly told = new Map<number, number>();

  constructor(private readonly parts: UnattributedPositionsParts) {}

  /** Tells what came about since the last look. @param mayTrade whether anything may be closed now */
  look(mayTrade: boolean): void {
    const { market, state, owner, policy, keeper, onEvent } = this.parts;
    const position = state.strategies[owner]?.position;
    if (position === undefined) return;
    let isHeld = false;
    for (const { info, isFutures } of market.books) {
      const units = isFutures ? (position[info.book] ?? 0) : 0;
      if (units !== 0) isHeld = true;
      const before = this.told.get(info.book) ?? 0;
      if (units === before) continue;
      this.told.set(info.book, units);
      const isLess = Math.abs(units) < Math.abs(before) && units * before >= 0;
      if (isLess) continue;
      const { venue, symbol } = info.instrument;
      const facts = { venue, symbol, contracts: units / 10 ** info.qtyScale, policy };
      onEvent({ level: 'alert', kind: 'unattributed-position', facts });
    }
    if (isHeld && mayTrade && policy === 'flatten') keeper.flatten(owner);
  }
}
