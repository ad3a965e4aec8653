import {
  SIZES_MAX,
  SIZING_COUNT,
  SIZING_LOTS,
  SIZING_MAX,
  SIZING_MIN,
  SIZING_ROUND_UP,
  SIZING_TARGETS,
  SIZING_UNITS,
  SIZING_VALUE_HIGH,
  SIZING_VALUE_LOW,
  SIZING_VENUE_STRIDE,
  SIZING_VENUES,
  VENUES_MAX,
} from '../../assembly/memory/scan-layout.js';
import { KernelError } from '../domain/errors.js';
import { leastCommonMultiple } from '../domain/order-grid.js';
import type { Kernel } from './kernel.js';
import type { Amount } from './pricing.js';

/** What one venue of a row demands of orders. */
export interface SizingVenue {
  /** Base units in one quantity unit of its book: a whole number. */
  readonly unitsPerQty: number;
  /** Quantities are multiples of it; base units, above 0. */
  readonly lotUnits: bigint;
  /** Least and greatest order in base units; the latter Infinity where there is no bound. */
  readonly minUnits: number;
  readonly maxUnits: number;
  /** Least value of an order in quote units (price units times base units). */
  readonly minValue: Amount;
  /** Value that each size aims at, in the order of the sizes, by this venue's least value. */
  readonly targets: readonly Amount[];
}

/** How the sizes of a row are made. */
export interface Sizing {
  readonly venues: readonly SizingVenue[];
  /** Number of sizes, at most SIZES_MAX; their targets ascend. */
  readonly count: number;
  readonly roundUp: boolean;
  /** Net spread of the touch from which on sizes are priced, as a fraction; -Infinity always. */
  readonly fromNet: number;
}

/**
 * Writes a row's sizing block. One thread, the one that scans.
 * @throws KernelError when there are too many sizes or venues
 */
export function writeSizing({ int32, float64 }: Kernel, address: number, sizing: Sizing): void {
  const { venues, count } = sizing;
  if (count > SIZES_MAX || venues.length > VENUES_MAX) {
    throw new KernelError(`a row prices at most ${SIZES_MAX} sizes at ${VENUES_MAX} venues`, {
      sizes: count,
      venues: venues.length,
    });
  }
  int32[(address + SIZING_COUNT) >> 2] = count;
  int32[(address + SIZING_ROUND_UP) >> 2] = sizing.roundUp ? 1 : 0;
  venues.forEach((venue, index) => {
    const at = address + SIZING_VENUES + index * SIZING_VENUE_STRIDE;
    float64[(at + SIZING_UNITS) >> 3] = venue.unitsPerQty;
    float64[(at + SIZING_MIN) >> 3] = venue.minUnits;
    float64[(at + SIZING_MAX) >> 3] = venue.maxUnits;
    float64[(at + SIZING_VALUE_HIGH) >> 3] = venue.minValue.high;
    float64[(at + SIZING_VALUE_LOW) >> 3] = venue.minValue.low;
    venue.targets.forEach(({ high, low }, size) => {
      float64[((at + SIZING_TARGETS) >> 3) + size * 2] = high;
      float64[((at + SIZING_TARGETS) >> 3) + size * 2 + 1] = low;
    });
    venues.forEach((other, place) => {
      float64[((address + SIZING_LOTS) >> 3) + index * VENUES_MAX + place] = Number(
        leastCommonMultiple(venue.lotUnits, other.lotUnits),
      );
    });
  });
}
