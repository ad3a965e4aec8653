// Goal: the benches do not rot. Method: the built program runs with tiny sizes, in which every subject is still compared with its
// baseline; the figures themselves mean nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';

const MAIN = fileURLToPath(new URL('../../build/bench/main.js', import.meta.url));

const IDS = [
  'decode.binance.depth.vs.jsonparse',
  'decode.binance.depth.vs.ccxt',
  'decode.binance.cheap.depth.vs.jsonparse',
  'decode.binance.cheap.depth.vs.ccxt',
  'decode.binance.usdm.depth.vs.jsonparse',
  'decode.binance.usdm.depth.vs.ccxt',
  'decode.kraken.book.vs.jsonparse',
  'decode.kraken.book.vs.ccxt',
  'decode.coinbase.l2update.vs.jsonparse',
  'decode.coinbase.l2update.vs.ccxt',
  'decode.gateio.book.vs.jsonparse',
  'decode.gateio.book.vs.ccxt',
  'decode.gateio.futures.book.vs.jsonparse',
  'decode.gateio.futures.book.vs.ccxt',
  'decode.mexc.contract.vs.jsonparse',
  'decode.mexc.contract.vs.ccxt',
  'decode.mexc.depth.vs.protobuf',
  'decode.mexc.depth.vs.ccxt',
  'scan.1000x5',
  'detect.full',
  'detect.refreshed',
  'detect.one.p50',
  'detect.one.p99',
  'allocation.bytes.per.turn',
  'signals.decode',
  'receive.to.intent.p50',
  'receive.to.intent.p99',
  'universe.conflated',
  'vwap.20levels.vs.ts',
  'vwap.20levels.vs.typed',
  'seqlock.read',
  'seqlock.read.contended',
  'wake.event.vs.waitasync',
  'wake.poll',
  'socket.to.book.vs.ws',
  'allocation.bytes.per.frame',
  'allocation.bytes.per.chunk',
  'order.encode.sign',
  'order.ws.vs.echo',
  'order.rest.vs.echo',
  'matching.orders',
  'risk.check',
  'reconcile',
  'stats.rolling',
  'stats.acf',
  'stats.quantiles',
  'stats.quantiles.sort',
  'stats.ols',
  'stats.adf',
  'cycle.intent.to.wire.p50',
  'cycle.intent.to.wire.p99',
  'cycle.after.pause.p50',
  'cycle.after.pause.p99',
  'sweep.10k',
  'replay.l2.events',
  'backtest.concurrent',
  'backtest.concurrent.memory',
  'backtest.year',
  'backtest.year.processor',
  'backtest.year.memory',
  'history.import.klines',
  'history.stream.klines',
  'optimize.24h',
];

const result = z.strictObject({
  id: z.string(),
  value: z.number().nonnegative(),
  unit: z.string().min(1),
  baseline: z.string().min(1),
  baselineValue: z.number().positive(),
  ratio: z.number().positive(),
});
const output = z.strictObject({ node: z.string(), cpu: z.string(), results: z.array(result) });

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { TIERCEL_DATA: _recorded, ...env } = process.env; // recorded frames bring figures of their own
  const flags = ['--expose-gc', '--min-semi-space-size=256'];
  return spawnSync(process.execPath, [...flags, MAIN, ...args], { encoding: 'utf8', timeout: 100_000, env });
}

test('every figure is measured against its baseline, as one line of JSON', () => {
  const { status, stdout, stderr } = bench('--quick', '--json');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  const { node, results } = output.parse(JSON.parse(stdout));
  expect(node).toBe(process.version);
  expect(results.map(({ id }) => id)).toEqual(IDS);
});

test('the tables name each figure and its baseline', () => {
  const { status, stdout } = bench('--quick', '--only', 'decode.kraken');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^decode\.kraken\.book\.vs\.jsonparse +[\d.]+ us\/frame +[\d.]+x +[\d.]+ us\/frame: JSON\.parse/m);
  expect(stdout).toMatch(/^decode\.kraken\.book\.vs\.ccxt .*: ccxt kraken/m);
});

test('latency is told by stage', () => {
  const { status, stdout } = bench('--quick', '--only', 'latency');
  expect(status).toBe(0);
  for (const stage of ['sent to received', 'received to book', 'received to decision', 'sent to decision']) {
    expect(stdout).toMatch(new RegExp(`1000 {2}${stage}( +[\\d.]+){4}$`, 'm'));
  }
});

test.each([
  [['--only', 'nothing'], /no figure begins with nothing/],
  [['--sizes'], /unknown option '--sizes'/],
])('bad arguments are one sentence and exit code 2: %j', (args, sentence) => {
  const { status, stdout, stderr } = bench(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr.trim()).toMatch(sentence);
});
