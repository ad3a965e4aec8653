import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckResult, checkWorld } from './check.js';
import { EngineProcess, type TradingStatus } from './engine.js';
import { exposed, readLedger, unhedgedQuote } from './ledger-side.js';
import type { CrashPoint, Life } from './points.js';
import type { LogLine } from './process.js';
import type { World } from './world.js';

/** How long is waited for it all the same, to tell by how much it was late. */
const READY_WAIT_MS = 120_000;
const HIT_MS_MAX = 60_000;
const HALT_MS_MAX = 60_000;
const CALM_MS_MAX = 60_000;
const EVENING_MS_MAX = 60_000;
const TRADE_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;
const DYING_MS_MAX = 1_000;
/** How long an engine that may not trade is watched. */
const HALTED_MS = 700;

/** What became of a point. */
export interface PointResult {
  readonly point: CrashPoint;
  /** What is wrong; none when it passed. */
  readonly faults: readonly string[];
  /** From the start of the process that recovered until it was ready. */
  readonly recoveryMs: number | null;
  /** Processor time of that. */
  readonly recoveryCpuMs: number | null;
  /** Where the engine lived on: from the loss of a feed worker, or from when the venues were back, until all went on as before. */
  readonly resumedMs: number | null;
  /** Kills at an entry that were planned, and whether the engine came to it. */
  readonly steps: readonly ReachedStep[];
  readonly check: CheckResult | null;
  readonly seconds: number;
  /** Where to look, when it failed. */
  readonly folder: string;
}

/** A kill at an entry. */
export interface ReachedStep {
  readonly step: string;
  readonly when: 'before' | 'after';
  readonly isReached: boolean;
}

/** What became of a life. */
interface LifeEnd {
  /** Whether what was planned for it has happened. */
  readonly isReached: boolean;
  /** As in the result of the point. */
  readonly resumedMs?: number;
}

/** Lets a point happen in a world, starts an engine over what is left, and compares. */
export async function runPoint(world: World, point: CrashPoint): Promise<PointResult> {
  const startMs = performance.now();
  const faults: string[] = [];
  let recoveryMs: number | null = null;
  let recoveryCpuMs: number | null = null;
  let resumedMs: number | null = null;
  const steps: ReachedStep[] = [];
  let check: CheckResult | null = null;
  let engine: EngineProcess | undefined;
  const logs: string[] = [];
  try {
    for (const life of point.lives) {
      engine = await startLife(world, life);
      try {
        const end = await LIVES[life.expect](world, life, engine);
        resumedMs = end.resumedMs ?? resumedMs;
        const { fault } = life;
        if (fault?.kind === 'kill') steps.push({ step: fault.step, when: fault.when, isReached: end.isReached });
      } finally {
        logs.push(...engine.process.text, '');
        await engine.process.kill();
        unblock(world);
      }
    }
    engine = new EngineProcess(world);
    const ready = world.deposits > 0 ? await engine.readyOrBlocked(READY_WAIT_MS) : await engine.ready(READY_WAIT_MS);
    if (ready !== null) [recoveryMs, recoveryCpuMs] = [ready.ms, engine.cpuMs()];
    await calmDown(engine);
    faults.push(...(await ended(world, engine, ready)));
    logs.push(...engine.process.text, '');
    // What was under way when it was stopped may be left to the next start.
    if (exposedIn(world).length > 0) {
      engine = new EngineProcess(world, { isQuiet: true });
      const again = await engine.ready(READY_WAIT_MS);
      await engine.until(() => exposedIn(world).length === 0, EVENING_MS_MAX);
      faults.push(...(await ended(world, engine, again)));
      logs.push(...engine.process.text);
    }
    check = await checkWorld(world);
    faults.push(...check.faults);
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
    if (engine !== undefined) logs.push(...engine.process.text);
  } finally {
    await engine?.process.kill();
  }
  world.keepLog(point.number, logs);
  return {
    point,
    faults,
    recoveryMs,
    recoveryCpuMs,
    resumedMs,
    steps,
    check,
    seconds: (performance.now() - startMs) / 1000,
    folder: world.folder,
  };
}

