// The engine under judgement: decisions over the books of a scene, and what it says of them.

import { SIZE_FEASIBLE } from '../../assembly/memory/scan-layout.js';
import { Decimal, plainText } from '../../src/domain/decimal.js';
import type { TradableInstrument } from '../../src/domain/instrument.js';
import type { VirtualTime } from '../../src/domain/virtual-time.js';
import { AssumedFills } from '../../src/engine/assumed-fills.js';
import { type DecisionEngine, makeDecisionEngine } from '../../src/engine/decision-engine.js';
import { SIGNAL_DOWN, SIGNAL_UP } from '../../src/kernel/signals.js';
import type { LocalMarket } from '../../src/sim/framework/local-market.js';
import { SIGNALS, SIZE_MULTIPLES } from '../../src/sim/plants/truth.js';
import { strategyUniverse } from '../../src/strategy/build-universe.js';
import { DEFAULT_COST_SETTINGS } from '../../src/strategy/cost-model.js';
import { HifaConfigSchema } from '../../src/strategy/hifa/config.js';
import { SignalStage } from '../../src/strategy/hifa/stage-1-signal.js';
import type { Intent } from '../../src/strategy/intent.js';
import type { HostedStrategy } from '../../src/strategy/strategy.js';
import type { TierThreeArbitrageDetector } from '../../src/strategy/three-tier/detector.js';
import { ThreeTierStrategy } from '../../src/strategy/three-tier/three-tier-strategy.js';
import type { RowInfo, StrategyUniverse } from '../../src/strategy/universe.js';
import type { Found, FoundSize, ObservedIntent, Onset } from './observed.js';

/** How the engine under judgement is set up; a test may set it up wrongly. */
export interface DetectorSettings {
  /** Net spread from which on a pair is an opportunity, as a fraction. */
  readonly minNet: number;
  readonly maxQuoteAgeUs: number;
  /** Taker fee that it reckons with. */
  feeBps(instrument: TradableInstrument): number;
  readonly strategies: (universe: StrategyUniverse) => HostedStrategy[];
  /** How far apart prices of one asset may be; the engine's own bound when left out. */
  readonly listingRatioMax?: number;
}

/** Places of the sizes in what the scan prices. */
const SIZES = SIZE_MULTIPLES.map((_, size) => size);
const FULL_SCAN_INTERVAL_US = 100_000;
/** More of every asset than all plants together ask for, in units of its account. */
const PLENTY_UNITS = 2 ** 52;

/** A decision engine on the books of a scene, with its words written down. */
export class Detector {
  readonly found: Found[] = [];
  readonly intents: ObservedIntent[] = [];
  readonly onsets: Onset[] = [];
  private readonly universe: StrategyUniverse;
  private readonly deciding: DecisionEngine;
  /** What was last said of each row, so that it is written down once. */
  private readonly said: string[] = [];
  /** The first stage of the pipeline, which says that something has begun. */
  private readonly firstStage: SignalStage;
  private readonly threeTier: TierThreeArbitrageDetector | undefined;
  private wakeUs = Number.POSITIVE_INFINITY;
  /** Onsets of each book, kind and direction that are written down. */
  private readonly told: Float64Array;

  constructor(
    market: LocalMarket,
    private readonly time: VirtualTime,
    private readonly settings: DetectorSettings,
  ) {
    const { minNet, maxQuoteAgeUs } = settings;
    this.universe = strategyUniverse(market.universe, (instrument) => ({
      takerFeeBps: settings.feeBps(instrument),
      makerFeeBps: instrument.makerFeeBps,
    }));
    const strategies = settings.strategies(this.universe);
    this.threeTier = strategies.map(({ strategy }) => strategy).find((one) => one instanceof ThreeTierStrategy)?.detector;
    let fills: AssumedFills | undefined;
    this.deciding = makeDecisionEngine({
      kernel: market.kernel,
      universe: this.universe,
      strategies,
      options: { minNet, maxQuoteAgeUs, fullScanIntervalUs: FULL_SCAN_INTERVAL_US },
      sizing: { multipliers: SIZE_MULTIPLES, minOrderQuote: '0', rounding: 'up', fromNet: 0 },
      costs: DEFAULT_COST_SETTINGS,
      clock: time,
      histogram: market.kernel.plan.histograms[0] ?? 0,
      emit: (intent) => {
        this.note(intent);
        fills?.take(intent);
      },
      raise: () => undefined,
      ...(settings.listingRatioMax !== undefined && { listingRatioMax: settings.listingRatioMax }),
    });
    const { views, capital, host } = this.deciding;
    fills = new AssumedFills(this.universe, views, capital, (strategy, update) => host.tell(strategy, update));
    this.firstStage = new SignalStage(HifaConfigSchema.parse({}).signal, this.universe);
    this.told = new Float64Array(this.universe.books.length * SIGNALS.length * 2);
    for (const { book } of this.universe.books) this.listen(book, false);
    for (const { account } of this.universe.accounts) capital.setBalance(account, PLENTY_UNITS);
  }

