import type { EngineLife } from '../life/engine-life.js';
import type { World } from '../world/world.js';
import type { Accuse } from './report.js';
import type { Truth } from './truth.js';

/** Nothing may stay unhedged for longer while it could be hedged. */
const CAP_US = 60e6;
/** What is worth less is carried as inventory. */
const DUST_QUOTE = 5.5;
/** A book that is older is no place to hedge in. */
const FRESH_US = 5e6;

/**
 * How long an asset is unhedged by the exchanges' own fills. The time counts only while the desk is able to do something about it: it
 * trades and is not halted, two fresh books of the asset are there, and every exchange that trades the asset can be reached and is
 * followed. Time in which it is not able stops the count without ending it; only being hedged ends it. An asset of which a venue
 * has liquidated a position is left out from there on.
 */
export class ExposureWatch {
  private readonly forUs = new Map<string, number>();
  private lastUs = 0;
  /** The longest that was seen, in microseconds. */
  longestUs = 0;

  constructor(
    private readonly world: World,
    private readonly truth: Truth,
    private readonly accuse: Accuse,
  ) {}

  look(life: EngineLife, isReady: boolean): void {
    const { nowUs } = this.world;
    const passedUs = nowUs - this.lastUs;
    this.lastUs = nowUs;
    for (const [asset, base] of this.truth.exposure) {
      const value = Math.abs(base) * this.truth.price(asset);
      if (value <= DUST_QUOTE) {
        this.forUs.set(asset, 0);
        continue;
      }
      if (!isReady || this.truth.liquidated.has(asset) || !this.isAble(life, asset)) continue;
      const forUs = (this.forUs.get(asset) ?? 0) + passedUs;
      this.forUs.set(asset, forUs);
      this.longestUs = Math.max(this.longestUs, forUs);
      if (forUs <= CAP_US) continue;
      this.accuse('unhedged-too-long', `${base} ${asset} are unhedged for ${forUs / 1e6} s`);
      this.forUs.set(asset, Number.NEGATIVE_INFINITY);
    }
  }

  private isAble(life: EngineLife, asset: string): boolean {
    if (life.desk.risk.halt.isHalted) return false;
    let fresh = 0;
    for (const { info, exchange } of life.feed.books) {
      if (info.instrument.base !== asset) continue;
      if (exchange.isDown) return false;
      const state = life.feed.states[info.book];
      if (state?.isSynced === true && this.world.nowUs - state.receivedUs < FRESH_US) fresh++;
    }
    return fresh >= 2 && life.streams.every(({ stream }) => stream.isLive);
  }
}
