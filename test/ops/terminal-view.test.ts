// Goal: the screen fits the terminal whatever its size, says what matters, and the terminal is given back.
import { expect, test } from 'vitest';
import type { Timers } from '../../src/domain/clock.js';
import { renderSummary, renderTerminal, startTerminalView } from '../../src/ops/terminal-view.js';
import { fakeSnapshot } from './fake-engine.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
const COLOURS = /\x1b\[[0-9;]*m/g;

function plainLines(screen: string): string[] {
  return screen.replace(COLOURS, '').split('\n');
}

/** Timers that run only when told to. */
function manualTimers(): { timers: Timers; tick(): void; intervalMs(): number } {
  let action: (() => void) | null = null;
  let interval = 0;
  const timers: Timers = {
    after: () => ({ cancel: () => undefined }),
    every(intervalMs, given) {
      interval = intervalMs;
      action = given;
      return {
        cancel: () => {
          action = null;
        },
      };
    },
  };
  return { timers, tick: () => action?.(), intervalMs: () => interval };
}

test('shows venues, opportunities, latencies and the last log lines', () => {
  const lines = plainLines(renderTerminal(fakeSnapshot(0), 120, 40, ['one', 'two', 'three', 'four', 'five']));
  expect(lines).toHaveLength(40);
  expect(lines[0]).toBe(' TIERCEL 0.1.0  simulated  up 1h 02m  ready');
  expect(lines[1]).toMatch(
    /^ feeds 7\/8 {2}books 2,037\/2,040 {2}opportunities 18 open, 4,211 found {2}frames [\d,]+\/s {2}turns/,
  );
  expect(lines.slice(2, 4).map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['three-tier', 'basis']);
  expect(lines[5]).toBe(' VENUE     MARKET   STATE            BOOKS   FRAMES/S  RESYNCS   GAPS BAD SUMS    BREAKER');
  expect(lines.slice(6, 14).map((line) => line.slice(1, 31).split(/ +/).slice(0, 3))).toContainEqual(['mexc', 'futures', 'GAP']);
  const heading = lines.findIndex((line) => line.startsWith(' OPPORTUNITY'));
  expect(lines[heading + 1]).toMatch(/^ BTC\/USDT +spot +binance +63012\.50 +mexc +634\d\d\.\d\d +0\.01903 +42\.\d +120 ms$/);
  expect(lines.some((line) => /^ receive to decision +[\d.]+ µs/.test(line))).toBe(true);
  expect(lines.slice(-4)).toEqual(['two', 'three', 'four', 'five']);
});

test.each([
  [200, 60],
  [120, 40],
  [80, 24],
  [40, 12],
  [10, 3],
  [1, 1],
])('fits a terminal of %i x %i', (width, height) => {
  const lines = plainLines(renderTerminal(fakeSnapshot(5), width, height, ['a long line '.repeat(40)]));
  expect(lines.length).toBeLessThanOrEqual(height);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
});

test('a hostile name cannot steer the terminal', () => {
  const snapshot = fakeSnapshot(1);
  const [first] = snapshot.opportunities.list;
  if (first === undefined) throw new Error('the fake engine has no opportunity');
  const opportunities = { ...snapshot.opportunities, list: [{ ...first, symbol: '\x1b[2JX\nY' }] };
  const screen = renderTerminal({ ...snapshot, opportunities }, 120, 40);
  expect(screen).not.toContain('\x1b[2J');
  expect(screen).toContain('·[2JX·Y');
});

test('an engine without opportunities says so', () => {
  const opportunities = { found: 0, open: 0, list: [], recent: [] };
  expect(plainLines(renderTerminal(fakeSnapshot(0, { opportunities }), 120, 40))).toContain('  none yet');
});

test('on a terminal: draws four times a second at most, only what changed, and gives the screen back once', () => {
  const written: string[] = [];
  const { timers, tick, intervalMs } = manualTimers();
  let step = 0;
  const output = { isTTY: true, columns: 100, rows: 30, write: (text: string) => written.push(text) };
  const stop = startTerminalView({ output, timers, snapshot: () => fakeSnapshot(step) });
  expect(intervalMs()).toBe(250);
  expect(written[0]).toBe('\x1b[?1049h\x1b[?25l');
  expect(written).toHaveLength(2);
  tick();
  expect(written).toHaveLength(2);
  step = 1;
  tick();
  expect(written).toHaveLength(3);
  stop();
  stop();
  tick();
  expect(written).toHaveLength(5);
  expect(written[3]).toBe('\x1b[?25h\x1b[?1049l');
  expect(written[4]).toBe(`${renderSummary(fakeSnapshot(1))}\n`);
  expect(process.listeners('exit')).not.toContain(stop);
});

test('anywhere else: one line every few seconds, without colours', () => {
  const written: string[] = [];
  const { timers, tick, intervalMs } = manualTimers();
  const stop = startTerminalView({ output: { write: (text) => written.push(text) }, timers, snapshot: () => fakeSnapshot(0) });
  expect(intervalMs()).toBe(5000);
  tick();
  stop();
  tick();
  expect(written).toHaveLength(1);
  expect(written[0]).toMatch(
    /^1h 02m: 7 of 8 feeds SYNCED; 2,037 of 2,040 books; [\d,]+ frames\/s; 18 opportunities open, 4,211 found; receive to decision p50 .+, p99 .+; best BTC\/USDT 42\.\d bps \(buy binance 63012\.50, sell mexc [\d.]+\)\n$/,
  );
});
