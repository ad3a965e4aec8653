// The simulated venues as `tiercel sim` starts them, for accounts that are in a hurry: node build/test/crash/simulator-main.js --state F --seed N --base-port N
import { parseArgs } from 'node:util';
import { exitWith } from '../../src/cli/exit.js';
import { runSimulation } from '../../src/cli/sim.js';
import { SystemClock } from '../../src/domain/system-clock.js';
import { DecayingLimit, FixedWindowLimit, SlidingWindowLimit } from '../../src/sim/access/rate-limits.js';
import { SimulatedBook } from '../../src/sim/market/book.js';
import { toMoney } from '../../src/sim/matching/money.js';
import type { MatchingEngine } from '../../src/sim/matching/types.js';
import { DepositSchema } from './deposit.js';
import { MARKET } from './market.js';

/** An engine that is started every few seconds asks for more in a minute than venues allow; here requests weigh less. */
const WEIGHT = 0.05;

for (const { prototype } of [DecayingLimit, FixedWindowLimit, SlidingWindowLimit]) {
  const { take } = prototype;
  prototype.take = function (this: never, key, weight = 1) {
    return take.call(this, key, weight * WEIGHT);
  };
}

const { values } = parseArgs({
  options: {
    ...{ state: { type: 'string' }, seed: { type: 'string' }, 'base-port': { type: 'string' } },
    /** How far ahead the time of the venues is. */
    'ahead-ms': { type: 'string', default: '0' },
  },
});
const aheadUs = Number(values['ahead-ms']) * 1000;
const { epochUs } = SystemClock.prototype;
SystemClock.prototype.epochUs = function () {
  return epochUs.call(this) + aheadUs;
};

// Money comes from outside, to the first account of a venue, when this process is told to.
const engines = new Map<string, MatchingEngine>();
const { attach } = SimulatedBook.prototype;
SimulatedBook.prototype.attach = function (owner) {
  if ('deposit' in owner) engines.set(this.instrument.venue, owner as unknown as MatchingEngine);
  attach.call(this, owner);
};
process.on('message', (message) => {
  const { venue, asset, amount } = DepositSchema.parse(message);
  const engine = engines.get(venue);
  const [account] = engine?.accounts() ?? [];
  if (account !== undefined) engine?.deposit(account, 'spot', asset, toMoney(amount));
});
// Listening for it does not keep this process when nothing else does.
process.channel?.unref();
await exitWith(() =>
  runSimulation({
    ...MARKET,
    json: true,
    ...(values.state !== undefined && { state: values.state }),
    ...{ seed: Number(values.seed), basePort: Number(values['base-port']) },
  }),
);
