import {
  KIND_HOLD_US,
  KIND_OFF,
  KIND_ON,
  KIND_STRIDE,
  RULE_KINDS,
  RULE_LEVELS,
  RULE_MOVE_BUCKETS,
  RULE_VOLUME_BUCKETS,
  RULE_VOLUME_TRADES,
  SIGNAL_IMBALANCE,
  SIGNAL_MICRO_MOVE,
  SIGNAL_STATE_RULES,
  SIGNAL_VOLUME,
  SIGNAL_WALL,
} from '../../assembly/memory/signal-layout.js';

/** When one kind of signal begins and ends. */
export interface SignalRule {
  /** Strength at which it begins, and below which it ends. */
  readonly on: number;
  readonly off: number;
  /** How long it must stand before it counts. */
  readonly holdUs: number;
}

/** What counts as a signal, for all books alike. */
export interface SignalRules {
  /** Best levels of a side that are looked at for imbalance and walls. */
  readonly levels: number;
  /** A micro-move is measured against the mid so many buckets (of 250 ms) ago. */
  readonly moveBuckets: number;
  /** Volume is summed over so many complete buckets and the open one. */
  readonly volumeBuckets: number;
  /** Trades that a volume imbalance needs at least. */
  readonly volumeTrades: number;
  /** Strengths: parts of 1; multiples of the mean of the other levels; basis points; parts of 1. */
  readonly imbalance: SignalRule;
  readonly wall: SignalRule;
  readonly microMove: SignalRule;
  readonly volume: SignalRule;
}

export const DEFAULT_SIGNAL_RULES: SignalRules = {
  levels: 10,
  moveBuckets: 2,
  volumeBuckets: 3,
  volumeTrades: 6,
  imbalance: { on: 0.65, off: 0.5, holdUs: 0 },
  wall: { on: 7, off: 4, holdUs: 0 },
  microMove: { on: 10, off: 5, holdUs: 0 },
  volume: { on: 0.7, off: 0.5, holdUs: 0 },
};

/** Writes the rules that all books share. */
export function writeSignalRules(view: DataView, address: number, rules: SignalRules): void {
  view.setFloat64(address + RULE_LEVELS, rules.levels, true);
  view.setFloat64(address + RULE_MOVE_BUCKETS, rules.moveBuckets, true);
  view.setFloat64(address + RULE_VOLUME_BUCKETS, rules.volumeBuckets, true);
  view.setFloat64(address + RULE_VOLUME_TRADES, rules.volumeTrades, true);
  const write = (kind: number, { on, off, holdUs }: SignalRule): void => {
    const at = address + RULE_KINDS + kind * KIND_STRIDE;
    view.setFloat64(at + KIND_ON, on, true);
    view.setFloat64(at + KIND_OFF, off, true);
    view.setFloat64(at + KIND_HOLD_US, holdUs, true);
  };
  write(SIGNAL_IMBALANCE, rules.imbalance);
  write(SIGNAL_WALL, rules.wall);
  write(SIGNAL_MICRO_MOVE, rules.microMove);
  write(SIGNAL_VOLUME, rules.volume);
}

/** Tells a book's signals where the rules are; all the rest of them starts as zeros. */
export function writeSignalHeader(view: DataView, address: number, rules: number): void {
  view.setFloat64(address + SIGNAL_STATE_RULES, rules, true);
}
