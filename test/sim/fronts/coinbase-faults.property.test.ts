import { expect, it } from 'vitest';
import { Credentials } from '../../../src/domain/credentials.js';
import { isFinal, type OrderRequest } from '../../../src/domain/order.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import type { AccountEvent } from '../../../src/gateway/events.js';
import { VenueGateway } from '../../../src/gateway/gateway.js';
import type { FaultRuleInput } from '../../../src/sim/faults/rules.js';
import { LoopbackHost } from '../../../src/sim/hosts/loopback-host.js';
import type { EngineOrder } from '../../../src/sim/matching/types.js';
import { parseSimulationOptions } from '../../../src/sim/options.js';
import { startSimulation } from '../../../src/sim/server.js';
import { coinbaseSpotTrading } from '../../../src/venues/coinbase/trading.js';
import { Directory } from '../../../src/venues/directory.js';
import { EPOCH_US } from '../harness.js';

const PRODUCT = 'ETH-USDT';
const ORDERS = 25;
const FAULTS_MS = 60_000;

const FAULTS: readonly FaultRuleInput[] = [
  { traffic: ['ws-private'], probability: 0.05, fault: { kind: 'duplicate' } },
  { traffic: ['ws-private'], probability: 0.05, fault: { kind: 'reorder' } },
  { traffic: ['ws-private'], probability: 0.02, fault: { kind: 'disconnect', at: 'mid-frame' } },
  { methods: ['POST'], probability: 0.15, fault: { kind: 'lost-answer', how: 'timeout' } },
  { methods: ['POST'], probability: 0.1, fault: { kind: 'lost-answer', how: 'disconnect' } },
  { methods: ['POST'], probability: 0.1, fault: { kind: 'lost-answer', how: 'status' } },
  { traffic: ['rest'], probability: 0.05, fault: { kind: 'server-error' } },
  { traffic: ['rest'], probability: 0.05, fault: { kind: 'rate-limit' } },
];

// Goal: whatever happens on the way, no order is doubled or wrongly called refused, each fill is told once, each end is known.
it.each(Array.from({ length: 10 }, (_, seed) => seed + 1))(
  'keeps the account’s story straight under the faults of seed %i',
  async (seed) => {
    const time = new VirtualTime(EPOCH_US);
    const random = new SeededRandom(seed);
    const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => 5 });
    const options = parseSimulationOptions({ venues: ['coinbase'], symbols: 4, updatesPerSecond: 100, seed });
    const simulation = await startSimulation(options, { clock: time, timers: time, host });
    const endpoints = simulation.endpoints.coinbase;
    const customer = simulation.access.get('coinbase')?.customers()[0];
    if (endpoints === undefined || customer === undefined) throw new Error('the venue did not start');
    const { apiKey, secret, passphrase } = customer.key;
    const { account } = customer;
    const events: AccountEvent[] = [];
    const directory = new Directory();
    const gateway = new VenueGateway({
      protocol: coinbaseSpotTrading({
        directory,
        endpoints: { rest: endpoints.rest, wsPrivate: endpoints.wsPrivate ?? null, wsTrade: null },
      }),
      directory,
      credentials: new Credentials(apiKey, secret, passphrase),
      http: host.http({ timeoutMs: 2_000 }),
      connect: host.connect,
      clock: time,
      timers: time,
      random,
      onAccount: (event) => events.push(event),
      onNotice: () => undefined,
      symbols: [PRODUCT],
    });
    const until = async <T>(promise: Promise<T>): Promise<T> => {
      let done = false;
      promise.then(
        () => {
          done = true;
        },
        () => {
          done = true;
        },
      );
      for (let step = 0; step < 100_000 && !done; step++) await time.run(20_000);
      return promise;
    };

    await until(gateway.start());
    await time.run(1_000_000);
    for (const rule of FAULTS) simulation.faults.add({ ...rule, untilMs: FAULTS_MS });
    const book = simulation.market.booksOf('coinbase', 'spot').find(({ instrument }) => instrument.symbol === PRODUCT);
    if (book === undefined) throw new Error(`no ${PRODUCT}`);
    const { priceDecimals, qtyDecimals, tickUnits } = book.instrument;
    const verdicts = new Map<string, string>();
    for (let at = 0; at < ORDERS; at++) {
      const side = random.below(2) === 0 ? 'buy' : 'sell';
      const touch = (side === 'buy' ? book.asks : book.bids).best()?.priceUnits ?? 0;
      const units = Math.round((touch * (1 + (random.below(3) - 1) * 0.0005)) / tickUnits) * tickUnits;
      const price = (units / 10 ** priceDecimals).toFixed(priceDecimals);
      const quantity = ((100 + random.below(400)) / Number(price)).toFixed(qtyDecimals);
      const timeInForce = (['gtc', 'gtc', 'ioc', 'post-only'] as const)[random.below(4)] ?? 'gtc';
      const clientOrderId = gateway.clientOrderId(`${seed}:${at}`);
      const order: OrderRequest = {
        ...{
          symbol: PRODUCT,
          side,
          type: 'limit',
          timeInForce,
          quantity,
          quoteAmount: null,
          price,
          clientOrderId,
          reduceOnly: false,
        },
      };
      const outcome = await until(gateway.place(order));
      verdicts.set(
        clientOrderId,
        outcome.kind === 'unknown' ? (await until(gateway.settle(outcome.reference))).kind : outcome.kind,
      );
      await time.run(300_000);
    }
    await time.run(FAULTS_MS * 1_000);
    await until(gateway.cancelAll(PRODUCT));
    await time.run(20_000_000);

    const byClient = new Map<string, EngineOrder[]>();
    for (const order of account.orders())
      byClient.set(order.clientOrderId ?? '', [...(byClient.get(order.clientOrderId ?? '') ?? []), order]);
    for (const [clientOrderId, verdict] of verdicts) {
      const there = byClient.get(clientOrderId) ?? [];
      expect(there.length).toBeLessThanOrEqual(1);
      if (verdict === 'refused') expect(there).toHaveLength(0);
      // What ended without a fill is purged, so that the venue may truly say that it knows no such order.
      if (verdict === 'placed' || there.some(({ filledUnits }) => filledUnits > 0)) expect(there).toHaveLength(1);
      const last = events.findLast((event) => event.kind === 'order' && event.order.clientOrderId === clientOrderId);
      const [engine] = there;
      if (engine === undefined || last?.kind !== 'order') continue;
      expect(isFinal(last.order.state)).toBe(true);
      expect(last.order.state === 'filled').toBe(engine.state === 'filled');
    }
    const told = events.flatMap((event) => (event.kind === 'fill' ? [event.fill.tradeId] : []));
    expect(told.toSorted()).toEqual(
      account
        .fills()
        .map(({ tradeId }) => String(tradeId))
        .toSorted(),
    );
    await until(gateway.stop());
    await simulation.stop();
  },
  60_000,
);
