import { SeededRandom } from '../../domain/random.js';
import type { VirtualTime } from '../../domain/virtual-time.js';
import { plantLasting, plantSilence, SILENCE_US } from './lasting-traps.js';
import { type AssetRole, inventListings } from './listings.js';
import { drawUs } from './pair.js';
import { plantProfit } from './profit.js';
import { plantSignal } from './signals.js';
import { Stage, type StageRow } from './stage.js';
import { plantBelowMinimum, plantTooThin } from './thin-tops.js';
import { plantCrossed, plantFakeWall, plantFeeTrap } from './traps.js';
import type { PlantedTruth, ProfitPlant } from './truth.js';
import { ScriptedVenues } from './venues.js';

type Plant = (stage: Stage, row: StageRow, random: SeededRandom, done: () => void) => void;

/** What is planted in rows of each role, and how often relative to each other. */
const MENUS: Record<AssetRole, readonly (readonly [plant: Plant, weight: number])[]> = {
  plain: [
    [plantProfit, 11],
    [plantCrossed, 2],
    [plantFakeWall, 2],
    [plantTooThin, 3],
    [plantFeeTrap, 2],
  ],
  contract: [
    [plantProfit, 7],
    [plantCrossed, 1],
    [plantFakeWall, 1],
    [plantFeeTrap, 1],
  ],
  costly: [
    [plantProfit, 1],
    [plantFeeTrap, 3],
  ],
  coarse: [
    [plantProfit, 1],
    [plantBelowMinimum, 3],
  ],
  'other-asset': [
    [plantProfit, 5],
    [plantCrossed, 1],
    [plantTooThin, 1],
  ],
  multiplier: [
    [plantProfit, 5],
    [plantCrossed, 1],
    [plantTooThin, 1],
  ],
  'contract-multiplier': [],
  signal: [[plantSignal, 1]],
};

/** How often a book stirs. */
const STIR_US: readonly [number, number] = [100_000, 400_000];
/** Part of a usual level that is traded when a book stirs on which signals are planted, by takers of both sides in turn. */
const STIR_TRADE_PART = 0.1;
const PAUSE_US: readonly [number, number] = [60_000, 400_000];
/** How long plants are begun for, and how long the last of them may take. */
const SOWING_US = 4_000_000;
const RIPENING_US = 3_100_000;
const ONE_WAY_MS_MIN = 0.2;
const ONE_WAY_MS_RANGE = 1.8;

/** Everything that one seed decides: venues, thin assets, and what is planted among them. */
export class Scene {
  private constructor(
    readonly time: VirtualTime,
    readonly venues: ScriptedVenues,
    readonly stage: Stage,
    private readonly random: SeededRandom,
    /** Milliseconds that every frame takes to its reader. */
    readonly oneWayMs: number,
  ) {}

  /** Opens the venues of a seed; their books stand still. @param onEnding told of each profit just before it ends */
  static async open(time: VirtualTime, seed: number, onEnding: (plant: ProfitPlant) => void = () => undefined): Promise<Scene> {
    const random = new SeededRandom(seed).fork('scene');
    const assets = inventListings(random.fork('assets'));
    const oneWayMs = ONE_WAY_MS_MIN + random.next() * ONE_WAY_MS_RANGE;
    const given = assets.flatMap(({ listings }) => listings);
    const venues = await ScriptedVenues.open(time, seed, given, oneWayMs);
    return new Scene(time, venues, new Stage(time, venues, assets, random.fork('books'), onEnding), random, oneWayMs);
  }

  /** What was planted so far. */
  get truth(): PlantedTruth {
    const { profits, traps, signals } = this.stage;
    return { profits, traps, signals };
  }

  /** Lets every book stir, for ever. */
  stir(): void {
    const random = this.random.fork('stirring');
    for (const { asset, books } of this.stage.rows) {
      for (const { quiet } of books) {
        let buyerIsTaker = false;
        const again = (): void => {
          quiet.stir();
          if (asset.role === 'signal') {
            buyerIsTaker = !buyerIsTaker;
            quiet.trade(buyerIsTaker, STIR_TRADE_PART);
          }
          this.stage.after(drawUs(STIR_US, random), again);
        };
        this.stage.after(drawUs(STIR_US, random), again);
      }
    }
  }

  /** Plants for some seconds from now on. @returns when, in virtual microseconds from now, the last plant has ended */
  plant(): number {
    const { stage, random } = this;
    const sownUs = stage.nowUs + SOWING_US;
    const quietUs = SOWING_US + RIPENING_US;
    plantLasting(stage, stage.nowUs + quietUs + SILENCE_US);
    for (const row of stage.rows) this.sow(row, sownUs, random.fork(`plants ${row.name.market} ${row.name.base}`));
    const plain = stage.rows.filter(({ asset }) => asset.role === 'plain');
    const row = plain[random.below(plain.length)];
    stage.after(quietUs, () => {
      if (row !== undefined) plantSilence(stage, row, random.fork('silence'));
    });
    return quietUs + SILENCE_US;
  }

  stop(): void {
    this.venues.stop();
  }

  /** Plants one thing after the other in a row. */
  private sow(row: StageRow, untilUs: number, random: SeededRandom): void {
    const menu = MENUS[row.asset.role];
    const next = (): void => {
      if (this.stage.nowUs < untilUs) draw(menu, random)?.(this.stage, row, random, pause);
    };
    const pause = (): void => this.stage.after(drawUs(PAUSE_US, random), next);
    pause();
  }
}

function draw(menu: readonly (readonly [plant: Plant, weight: number])[], random: SeededRandom): Plant | undefined {
  let left = random.next() * menu.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [plant, weight] of menu) {
    left -= weight;
    if (left < 0) return plant;
  }
  return undefined;
}
