import type { VenueId } from '../domain/venue.js';
import type { OperatorSnapshot, SeriesPoint } from './messages.js';

/** Ten minutes, so that a page opened late still shows how it went. */
const POINTS_MAX = 600;
const POINT_INTERVAL_US = 1_000_000;

/** Thins snapshots to one point a second and keeps the last ten minutes of them. */
export class SeriesHistory {
  private readonly kept: SeriesPoint[] = [];

  /** @returns the new point, or null while the last one is younger than a second */
  add(snapshot: OperatorSnapshot): SeriesPoint | null {
    const last = this.kept.at(-1);
    if (last !== undefined && snapshot.epochUs - last.epochUs < POINT_INTERVAL_US) return null;
    const point = seriesPoint(snapshot);
    this.kept.push(point);
    if (this.kept.length > POINTS_MAX) this.kept.shift();
    return point;
  }

  points(): readonly SeriesPoint[] {
    return this.kept;
  }
}

function seriesPoint(snapshot: OperatorSnapshot): SeriesPoint {
  const framesPerS: Partial<Record<VenueId, number>> = {};
  for (const { venue, framesPerS: rate } of snapshot.venues) framesPerS[venue] = (framesPerS[venue] ?? 0) + rate;
  const { p50, p99 } = snapshot.latencyUs.receiveToDecision;
  return { epochUs: snapshot.epochUs, p50Us: p50, p99Us: p99, framesPerS };
}
