import type { EntryOf } from '../../src/ledger/entries.js';
import type { Level } from '../../src/sim/lab/rig.js';
import { threeTierDefinition } from '../../src/strategy/three-tier/three-tier-strategy.js';
import { DeskRig, type DeskRigOptions } from '../trading/paper/desk-rig.js';
import { openingOf } from '../trading/paper/paper-rig.js';

/** What the accounts begin with, all together. */
export const MONEY = 1_500;
export const COINS = 600;

const MARKET: DeskRigOptions = {
  rows: [
    [
      { venue: 'mexc', takerFeeBps: 5 },
      { venue: 'gateio', takerFeeBps: 20 },
      { venue: 'binance', takerFeeBps: 10 },
    ],
  ],
  strategy: (lab) => lab.make(threeTierDefinition, { maxRowQuote: 15 }),
  openingOf: () => openingOf({ USDT: '500', ABC: '200' }),
};
const QUIET = '0.9980';

/**
 * The whole way from books to money before paper venues, on virtual time: one asset on three venues, and a spread that stands when a
 * test wants it. Orders take 20 ms to a venue; ABC is worth about one USDT.
 */
export class TradedSpread {
  private constructor(readonly rig: DeskRig) {}

  /** A desk that trades, over a quiet market. */
  static async start(more: Partial<DeskRigOptions> = {}): Promise<TradedSpread> {
    const market = TradedSpread.open(more);
    await market.rig.start(10);
    market.rig.turnEvery(1);
    return market;
  }

  /** The same before its start. */
  static open(more: Partial<DeskRigOptions> = {}): TradedSpread {
    const market = new TradedSpread(new DeskRig({ ...MARKET, ...more }));
    market.show();
    return market;
  }

  /** Books without a spread, unless the best bid of Gate.io makes one. */
  show(bid = QUIET, qty = '1000'): void {
    const { lab, time } = this.rig;
    const set = (venue: string, bids: readonly Level[], asks: readonly Level[]): void => lab.setBook(lab.book(venue), bids, asks);
    lab.nowUs = time.monotonicUs();
    set('mexc', [['0.9900', '1000']], [['1.0000', '1000']]);
    set('gateio', [[bid, qty]], [['1.0600', '1000']]);
    set('binance', [['0.9950', '1000']], [['1.0400', '1000']]);
  }

  /** Lets a spread stand for so long, and the market rest for as long as what came of it may take. */
  async spread(standsMs = 40, bid = '1.0300', restMs = 200): Promise<void> {
    this.show(bid);
    await this.rig.run(standsMs);
    this.show();
    await this.rig.run(restMs);
  }

  /** A quiet market whose books are told again and again. */
  async rest(ms: number): Promise<void> {
    const telling = this.rig.time.every(500, () => this.show());
    await this.rig.run(ms);
    telling.cancel();
  }

  /** Orders in the ledger, as they were written before they left. */
  get sent(): EntryOf<'order'>[] {
    return this.rig.ledger.entries.filter((entry) => entry.kind === 'order').filter(({ step }) => step === 'sending');
  }
}