/** What is done with each life. */
const LIVES: Readonly<Record<Life['expect'], (world: World, life: Life, engine: EngineProcess) => Promise<LifeEnd>>> = {
  async dies(world, { kill, killVenues, does }, engine) {
    if (kill === undefined) {
      if (does !== undefined) await act(world, engine, does);
      const end = await engine.process.endedWithin(HIT_MS_MAX);
      if (end !== undefined && end !== 'SIGKILL') throw new Error(`the point was not reached: the engine ended with ${end}`);
      // It never came to that entry: killed where it is, it has to recover all the same.
      return { isReached: end === 'SIGKILL' };
    }
    if (kill.from === 'ready') await engine.ready(READY_WAIT_MS);
    const back =
      killVenues === undefined ? undefined : pause(killVenues.ms).then(() => world.simulator.killAndRestart(killVenues.pauseMs));
    await pause(kill.ms);
    await engine.process.kill();
    await back;
    return { isReached: true };
  },
  async halts(_, __, engine) {
    await engine.process.line(({ msg }) => msg === 'Trading: halted', HALT_MS_MAX, 'the stop for want of a ledger');
    await pause(HALTED_MS);
    const trading = await engine.trading();
    // One that could not even begin its ledger says why it does not start.
    if (trading?.state !== 'halted' && trading?.state !== 'blocked')
      throw new Error(`without a ledger trading is ${trading?.state}`);
    return { isReached: true };
  },
  async lives(world, { fault, killVenues }, engine) {
    await engine.ready(READY_WAIT_MS);
    let resumedMs: number | undefined;
    let brokenMs = performance.now();
    if (killVenues !== undefined) {
      await pause(killVenues.ms);
      await world.simulator.killAndRestart(killVenues.pauseMs);
      brokenMs = performance.now();
    }
    if (fault?.kind === 'kill-feed') {
      const isOf = (what: string, { msg, venue }: LogLine): boolean => msg === `Feed: ${what}` && venue === fault.venue;
      await engine.process.line((line) => isOf('worker-lost', line), HIT_MS_MAX, 'the end of the worker');
      brokenMs = performance.now();
      const { log } = engine.process;
      const isBack = (line: LogLine): boolean =>
        isOf('synced', line) && log.indexOf(line) > log.findIndex((one) => isOf('worker-lost', one));
      await engine.process.line(isBack, TRADE_MS_MAX, 'the books of the worker that replaces it');
      resumedMs = performance.now() - brokenMs;
    }
    const before = (await engine.trading())?.intents.executed ?? 0;
    const goesOn = ({ intents }: TradingStatus): boolean => intents.executed > before + 1;
    if (await engine.until(goesOn, TRADE_MS_MAX))
      return { isReached: true, resumedMs: resumedMs ?? performance.now() - brokenMs };
    const trading = await engine.trading();
    throw new Error(`trading did not go on: it is ${trading?.state} ${trading?.reason}`);
  },
  async refuses(_, __, engine) {
    const end = await engine.process.endedWithin(READY_WAIT_MS);
    if (end !== 2) throw new Error(`without a ledger the engine ended with ${end ?? 'nothing'} instead of 2`);
    return { isReached: true };
  },
};

/** Has something happen to an engine that may die of it. */
async function act(world: World, engine: EngineProcess, { what, ms }: NonNullable<Life['does']>): Promise<void> {
  try {
    await engine.ready(READY_WAIT_MS);
    await pause(ms);
    if (what === 'deposit') world.deposit();
    else await engine.halt();
  } catch (error) {
    if (!engine.process.hasEnded && (await engine.process.endedWithin(DYING_MS_MAX)) === undefined) throw error;
  }
}

async function startLife(world: World, { fault, roomBytes, blockLedger }: Life): Promise<EngineProcess> {
  if (blockLedger === true) {
    mkdirSync(world.dataFolder, { recursive: true });
    renameSync(world.dataFolder, aside(world));
    mkdirSync(join(world.dataFolder, 'live.ledger'), { recursive: true });
  }
  return new EngineProcess(world, { fault, ...(roomBytes !== undefined && { fileBytesMax: largestFile(world) + roomBytes }) });
}

function unblock(world: World): void {
  if (!readdirSync(world.folder).includes('aside')) return;
  rmSync(world.dataFolder, { recursive: true });
  renameSync(aside(world), world.dataFolder);
}

function aside({ folder }: World): string {
  return join(folder, 'aside');
}

function largestFile({ dataFolder }: World): number {
  mkdirSync(dataFolder, { recursive: true });
  return Math.max(0, ...readdirSync(dataFolder).map((name) => statSync(join(dataFolder, name)).size));
}

/** Lets an engine end what it found, and trade a little. */
async function calmDown(engine: EngineProcess): Promise<void> {
  await engine.until(({ state }) => state !== 'reconciling', CALM_MS_MAX);
  if ((await engine.trading())?.state === 'halted') await engine.clear();
  const isCalm = ({ unhedged, intents }: TradingStatus): boolean =>
    intents.executed > 1 && unhedged.every(({ isDust }) => isDust);
  if (await engine.until(isCalm, CALM_MS_MAX)) return;
  // What is left is looked at afterwards; something new is always under way.
  const trading = await engine.trading();
  if (trading === null || trading.intents.executed === 0)
    throw new Error(`nothing was traded in ${CALM_MS_MAX} ms: ${trading?.state} ${trading?.reason}`);
}

/** Has an engine that recovered stop. @param ready what was known of it when it was ready @returns what is wrong with its life */
async function ended(world: World, engine: EngineProcess, ready: { readonly entries: number } | null): Promise<string[]> {
  const end = await engine.stop(STOP_MS_MAX);
  await engine.process.kill();
  const faults = ready === null ? [] : sentTooEarly(world, ready.entries);
  if (end !== 0) faults.push(`the engine that recovered ended with ${end ?? 'nothing'} when it was asked to`);
  return faults;
}

/** What is unhedged by the ledger, beyond dust. */
function exposedIn({ ledgerFile, strategies }: World): string[] {
  return exposed(unhedgedQuote(readLedger(ledgerFile)), strategies);
}

/** Orders that the last life put on record before it was ready. */
function sentTooEarly({ ledgerFile }: World, readyEntries: number): string[] {
  const { entries, sent } = readLedger(ledgerFile);
  const start = entries.findLast(({ kind }) => kind === 'start')?.sequence ?? 0;
  const early = sent.filter(({ sequence }) => sequence > start && sequence <= readyEntries);
  return early.map(({ venue, clientOrderId }) => `${venue} ${clientOrderId} was sent before the start was over`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
