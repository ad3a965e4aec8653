// Goal: a simulated exchange that is killed is afterwards, for whoever trades there, the same exchange: balances, positions, fills and
// orders as they were told, open orders cancelled, and an order whose answer never left is found by its client id.
// Method: `tiercel sim --state` of what `npm run build` made, traded on all markets through gateways over loopback, ended with SIGKILL
// or by a limit on the size of files, and started again.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Fill, OrderReference, OrderReport, OrderRequest } from '../../../src/domain/order.js';
import { TRADING } from '../../../src/venues/trading-registry.js';
import { Simulator, Trader } from './simulator.js';

/** Long enough ago; venues are asked day by day. */
const sinceMs = Date.now() - 60_000;

let folder = '';
let simulator: Simulator;
let traders: Trader[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-state-'));
});
afterEach(async () => {
  await simulator.kill();
  await Promise.all(traders.splice(0).map((trader) => trader.close()));
  rmSync(folder, { recursive: true });
});

const nameOf = ({ entry }: Trader): string => `${entry.venue} ${entry.market}`;
const reference = ({ symbol, clientOrderId }: OrderRequest): OrderReference => ({ symbol, clientOrderId, venueOrderId: null });

async function openTraders(): Promise<void> {
  traders = await Promise.all(TRADING.map((entry) => Trader.open(entry, simulator.venues)));
}

/** The process dies at once, and another takes its place. */
async function killAndStart(): Promise<void> {
  await simulator.kill();
  const old = traders.splice(0);
  simulator = await Simulator.start(folder);
  await Promise.all([openTraders(), ...old.map((trader) => trader.close())]);
}

/** What an account says of itself that does not move with the market. */
async function statement({ gateway, entry, instrument }: Trader): Promise<Record<string, unknown>> {
  const balances = (await gateway.balances())
    .filter(({ total }) => Number(total) !== 0)
    .map(({ asset, total }) => [asset, total]);
  const fills = await gateway.fills(instrument.symbol, sinceMs);
  const positions = entry.market === 'spot' ? [] : await gateway.positions();
  return {
    balances: Object.fromEntries(balances),
    fills: [...fills].sort((left: Fill, right: Fill) => left.timeMs - right.timeMs),
    positions: positions.map(({ contract, side, size, entryPrice, leverage }) => ({
      ...{ symbol: contract.symbol, side, size, entryPrice, leverage },
    })),
  };
}

async function placed(trader: Trader, order: OrderRequest): Promise<OrderReport> {
  const outcome = await trader.gateway.place(order);
  if (outcome.kind !== 'placed') throw new Error(`${nameOf(trader)}: ${outcome.error.message}`);
  const found = await trader.gateway.order(reference(order));
  if (found === null) throw new Error(`${nameOf(trader)} does not know ${order.clientOrderId}`);
  return found;
}

test('whoever trades there finds everything after a kill -9, and nothing rests', async () => {
  simulator = await Simulator.start(folder);
  await openTraders();
  const before = await Promise.all(
    traders.map(async (trader) => {
      if (trader.entry.market === 'futures')
        await trader.gateway.setMargin(trader.instrument.symbol, { mode: 'isolated', leverage: 4 });
      const taking = await trader.order('buy', 0.01, 'taking', 'ioc');
      const resting = await trader.order('sell', -0.03, 'resting');
      const taken = await placed(trader, taking);
      const rested = await placed(trader, resting);
      expect([nameOf(trader), taken.state, rested.state]).toEqual([nameOf(trader), 'filled', 'open']);
      return { taking, resting, taken, rested, statement: await statement(trader) };
    }),
  );
  await killAndStart();
  const compare = async (trader: Trader, at: number): Promise<void> => {
    const { gateway } = trader;
    const { taking, resting, taken, rested, ...was } = before[at] ?? expect.fail();
    expect({ name: nameOf(trader), ...(await statement(trader)) }).toEqual({ name: nameOf(trader), ...was.statement });
    expect(was.statement).toMatchObject({ fills: [expect.anything()] });
    expect(await gateway.order(reference(taking))).toEqual(taken);
    const ended = await gateway.order(reference(resting));
    expect(ended).toMatchObject({ venueOrderId: rested.venueOrderId, filledQty: rested.filledQty });
    expect(['canceled', 'expired']).toContain(ended?.state);
    expect(await gateway.openOrders()).toEqual([]);
    // What comes now has ids of its own.
    if (trader.entry.market === 'futures') await gateway.setMargin(trader.instrument.symbol, { mode: 'isolated', leverage: 4 });
    const next = await trader.order('sell', 0.01, 'next', 'ioc');
    const report = await placed(trader, next);
    expect([taken.venueOrderId, rested.venueOrderId]).not.toContain(report.venueOrderId);
    const ids = (await gateway.fills(next.symbol, sinceMs)).map(({ tradeId }) => tradeId);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
  };
  await Promise.all(traders.map(compare));
});