  /** One turn of the engine; what it found is written down. */
  turn(): void {
    const { engine, scanner } = this.deciding;
    const scanned = engine.turn();
    for (let place = 0; place < scanned; place++) this.look(scanner.scannedRow(place));
    for (let place = 0; place < engine.market.bookCount; place++) this.listen(engine.market.book(place), true);
    this.wake();
  }

  /** Has the next turn taken when a strategy asks for it, should no message come before. */
  private wake(): void {
    const { time } = this;
    const dueUs = Math.min(...this.deciding.host.contexts.map((context) => context.nextDueUs()));
    if (dueUs >= this.wakeUs) return;
    this.wakeUs = dueUs;
    time.after((dueUs - time.monotonicUs()) / 1_000, () => {
      this.wakeUs = Number.POSITIVE_INFINITY;
      if (this.deciding.host.isDue(time.monotonicUs())) this.turn();
    });
  }

  private look(row: number): void {
    const { engine, scanner } = this.deciding;
    const info = this.universe.rows[row];
    const buy = info?.books[scanner.buyVenue(row)]?.instrument.venue;
    const sell = info?.books[scanner.sellVenue(row)]?.instrument.venue;
    if (info === undefined || buy === undefined || sell === undefined) return;
    const worthy = SIZES.filter((size) => this.isWorthy(row, size));
    const verdict = worthy.length === 0 ? 0 : this.detectorOf(info)?.look(row, engine.market);
    const figures = worthy.map((size) => `${size} ${scanner.sizeBaseUnits(row, size)} ${scanner.sizeNetUnits(row, size)}`);
    const saying = `${buy} ${sell} ${verdict} ${figures.join()}`;
    if (saying === this.said[row]) return;
    this.said[row] = saying;
    if (worthy.length === 0) return;
    const sizes = this.sizesOf(info, worthy);
    if (sizes.length > 0) this.found.push({ row: info, pair: { buy, sell }, atUs: this.time.monotonicUs(), sizes });
  }

  private isWorthy(row: number, size: number): boolean {
    const { scanner } = this.deciding;
    if (size >= scanner.sizeCount(row)) return false;
    return scanner.sizeStatus(row, size) === SIZE_FEASIBLE && scanner.sizeNet(row, size) >= this.settings.minNet;
  }

  /** The strategy's detector where it looks: the three-tier strategy trades spot. */
  private detectorOf({ market }: RowInfo): TierThreeArbitrageDetector | undefined {
    return market === 'spot' ? this.threeTier : undefined;
  }

  /** Sizes of a row's pair that are worth it: as the strategy says where it looks, and elsewhere as the scan does. */
  private sizesOf(info: RowInfo, worthy: readonly number[]): FoundSize[] {
    const { engine, scanner } = this.deciding;
    const { row, priceScale, baseScale } = info;
    const said = this.detectorOf(info)?.calculateMultiSizeProfits(row, engine.market);
    return worthy.flatMap((size) => {
      const multiple = SIZE_MULTIPLES[size] ?? 0;
      const base = decimalOf(scanner.sizeBaseUnits(row, size), baseScale);
      if (said === undefined) return { multiple, base, net: scanner.sizeNetUnits(row, size) * 10 ** -(priceScale + baseScale) };
      const sized = said.find(({ orderAmount }) => orderAmount === base);
      return sized === undefined ? [] : { multiple, base, net: sized.netProfit };
    });
  }

  /** Looks which signals of a book have begun since the last look, when the first stage says that some have. */
  private listen(book: number, isTold: boolean): void {
    const { told } = this;
    const { signals } = this.deciding.engine.market;
    const info = this.universe.books[book];
    const row = info === undefined ? undefined : this.universe.rows[info.row];
    if (info === undefined || row === undefined || signals === undefined) return;
    if (!this.firstStage.look(signals, book, this.time.monotonicUs())) return;
    SIGNALS.forEach((kind, number) => {
      for (const direction of [SIGNAL_UP, SIGNAL_DOWN]) {
        const at = (book * SIGNALS.length + number) * 2 + direction;
        const onsets = signals.onsets(book, number, direction);
        if (onsets === told[at]) continue;
        told[at] = onsets;
        const { venue } = info.instrument;
        const atUs = signals.sinceUs(book, number, direction);
        if (isTold) this.onsets.push({ kind, row, venue, up: direction === SIGNAL_UP, atUs });
      }
    });
  }

  private note({ legCount, legs, expectedNet, tsUs }: Intent): void {
    this.intents.push({
      atUs: tsUs,
      expectedNet,
      legs: legs.slice(0, legCount).flatMap(({ book, changeUnits }) => {
        const info = this.universe.books[book];
        const row = info === undefined ? undefined : this.universe.rows[info.row];
        if (info === undefined || row === undefined) return [];
        const { venue, contractSize } = info.instrument;
        const base = new Decimal(decimalOf(Math.abs(changeUnits), info.qtyScale)).mul(contractSize);
        return [{ row, venue, side: changeUnits > 0 ? ('buy' as const) : ('sell' as const), base: plainText(base) }];
      }),
    });
  }
}

function decimalOf(units: number, scale: number): string {
  return plainText(`${units}e-${scale}`);
}
