// Goal: operators see what trading does: over the API, in readiness, in the metrics, on the terminal; and nothing of it where
// nothing is traded.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OperatorServer, startOperatorServer } from '../../src/ops/operator-server.js';
import { renderSummary, renderTerminal } from '../../src/ops/terminal-view.js';
import { FakeBooks, fakeSnapshot, noControl } from './fake-engine.js';
import { fakeTrading, haltedTrading } from './fake-trading.js';

let server: OperatorServer;

beforeEach(async () => {
  server = await startOperatorServer({ host: '127.0.0.1', port: 0, books: new FakeBooks(), control: noControl });
});
afterEach(() => server.close());

async function get(path: string): Promise<{ status: number; text: string; body: () => unknown }> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  const text = await response.text();
  return { status: response.status, text, body: () => JSON.parse(text) };
}

describe('/api/v1/trading', () => {
  test('is the whole report', async () => {
    server.update(fakeSnapshot(1, { trading: haltedTrading() }));
    const { status, body } = await get('/api/v1/trading');
    expect([status, body()]).toEqual([200, haltedTrading()]);
  });

  test('is 404 where nothing is traded, and 503 before the first report', async () => {
    expect((await get('/api/v1/trading')).status).toBe(503);
    server.update(fakeSnapshot(1));
    const { status, body } = await get('/api/v1/trading');
    const message = 'Nothing is traded here: this run only watches.';
    expect([status, body()]).toEqual([404, { error: { code: 'TIERCEL_NOT_FOUND', message } }]);
  });
});

describe('/readyz', () => {
  test.each([
    ['reconciling', '', 'Trading is reconciling.'],
    ['blocked', 'mexc holds 5 SOL that nothing explains', 'Trading is blocked: mexc holds 5 SOL that nothing explains'],
  ] as const)('waits while trading is %s, and says why', async (state, reason, message) => {
    server.update(fakeSnapshot(1, { ready: false, trading: fakeTrading({ state, reason }) }));
    const { status, body } = await get('/readyz');
    expect([status, body()]).toEqual([503, { ready: false, message, missing: [] }]);
  });

  test('is ready with a stop, but says so', async () => {
    server.update(fakeSnapshot(1, { trading: haltedTrading() }));
    const { status, body } = await get('/readyz');
    const message = 'Trading is halted: daily-loss: lost 104.2 of at most 100 USDT';
    expect([status, body()]).toEqual([200, { ready: true, message }]);
    server.update(fakeSnapshot(1, { trading: fakeTrading() }));
    expect((await get('/readyz')).body()).toEqual({ ready: true });
  });
});

describe('/metrics', () => {
  test('tell states, counts, limits and quantiles', async () => {
    server.update(fakeSnapshot(1, { trading: haltedTrading() }));
    const lines = (await get('/metrics')).text.split('\n').filter((line) => line.startsWith('tiercel_trading_'));
    const expected = [
      'state{mode="paper",state="trading"} 0',
      'state{mode="paper",state="halted"} 1',
      'intents_total{outcome="emitted"} 420',
      'intents_total{outcome="failed"} 8',
      'refusals_total{reason="stale book"} 22',
      'open_orders 2',
      'open_orders_max 40',
      'profit{strategy="three-tier",asset="USDT"} 87.20214',
      'profit{strategy="basis",asset="USDT"} -3.8668',
      'daily_profit -41.25',
      'drawdown_fraction 0.012',
      'exposure 2680.4',
      'unhedged{asset="SOL",dust="false"} 2.5',
      'drifts 1',
      'holdings 38',
      'ledger_entries 5123',
      'ledger_healthy 1',
      'cycle_us{stage="intent_to_sent",quantile="0.5"} 92',
      'cycle_us{stage="sent_to_filled",quantile="0.99"} 64000',
      'cycle_samples 388',
    ];
    expect(lines).toEqual(expect.arrayContaining(expected.map((line) => `tiercel_trading_${line}`)));
  });

  test('have no trading where nothing is traded', async () => {
    server.update(fakeSnapshot(1));
    expect((await get('/metrics')).text).not.toContain('tiercel_trading');
  });
});

describe('the terminal', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  const COLOURS = /\x1b\[[0-9;]*m/g;
  const line = (trading = fakeTrading(), width = 200): string =>
    renderTerminal(fakeSnapshot(0, { trading }), width, 40).replace(COLOURS, '').split('\n')[2] ?? '';

  test('has one line of trading', () => {
    expect(line()).toBe(
      ' paper trading  day -41.25 of -100  388 executed, 31 refused, 8 failed  orders 2/40  exposure 2,680/3,000  drawdown 1.2%  to wire p50 92.0 µs',
    );
    expect(line(haltedTrading())).toMatch(
      /^ paper halted \(daily-loss: lost 104\.2 of at most 100 USDT\) {2}unhedged 2\.5 SOL 4\.2 s {2}1 drifts {2}day -41\.25/,
    );
    expect(line(fakeTrading({ haltPersisted: false, ledger: { entries: 1, isHealthy: false } }))).toMatch(
      /^ paper trading {2}ledger not writable {2}stop not written down {2}day/,
    );
    expect(line(haltedTrading(), 60)).toHaveLength(60);
  });

  test('has the state in its summary, which no text can steer', () => {
    const hostile = haltedTrading();
    const summary = renderSummary(fakeSnapshot(0, { trading: { ...hostile, reason: 'a\n\x1b[2Jb' } }));
    expect(summary).toContain('; paper halted (a··[2Jb), 388 executed; day -41.25;');
    expect(renderSummary(fakeSnapshot(0))).not.toContain('paper');
  });
});
