import { type SIGNAL_DOWN, SIGNAL_IMBALANCE, type SIGNAL_UP, SIGNAL_VOLUME } from '../../../src/kernel/signals.js';
import { type Level, Rig, type RigOptions, type SeenDecision } from '../../../src/sim/lab/rig.js';
import { hifaDefinitionWith } from '../../../src/strategy/hifa/definition.js';
import { HifaStrategy } from '../../../src/strategy/hifa/hifa-strategy.js';
import type { StageClock } from '../../../src/strategy/hifa/stage-meter.js';
import { FakeSignals } from './fake-signals.js';

export const VENUES = ['mexc', 'gateio', 'kraken'] as const;

/** [price, quantity] for bids, then asks, best first. */
export type Sides = readonly [bids: readonly Level[], asks: readonly Level[]];
export const BOOK: Sides = [
  [
    ['0.9999', '400'],
    ['0.9997', '2000'],
  ],
  [
    ['1.0001', '400'],
    ['1.0003', '2000'],
  ],
];

/** One instrument at three venues with equal books, and signals that the test sets. */
export class Scene {
  readonly rig: Rig;
  readonly signals = new FakeSignals();
  readonly strategy: HifaStrategy;

  constructor(config: object = {}, options: Partial<RigOptions> = {}, clock?: StageClock) {
    const rows = [VENUES.map((venue) => ({ venue, takerFeeBps: 1, makerFeeBps: 1 }))];
    this.rig = new Rig({ rows, ...options });
    this.rig.nowUs = 100e6;
    const definition = hifaDefinitionWith({ signals: this.signals, ...(clock === undefined ? {} : { clock }) });
    const hosted = this.rig.make(definition, config);
    if (!(hosted.strategy instanceof HifaStrategy)) throw new Error('another strategy');
    this.strategy = hosted.strategy;
    this.rig.run(hosted);
    for (const { book } of this.rig.universe.books) this.signals.wave(book, this.rig.nowUs, 10_000, 5, 20);
    this.books();
  }

  /** Sets all books. */
  books([bids, asks]: Sides = BOOK): this {
    for (const info of this.rig.universe.books) this.rig.setBook(info, bids, asks);
    return this;
  }
  /** A strong signal of two kinds begins at a book. */
  signal(direction: typeof SIGNAL_UP | typeof SIGNAL_DOWN, book = 0): this {
    this.signals.begin(book, SIGNAL_IMBALANCE, direction, 0.9, this.rig.nowUs);
    this.signals.begin(book, SIGNAL_VOLUME, direction, 0.9, this.rig.nowUs);
    return this;
  }
  /** That signal ends. */
  quiet(direction: typeof SIGNAL_UP | typeof SIGNAL_DOWN, book = 0): this {
    this.signals.end(book, SIGNAL_IMBALANCE, direction);
    this.signals.end(book, SIGNAL_VOLUME, direction);
    return this;
  }
  /** Decisions as "stage: verdict". */
  get said(): string[] {
    return this.rig.decisions.map(({ stage, verdict }) => {
      const { name, verdicts } = this.stages[stage] ?? { name: '?', verdicts: [] };
      return `${name}: ${verdicts[verdict]}`;
    });
  }
  /** Figures of the last decision of a stage, by name. */
  figures(stage: string): Record<string, number> {
    const decision: SeenDecision | undefined = this.rig.decisions.findLast((one) => this.stages[one.stage]?.name === stage);
    const names = this.stages.find(({ name }) => name === stage)?.figures ?? [];
    return Object.fromEntries((decision?.figures ?? []).map((figure, index) => [names[index] ?? '?', figure]));
  }
  private get stages() {
    return this.strategy.meters.map((meter) => meter.stage);
  }
}
