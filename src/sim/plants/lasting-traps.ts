import type { SeededRandom } from '../../domain/random.js';
import type { VenueId } from '../../domain/venue.js';
import type { Stage, StageRow } from './stage.js';
import type { TrapKind } from './truth.js';

/** A book that nothing was heard of for so long is not to be traded on. */
export const STALE_AFTER_US = 1_000_000;
/** When the others move, in multiples of that time since the silence began. */
const MOVE_MIN = 1.05;
const MOVE_RANGE = 0.75;
const MOVE_FRACTION_MIN = 0.02;
const MOVE_FRACTION_RANGE = 0.03;
/** How long a silence lasts in all. */
export const SILENCE_US = 2_600_000;

/**
 * Notes the traps that stand from the first moment to the last: listings that have a name in common with the others and nothing else,
 * and multiples of an asset beside the asset itself.
 */
export function plantLasting(stage: Stage, endUs: number): void {
  for (const row of stage.rows) {
    for (const { venue, strange } of row.books) if (strange) lasting(stage, row, 'other-asset', venue, endUs);
    for (const { venue } of multiplesOf(row, stage.rows)) lasting(stage, row, 'multiplier', venue, endUs);
  }
}

/** The listings of another multiple of a row's asset: whoever takes them for the same sees prices a thousand times apart. */
function multiplesOf(row: StageRow, rows: readonly StageRow[]): readonly { readonly venue: VenueId }[] {
  if (row.asset.role !== 'multiplier' && row.asset.role !== 'contract-multiplier') return [];
  const { base } = row.name;
  const other = rows.find(({ name }) => name.base !== base && (name.base.endsWith(base) || base.endsWith(name.base)));
  return other?.books ?? [];
}

function lasting(stage: Stage, row: StageRow, kind: TrapKind, venue: VenueId, endUs: number): void {
  stage.traps.push({ kind, row: row.name, venue, pair: null, startUs: stage.nowUs, endUs, sizes: [] });
}

/**
 * One venue, or one book of it, is not heard of any more, and when its last word is old the price moves everywhere, there too. It
 * lasts until the scene ends.
 */
export function plantSilence(stage: Stage, row: StageRow, random: SeededRandom): void {
  const honest = row.books.filter(({ strange }) => !strange);
  const silent = honest[random.below(honest.length)];
  if (silent === undefined) return;
  const { venue, quiet } = silent;
  const { symbol } = quiet.book.instrument;
  const wholeVenue = random.next() < 0.5;
  stage.venues.faults.add({
    venues: [venue],
    traffic: ['ws-public'],
    ...(wholeVenue ? {} : { channel: `${symbol}|${symbol.toLowerCase()}` }),
    fault: { kind: 'drop' },
  });
  const startUs = stage.nowUs;
  const moveUs = STALE_AFTER_US * (MOVE_MIN + random.next() * MOVE_RANGE);
  const part = MOVE_FRACTION_MIN + random.next() * MOVE_FRACTION_RANGE;
  const factor = random.next() < 0.5 ? 1 + part : 1 / (1 + part);
  stage.traps.push({ kind: 'stale-book', row: row.name, venue, pair: null, startUs, endUs: startUs + SILENCE_US, sizes: [] });
  stage.after(moveUs, () => {
    for (const book of row.books) book.quiet.move(factor);
  });
}
