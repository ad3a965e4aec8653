// Goal: a live run is a function of its recording. Opportunities, sizes, intents and decisions that were found through sockets,
// threads and natural conflation are found again from the recorded frames and the turn log, byte for byte; and a recording from which
// a single frame was taken leads to a difference that is named.
// Method: the venues are simulated and real sockets are between them and the feed workers; the machine decides who is how fast.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionEngine } from '../../src/engine/decision-engine.js';
import { readIntent } from '../../src/engine/intent-record.js';
import { TurnLog } from '../../src/engine/turn-log-reader.js';
import { differenceText, replayTurns, type TurnReplayReport } from '../../src/engine/turn-replay.js';
import { readCapture } from '../../src/feeds/capture/reader.js';
import { type MemoryRequest, planMemory } from '../../src/kernel/plan.js';
import { Budget } from '../../src/strategy/capital.js';
import type { HostedStrategy, Strategy } from '../../src/strategy/strategy.js';
import { threeTierConfig } from '../../src/strategy/three-tier/config.js';
import { ThreeTierStrategy } from '../../src/strategy/three-tier/three-tier-strategy.js';
import type { StrategyUniverse } from '../../src/strategy/universe.js';
import { engineFor, type LiveSession, replayedEngine, runLive, type StrategiesFor, type Transcript } from './live-session.js';

/** Takes the best size of every pair that leaves something, and sets itself a timer, so that intents and timers are in the run. */
function taker(universe: StrategyUniverse): HostedStrategy {
  const strategy: Strategy = {
    onMarket(market, context) {
      for (let index = 0; index < market.rowCount; index++) {
        const row = market.row(index);
        const size = market.pairs.hasPair(row) ? market.pairs.bestSize(row) : -1;
        if (size < 0 || market.pairs.sizeNetUnits(row, size) <= 0) continue;
        const { books } = universe.rows[row] ?? { books: [] };
        const buy = books[market.pairs.buyVenue(row)];
        const sell = books[market.pairs.sellVenue(row)];
        if (buy === undefined || sell === undefined) continue;
        const units = market.pairs.sizeBaseUnits(row, size);
        const intent = context.intent('open', row, market);
        const decision = context
          .decide(0, row, market)
          .note(market.pairs.sizeNet(row, size))
          .note(context.positions.of(buy.book));
        intent.decision = context.decided(decision, 0).id;
        const target = (book: number, change: number): number => context.positions.of(book) + change;
        context.aim(
          intent,
          market,
          buy.book,
          target(buy.book, units / buy.unitsPerQty),
          market.pairs.sizeBuyWorstUnits(row, size),
        );
        context.aim(
          intent,
          market,
          sell.book,
          target(sell.book, -units / sell.unitsPerQty),
          market.pairs.sizeSellWorstUnits(row, size),
        );
        context.emit(intent);
        context.setTimer(1, market.nowUs + 7_000);
      }
    },
    onTimer: (timer, market, context) => context.raise('timer', { timer, nowUs: market.nowUs, epochUs: market.epochUs }),
    onLegUpdate: (update, market, context) => context.raise('filled', { ...update, turn: market.turn }),
  };
  return { name: 'taker', strategy, budget: new Budget(1_000_000) };
}

/** Opportunities that the detector saw come to their end. */
let closed = 0;

/** The detector of cross-venue opportunities; every one that opens, is confirmed and closes is told. */
function threeTier(universe: StrategyUniverse, tell: (what: string, facts: object) => void): HostedStrategy {
  const strategy = new ThreeTierStrategy(threeTierConfig.parse({}), universe);
  strategy.record.listener = (what, opportunity) => {
    if (what === 'closed') closed++;
    tell(`opportunity ${what}`, opportunity);
  };
  return { name: 'three-tier', strategy, budget: new Budget(1_000) };
}

const strategies: StrategiesFor = (universe, tell) => [threeTier(universe, tell), taker(universe)];

let folder = '';
let live: LiveSession;
let log: TurnLog;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-live-replay-'));
  const isEnough = ({ engine, host }: DecisionEngine): boolean =>
    closed >= 3 && engine.turns >= 2_000 && host.contexts.every(({ intentsEmitted }) => intentsEmitted > 0);
  live = await runLive(join(folder, 'a'), 7, strategies, isEnough, 40);
  log = await TurnLog.read(live.logPath);
}, 90_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function replay(
  log: TurnLog,
  recordings: LiveSession['recordings'],
  strategiesFor = strategies,
): Promise<TurnReplayReport & { readonly found: readonly string[] }> {
  // The memory is laid out anew from what the log says of it.
  const { memory } = log.header as { readonly memory: MemoryRequest };
  let transcript: Transcript | undefined;
  const report = await replayTurns({
    log,
    plan: planMemory(memory),
    books: live.books,
    recordings,
    make: (kernel, emitted) => {
      const deciding = engineFor(kernel, live.universe, strategiesFor, emitted);
      transcript = deciding.transcript;
      return replayedEngine(deciding);
    },
  });
  return { ...report, found: transcript?.lines ?? [] };
}