test('an order that arrived and was not answered is there after a kill -9', async () => {
  simulator = await Simulator.start(folder);
  await openTraders();
  const silence = [
    { traffic: ['rest', 'ws-trade'], fault: { kind: 'lost-answer' } },
    { traffic: ['ws-private'], fault: { kind: 'drop' } },
  ];
  const orders = await Promise.all(traders.map((trader) => trader.order('buy', 0.01, 'unheard', 'ioc')));
  for (const rule of silence) {
    const answer = await request(`${simulator.control}/faults`, { method: 'POST', body: JSON.stringify(rule) });
    expect(answer.statusCode).toBe(200);
    await answer.body.dump();
  }
  const isHeard = traders.map((trader, at) => {
    const order = orders[at] ?? expect.fail();
    return trader.gateway.place(order).then(({ kind }) => kind === 'placed');
  });
  const arrived = traders.map(({ entry }, at) => written(`${entry.venue}.accounts`, orders[at]?.clientOrderId ?? expect.fail()));
  await Promise.all(arrived);
  await killAndStart();
  expect(await Promise.all(isHeard)).toEqual(traders.map(() => false));
  for (const [at, trader] of traders.entries()) {
    const order = orders[at] ?? expect.fail();
    const found = await trader.gateway.order(reference(order));
    expect({ name: nameOf(trader), state: found?.state }).toEqual({ name: nameOf(trader), state: 'filled' });
    const fills = await trader.gateway.fills(order.symbol, sinceMs);
    expect(new Set(fills.map(({ venueOrderId }) => venueOrderId))).toEqual(new Set([found?.venueOrderId]));
  }
});

test('a venue that can write no more ends without a word, and has everything it said', async () => {
  simulator = await Simulator.start(folder);
  await simulator.kill();
  simulator = await Simulator.start(folder, 'trap "" XFSZ; ulimit -f 40;');
  const entry = TRADING.find(({ venue }) => venue === 'kraken') ?? expect.fail();
  const trader = await Trader.open(entry, simulator.venues);
  traders = [trader];
  const told: OrderReport[] = [];
  for (let at = 0; ; at++) {
    const outcome = await trader.gateway.place(await trader.order('buy', 0.01, `until-${at}`, 'ioc'));
    if (outcome.kind !== 'placed') break;
    told.push(outcome.order);
  }
  expect(await simulator.ended).toBe(70);
  expect(simulator.errors.join()).toContain('cannot be kept');
  await trader.close();
  simulator = await Simulator.start(folder);
  const next = await Trader.open(entry, simulator.venues);
  traders = [next];
  expect(told.length).toBeGreaterThan(5);
  const fills = await next.gateway.fills(next.instrument.symbol, sinceMs);
  const filled = new Set(fills.map(({ venueOrderId }) => venueOrderId));
  expect(told.filter(({ venueOrderId }) => !filled.has(venueOrderId ?? ''))).toEqual([]);
});

/** Until a file says something. */
async function written(name: string, text: string): Promise<void> {
  const path = join(folder, name);
  const changes = watch(folder);
  if (readFileSync(path, 'utf8').includes(text)) return;
  for await (const _ of changes) if (readFileSync(path, 'utf8').includes(text)) return;
}
