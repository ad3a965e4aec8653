import { type Intent, type IntentLeg, PURPOSES, type Purpose } from '../strategy/intent.js';

/** Numbers of an intent and of each of its legs, in the order in which they are written. */
const INTENT_NUMBERS = 13;
const LEG_NUMBERS = 7;

/** A plain copy of an intent. */
export interface LoggedIntent extends Readonly<Omit<Intent, 'legs' | 'legCount' | 'addLeg' | 'begin' | 'purpose'>> {
  readonly purpose: Purpose;
  readonly legs: readonly Readonly<Omit<IntentLeg, 'changeUnits'>>[];
}

/** Bytes that an intent takes. */
export function intentBytes(legCount: number): number {
  return (INTENT_NUMBERS + legCount * LEG_NUMBERS) * 8;
}

/** Whether an intent may take so many bytes. */
export function isIntentBytes(bytes: number): boolean {
  return bytes >= intentBytes(0) && (bytes - intentBytes(0)) % (LEG_NUMBERS * 8) === 0;
}

/** Writes an intent, all of it as float64, little endian. Allocates nothing. */
export function writeIntent(view: DataView, start: number, intent: Intent): void {
  const { legs, legCount } = intent;
  view.setFloat64(start, intent.id, true);
  view.setFloat64(start + 8, intent.strategy, true);
  view.setFloat64(start + 16, PURPOSES.indexOf(intent.purpose), true);
  view.setFloat64(start + 24, intent.row, true);
  view.setFloat64(start + 32, intent.turn, true);
  view.setFloat64(start + 40, intent.tsUs, true);
  view.setFloat64(start + 48, intent.expiresUs, true);
  view.setFloat64(start + 56, intent.hedgeByUs, true);
  view.setFloat64(start + 64, intent.expectedNet, true);
  view.setFloat64(start + 72, intent.expectedNetFraction, true);
  view.setFloat64(start + 80, intent.fallbackBook, true);
  view.setFloat64(start + 88, intent.decision, true);
  view.setFloat64(start + 96, legCount, true);
  for (let index = 0; index < legCount; index++) {
    const leg = legs[index] as IntentLeg;
    const at = start + (INTENT_NUMBERS + index * LEG_NUMBERS) * 8;
    view.setFloat64(at, leg.book, true);
    view.setFloat64(at + 8, leg.positionUnits, true);
    view.setFloat64(at + 16, leg.targetUnits, true);
    view.setFloat64(at + 24, leg.limitPriceUnits, true);
    view.setFloat64(at + 32, leg.reduceOnly ? 1 : 0, true);
    view.setFloat64(at + 40, leg.version, true);
    view.setFloat64(at + 48, leg.sequence, true);
  }
}

/** Reads what `writeIntent` wrote. */
export function readIntent(bytes: Uint8Array): LoggedIntent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = (place: number): number => view.getFloat64(place * 8, true);
  return {
    id: number(0),
    strategy: number(1),
    purpose: PURPOSES[number(2)] ?? 'open',
    row: number(3),
    turn: number(4),
    tsUs: number(5),
    expiresUs: number(6),
    hedgeByUs: number(7),
    expectedNet: number(8),
    expectedNetFraction: number(9),
    fallbackBook: number(10),
    decision: number(11),
    legs: Array.from({ length: (bytes.length - intentBytes(0)) / (LEG_NUMBERS * 8) }, (_, index) => {
      const first = INTENT_NUMBERS + index * LEG_NUMBERS;
      return {
        book: number(first),
        positionUnits: number(first + 1),
        targetUnits: number(first + 2),
        limitPriceUnits: number(first + 3),
        reduceOnly: number(first + 4) === 1,
        version: number(first + 5),
        sequence: number(first + 6),
      };
    }),
  };
}
