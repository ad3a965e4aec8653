// Goal: where a missing leg cannot be had, what is left over goes where it costs least, by what is seen of the books.
import { describe, expect, it } from 'vitest';
import { ExecutorRig } from './executor-rig.js';
import type { FakePort } from './fake-port.js';

const quantities = ({ sent }: FakePort) => sent.map(({ request: { side, quantity } }) => `${side} ${quantity}`);

/** One is bought, nobody buys it where it should be sold, and another venue may. */
async function stranded(prepare: (rig: ExecutorRig) => void, rig = new ExecutorRig()): Promise<ExecutorRig> {
  rig.seller.treatments = [{ answer: 'refused' }];
  prepare(rig);
  rig.execute(rig.intent(100, { fallback: true }));
  await rig.pass(2_000);
  expect([rig.net(), rig.executor.unhedged()]).toEqual([0, []]);
  return rig;
}

describe('where a hedge goes', () => {
  it('is the other venue when that bids more', async () => {
    const rig = await stranded(({ depth, otherwise, buyAt }) => {
      depth.set(otherwise.book, [[100, 1_000]]);
      depth.set(buyAt.book, [[99, 1_000]]);
    });
    expect([quantities(rig.other), quantities(rig.buyer)]).toEqual([['sell 1'], ['buy 1']]);
  });

  it('is the way back when the other venue bids less', async () => {
    const rig = await stranded(({ depth, otherwise, buyAt }) => {
      depth.set(otherwise.book, [[99, 1_000]]);
      depth.set(buyAt.book, [[100, 1_000]]);
    });
    expect([quantities(rig.other), quantities(rig.buyer)]).toEqual([[], ['buy 1', 'sell 1']]);
  });

  it('is both, as far as the best prices reach, and the strategy is told of either', async () => {
    const rig = await stranded(({ depth, otherwise, buyAt }) => {
      depth.set(otherwise.book, [[100, 30]]);
      depth.set(buyAt.book, [[99.9, 1_000]]);
    });
    expect([quantities(rig.other), quantities(rig.buyer)]).toEqual([['sell 0.3'], ['buy 1', 'sell 0.7']]);
    expect([0, 1, 2].map((leg) => rig.lastOf(leg)?.filledUnits)).toEqual([30, 0, -30]);
  });

  it('is no venue that has nothing to pay with', async () => {
    const rig = await stranded(
      ({ depth, otherwise, buyAt }) => {
        depth.set(otherwise.book, [[100, 1_000]]);
        depth.set(buyAt.book, [[99, 1_000]]);
      },
      new ExecutorRig({}, { available: () => 0 }),
    );
    expect([quantities(rig.other), quantities(rig.buyer)]).toEqual([[], ['buy 1', 'sell 1']]);
  });

  it('is another one after a venue has not taken it', async () => {
    const rig = await stranded(({ depth, otherwise, buyAt, other }) => {
      depth.set(otherwise.book, [[100, 1_000]]);
      depth.set(buyAt.book, [[99, 1_000]]);
      other.treatments = [{ fills: [] }];
    });
    expect([quantities(rig.other), quantities(rig.buyer)]).toEqual([['sell 1'], ['buy 1', 'sell 1']]);
  });
});

describe('the last attempt', () => {
  const exhausted = async (lastAtMarket: boolean): Promise<ExecutorRig> => {
    const rig = new ExecutorRig({ lastAtMarket, hedgeAttemptsMax: 3 });
    rig.seller.treatments = [{ answer: 'refused' }];
    rig.buyer.treatments = [{}, { fills: [] }];
    rig.execute(rig.intent());
    await rig.pass(5_000);
    return rig;
  };

  it('has a price that is bounded, as all before', async () => {
    const rig = await exhausted(false);
    const types = [...rig.ports.values()].flatMap(({ sent }) => sent.map(({ request }) => request.type));
    expect(new Set(types)).toEqual(new Set(['limit']));
    expect(rig.of('unhedged')).toHaveLength(1);
  });

  it('is a market order where that is asked for', async () => {
    const rig = await exhausted(true);
    expect(rig.buyer.sent.map(({ request: { type, price } }) => [type, price])).toEqual([
      ['limit', '100'],
      ['market', null],
    ]);
  });
});
