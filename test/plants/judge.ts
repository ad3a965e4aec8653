// Holds what a detector said against what was planted. It knows the truth, and nothing of how the detector works.
import { COUNTED_LIFE_US } from '../../src/sim/plants/profit.js';
import type { PlantedTruth, ProfitPlant, SignalKind, SignalPlant, TrapPlant } from '../../src/sim/plants/truth.js';
import { type Found, isSameRow, type Observed, type ObservedIntent, type Onset } from './observed.js';

/** Counts of one seed, or sums of many. */
export interface Verdict {
  readonly planted: number;
  readonly found: number;
  readonly trapsPlanted: number;
  readonly trapsTaken: number;
  /** Greatest difference of predicted and realised net profit, in basis points of the cost. */
  readonly profitErrorBpMax: number;
  readonly signalsPlanted: number;
  readonly signalsFound: number;
  readonly onsets: number;
  readonly falseOnsets: number;
  /** What the engine wanted to trade, and what of it belongs to nothing that was planted. */
  readonly intents: number;
  readonly strayIntents: number;
  /** What went wrong, in words. */
  readonly faults: readonly string[];
}

export const NOTHING: Verdict = {
  planted: 0,
  found: 0,
  trapsPlanted: 0,
  trapsTaken: 0,
  profitErrorBpMax: 0,
  signalsPlanted: 0,
  signalsFound: 0,
  onsets: 0,
  falseOnsets: 0,
  intents: 0,
  strayIntents: 0,
  faults: [],
};

/** How late a signal may be told after it has ended, beside the way of the frames. */
const SIGNAL_DELAY_US = 50_000;
/** For how long what was planted may be told again: trades and moves are summed over some time, so that the last of them still count. */
const ECHO_US: Readonly<Record<SignalKind, number>> = {
  imbalance: SIGNAL_DELAY_US,
  wall: SIGNAL_DELAY_US,
  'micro-move': 750_000,
  volume: 1_000_000,
};

export function sumOf(left: Verdict, right: Verdict): Verdict {
  return {
    planted: left.planted + right.planted,
    found: left.found + right.found,
    trapsPlanted: left.trapsPlanted + right.trapsPlanted,
    trapsTaken: left.trapsTaken + right.trapsTaken,
    profitErrorBpMax: Math.max(left.profitErrorBpMax, right.profitErrorBpMax),
    signalsPlanted: left.signalsPlanted + right.signalsPlanted,
    signalsFound: left.signalsFound + right.signalsFound,
    onsets: left.onsets + right.onsets,
    falseOnsets: left.falseOnsets + right.falseOnsets,
    intents: left.intents + right.intents,
    strayIntents: left.strayIntents + right.strayIntents,
    faults: [...left.faults, ...right.faults],
  };
}

/**
 * The verdict over one seed.
 * @param wayUs how long frames take from the venues to the detector
 * @param profitErrorsBp of everything that was traded to see whether the prediction holds
 */
export function judge(truth: PlantedTruth, observed: Observed, wayUs: number, profitErrorsBp: readonly number[]): Verdict {
  const faults: string[] = [];
  const counted = truth.profits.filter(({ startUs, endUs }) => endUs - startUs > COUNTED_LIFE_US);
  const found = counted.filter((plant) => {
    const isFound = observed.found.some((one) => isFoundBy(plant, one, wayUs));
    if (!isFound) faults.push(`not found: ${describe(plant)}`);
    return isFound;
  });
  const taken = truth.traps.filter((trap) => {
    const intent = observed.intents.find((one) => isTakenBy(trap, one, wayUs));
    if (intent !== undefined) faults.push(`taken at ${intent.atUs}: ${describe(trap)}`);
    return intent !== undefined;
  });
  const stray = observed.intents.filter(
    (intent) =>
      !truth.profits.some((plant) => isMeantBy(plant, intent, wayUs)) &&
      !truth.traps.some((trap) => isTakenBy(trap, intent, wayUs)),
  );
  for (const intent of stray) faults.push(`stray intent at ${intent.atUs}: ${describeIntent(intent)}`);
  return {
    ...NOTHING,
    planted: counted.length,
    found: found.length,
    trapsPlanted: truth.traps.length,
    trapsTaken: taken.length,
    profitErrorBpMax: Math.max(0, ...profitErrorsBp),
    intents: observed.intents.length,
    strayIntents: stray.length,
    ...judgeSignals(truth.signals, observed.onsets, wayUs, faults),
    faults,
  };
}

