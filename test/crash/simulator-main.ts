// The simulated venues as `tiercel sim` starts them, for accounts that are in a hurry: node build/test/crash/simulator-main.js --state F --seed N --base-port N
import { parseArgs } from 'node:util';
import { exitWith } from '../../src/cli/exit.js';
import { runSimulation } from '../../src/cli/sim.js';
import { DecayingLimit, FixedWindowLimit, SlidingWindowLimit } from '../../src/sim/access/rate-limits.js';
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
  options: { state: { type: 'string' }, seed: { type: 'string' }, 'base-port': { type: 'string' } },
});
await exitWith(() =>
  runSimulation({
    ...MARKET,
    json: true,
    ...(values.state !== undefined && { state: values.state }),
    ...{ seed: Number(values.seed), basePort: Number(values['base-port']) },
  }),
);