describe('a live run and its replay', () => {
  it('ran as a live run does: found something, took it, and looked at some versions of books only', () => {
    const count = (kind: string): number => live.lines.filter((line) => line.startsWith(`${kind} `)).length;
    expect(count('turn')).toBeGreaterThan(1_000);
    for (const what of ['opened', 'confirmed', 'closed']) expect(count(`opportunity ${what}`)).toBeGreaterThan(0);
    for (const strategy of [0, 1])
      expect(live.lines.some((line) => line.startsWith(`intent {"id`) && line.includes(`"strategy":${strategy}`))).toBe(true);
    expect(live.lines.some((line) => line.includes('"open":[{'))).toBe(true);
    expect(live.conflated).toBeGreaterThan(0);
    expect(log.isTruncated).toBe(false);
  });

  it('find the same opportunities, sizes, decisions and intents, byte for byte', async () => {
    const { difference, turns, intents, found } = await replay(log, live.recordings);
    expect(difference === null ? '' : differenceText(difference)).toBe('');
    expect(turns).toBe([...log.turns()].length);
    expect(intents).toBe(live.lines.filter((line) => line.startsWith('intent ')).length);
    expect(found.length).toBe(live.lines.length);
    const first = found.findIndex((line, index) => line !== live.lines[index]);
    expect([found[first], live.lines[first]]).toEqual([undefined, undefined]);
  }, 60_000);

  it('find the same again from a log whose end is missing, as far as it goes', async () => {
    const bytes = await readFile(live.logPath);
    const half = TurnLog.parse(bytes.subarray(0, Math.floor(bytes.length / 2)));
    const { difference, found } = await replay(half, live.recordings);
    expect(difference).toBeNull();
    expect(found.length).toBeGreaterThan(100);
    expect(found).toEqual(live.lines.slice(0, found.length));
  }, 60_000);

  it('differ when a strategy decides otherwise, and say in which turn', async () => {
    const [first] = [...log.records()].filter((record) => record.type === 'intent');
    const expected = first === undefined ? undefined : readIntent(first.bytes);
    const idle = ({ name, budget }: HostedStrategy): HostedStrategy => ({
      name,
      budget,
      strategy: { onMarket: () => undefined },
    });
    const { difference, turns } = await replay(log, live.recordings, (universe, tell) => strategies(universe, tell).map(idle));
    expect(difference).toEqual({ what: 'intent', turn: expected?.turn, expected, got: null });
    expect(turns).toBe(expected?.turn);
    expect(differenceText(difference as NonNullable<typeof difference>)).toMatch(
      /^turn \d+: wanted \{"id":1,.*, and in the replay nothing$/,
    );
  }, 60_000);

  it('differ when one frame is taken from the recording, and say where', async () => {
    const [feed = '', files = []] = [...live.recordings].find(([name]) => name === 'binance-spot') ?? [];
    const lines: string[] = [];
    for (const file of files)
      for await (const { record } of readCapture(file, { books: true })) lines.push(JSON.stringify(record));
    const updates = lines.flatMap((line, index) => (line.includes('depthUpdate') && line.includes('"kind":"ws"') ? [index] : []));
    const dropped = updates[Math.floor(updates.length / 2)] ?? 0;
    const path = join(folder, 'dropped.ndjson');
    writeFileSync(path, lines.filter((_, index) => index !== dropped).join('\n'));
    const { difference, turns } = await replay(log, new Map([...live.recordings, [feed, [path]]]));
    const symbol = /\\"s\\":\\"([A-Z0-9]+)\\"/.exec(lines[dropped] ?? '')?.[1];
    expect(difference).toMatchObject({ turn: turns + 1, book: { feed, symbol }, missingLines: 1 });
    expect(differenceText(difference as NonNullable<typeof difference>)).toMatch(
      new RegExp(
        `^turn ${turns + 1}: binance-spot ${symbol} was of version \\d+, sequence \\d+, and the recording leads to version \\d+`,
      ),
    );
  }, 60_000);
});