/** Whether an opportunity is this plant, with every size that can be traded, and seen while it lived. */
function isFoundBy(plant: ProfitPlant, { row, pair, atUs, sizes }: Found, wayUs: number): boolean {
  return (
    isSameRow(plant.row, row) &&
    plant.pair.buy === pair.buy &&
    plant.pair.sell === pair.sell &&
    atUs >= plant.startUs &&
    atUs <= plant.endUs + wayUs &&
    plant.sizes.every(({ multiple, status }) => status !== 'feasible' || sizes.some((size) => size.multiple === multiple))
  );
}

function isMeantBy(plant: ProfitPlant, intent: ObservedIntent, wayUs: number): boolean {
  return (
    isWithin(plant, intent.atUs, wayUs) &&
    intent.legs.every(
      ({ row, venue, side }) => isSameRow(plant.row, row) && (side === 'buy' ? plant.pair.buy : plant.pair.sell) === venue,
    )
  );
}

function isTakenBy(trap: TrapPlant, { atUs, legs }: ObservedIntent, wayUs: number): boolean {
  if (!isWithin(trap, atUs, wayUs) || !legs.every(({ row }) => isSameRow(trap.row, row))) return false;
  const { pair, venue } = trap;
  if (pair === null) return legs.some((leg) => leg.venue === venue);
  return legs.every((leg) => leg.venue === (leg.side === 'buy' ? pair.buy : pair.sell));
}

function isWithin(
  { startUs, endUs }: { readonly startUs: number; readonly endUs: number },
  atUs: number,
  lateUs: number,
): boolean {
  return atUs >= startUs && atUs <= endUs + lateUs;
}

/**
 * A signal is told when its kind and direction are, on its book and in its time. What else the same book tells in the same direction
 * meanwhile follows from it (a wall weighs on one side as well), and is neither found nor false. Only rows count on which signals are
 * planted: everywhere else books are uneven, and what they tell is nobody's truth.
 */
function judgeSignals(
  signals: readonly SignalPlant[],
  told: readonly Onset[],
  wayUs: number,
  faults: string[],
): Pick<Verdict, 'signalsPlanted' | 'signalsFound' | 'onsets' | 'falseOnsets'> {
  const counted = signals.filter(({ counts }) => counts);
  const onsets = told.filter(({ row }) => signals.some((plant) => isSameRow(plant.row, row)));
  const lateUs = wayUs + SIGNAL_DELAY_US;
  const missing = counted.filter((plant) => !onsets.some((onset) => onset.kind === plant.kind && isFrom(plant, onset, lateUs)));
  const strays = onsets.filter(
    (onset) => !counted.some((plant) => isFrom(plant, onset, plant.kind === onset.kind ? wayUs + ECHO_US[plant.kind] : lateUs)),
  );
  for (const plant of missing) faults.push(`signal not told: ${describe(plant)}`);
  for (const onset of strays) faults.push(`false signal: ${describeOnset(onset)}`);
  return {
    signalsPlanted: counted.length,
    signalsFound: counted.length - missing.length,
    onsets: onsets.length,
    falseOnsets: strays.length,
  };
}

function isFrom(plant: SignalPlant, { row, venue, up, atUs }: Onset, lateUs: number): boolean {
  return plant.up === up && plant.venue === venue && isSameRow(plant.row, row) && isWithin(plant, atUs, lateUs);
}

function describe(plant: ProfitPlant | TrapPlant | SignalPlant): string {
  const { kind, row, startUs, endUs } = plant;
  const where = 'venue' in plant ? plant.venue : `${plant.pair.buy} to ${plant.pair.sell}`;
  const direction = 'up' in plant ? (plant.up ? ' up' : ' down') : '';
  return `${kind}${direction} ${row.base} ${row.market} at ${where} from ${startUs} for ${endUs - startUs} us`;
}

function describeOnset({ kind, row, venue, up, atUs }: Onset): string {
  return `${kind} ${up ? 'up' : 'down'} ${row.base} ${row.market} at ${venue} at ${atUs}`;
}

function describeIntent({ legs }: ObservedIntent): string {
  return legs.map(({ row, venue, side, base }) => `${side} ${base} ${row.base} ${row.market} at ${venue}`).join(', ');
}
