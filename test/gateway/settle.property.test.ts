// Goal: whatever is lost or late, no order is doubled, none is called refused or never arrived while the venue holds it, and every
// one is found. Method: a venue whose seed loses requests and answers, delays them, or answers with a gateway error; the same seed is
// the bug report.
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/domain/random.js';
import type { PlaceOutcome } from '../../src/gateway/order-desk.js';
import type { Fate } from './fake-venue.js';
import { buy, NOTHING_LEFT, Rig, reference } from './rig.js';

const seeds = process.env['SEED'] === undefined ? Array.from({ length: 40 }, (_, i) => i + 1) : [Number(process.env['SEED'])];

function fateOf(random: SeededRandom): Fate {
  const draw = random.next();
  if (draw < 0.1) return 'lose-request';
  if (draw < 0.25) return 'lose-answer';
  if (draw < 0.4) return { delayMs: random.below(3_500) };
  if (draw < 0.45) return { status: '503 Service Unavailable', body: 'upstream' };
  return 'serve';
}

describe.each([true, false])('orders over WebSocket: %s', (orderEntry) => {
  test.each(seeds)('seed %i', async (seed) => {
    const random = new SeededRandom(seed);
    const rig = await (
      await Rig.create({ orderEntry }, { answerTimeoutMs: 1_000, reconnectBackoff: { initialMs: 50, maxMs: 500 } }, seed)
    ).start();
    rig.venue.fate = () => fateOf(random);
    const cids = Array.from({ length: 12 }, (_, i) => `s${seed}-${i}`);
    const outcomes = new Map<string, PlaceOutcome>();
    const settled = new Map<string, string>();
    const work = cids.map(async (cid) => {
      const outcome = await rig.gateway.place(buy(cid));
      outcomes.set(cid, outcome);
      if (outcome.kind === 'unknown') settled.set(cid, (await rig.gateway.settle(reference(cid))).kind);
    });
    if (random.next() < 0.5) {
      await rig.pass(random.below(300));
      rig.venue.dropStreams();
      for (const peer of rig.venue.trades) peer.destroy();
    }
    await rig.until(Promise.all(work));
    await rig.pass(20_000); // whatever was late has arrived
    for (const cid of cids) {
      const held = rig.venue.ordersOf(cid);
      const outcome = outcomes.get(cid);
      expect(held.length).toBeLessThanOrEqual(1);
      const said = outcome?.kind === 'unknown' ? settled.get(cid) : outcome?.kind;
      expect([cid, said]).toEqual([
        cid,
        held.length === 1 ? expect.stringMatching(/^(placed|found)$/) : expect.stringMatching(/^(refused|never-arrived)$/),
      ]);
    }
    expect(await rig.stop()).toEqual(NOTHING_LEFT);
  });
});
