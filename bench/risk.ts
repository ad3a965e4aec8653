import { RiskConfigSchema } from '../src/risk/config.js';
import { HaltLatch } from '../src/risk/halt.js';
import { riskUniverse } from '../src/risk/instruments.js';
import { MinimalOrderRiskManager } from '../src/risk/manager.js';
import { legKey, RiskState } from '../src/risk/state.js';
import { Rig } from '../src/sim/lab/rig.js';
import { Intent } from '../src/strategy/intent.js';
import { type BenchResult, compared, type Effort, race, type Suite, sink } from './measure.js';
import { ObjectRisk } from './object-risk.js';

const SYMBOLS = 20;
const PAIRS_OPEN = 4;

const CONFIG = RiskConfigSchema.parse({
  // As often as it likes: what is measured is the check.
  orderRate: { orders: 64, windowMs: 1e-6 },
  bookAgeMsMax: 60_000,
  exposureQuoteMax: { symbol: 60, venue: 400, strategy: 400, total: 400 },
});

/** The whole check of an intent with two legs, with its orders counted as open and, unfilled, taken back. */
export const riskSuite: Suite = { ids: ['risk.check'], run };

async function run(effort: Effort): Promise<BenchResult[]> {
  const venues = ['binance', 'kraken', 'mexc'] as const;
  const rig = new Rig({ rows: Array.from({ length: SYMBOLS }, (_, row) => venues.map((venue) => ({ venue, base: `A${row}` }))) });
  const { universe, market } = rig;
  for (const book of universe.books) rig.setBook(book, [['99.99', '1000']], [['100.01', '1000']]);
  rig.turn();
  const parts = riskUniverse(universe, CONFIG);
  const state = new RiskState(parts, 1, CONFIG, 0);
  for (const { account, scale } of universe.accounts) state.setBalance(account, 1e6 * 10 ** scale);
  const halt = new HaltLatch({ load: () => null, save: () => {} }, 0);
  const clock = { monotonicUs: () => market.nowUs, epochUs: () => market.nowUs };
  const manager = new MinimalOrderRiskManager({ market: parts, config: CONFIG, state, halt, clock });
  const plain = new ObjectRisk(universe, market.views, CONFIG);

  const intentOf = (id: number, row: number): Intent => {
    const intent = new Intent();
    Object.assign(intent, { id, strategy: 0, expiresUs: Number.MAX_SAFE_INTEGER });
    for (const [place, units] of [6, -6].entries()) {
      const { book = -1 } = universe.rows[row]?.books[place] ?? {};
      const version = market.views.version(book);
      Object.assign(intent.addLeg(), { book, targetUnits: units, limitPriceUnits: 1_000_000, version });
    }
    return intent;
  };
  const check = (intent: Intent): boolean => {
    market.nowUs += 1e-3;
    intent.hedgeByUs = market.nowUs + 5e6;
    return manager.check(intent, market).passes;
  };
  const checkPlain = (intent: Intent): boolean => {
    market.nowUs += 1e-3;
    intent.hedgeByUs = market.nowUs + 5e6;
    return plain.check(intent, market.nowUs) === null;
  };
  for (let row = 0; row < PAIRS_OPEN; row++) {
    const open = intentOf(1 + row, row);
    if (!check(open) || !checkPlain(open)) throw new Error('the ground state is refused');
  }
  const intents = Array.from({ length: SYMBOLS - PAIRS_OPEN }, (_, index) => intentOf(100 + index, PAIRS_OPEN + index));
  const calls = effort.quick ? intents.length : intents.length * 50;
  const [own = 0, objects = 0] = (
    await race(
      [
        {
          name: 'typed arrays',
          run: () => {
            for (let call = 0; call < calls; call++) {
              const intent = intents[call % intents.length] as Intent;
              if (!check(intent)) throw new Error('refused');
              for (let leg = 0; leg < intent.legCount; leg++) state.withdraw(legKey(intent.id, leg));
              sink.total++;
            }
          },
        },
        {
          name: 'objects',
          run: () => {
            for (let call = 0; call < calls; call++) {
              const intent = intents[call % intents.length] as Intent;
              if (!checkPlain(intent)) throw new Error('refused');
              plain.withdraw(intent);
              sink.total++;
            }
          },
        },
      ],
      effort,
    )
  ).map((ns) => ns / calls);
  return [compared('risk.check', 'ns', own, 'the same checks over objects with decimal.js', objects)];
}
