import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { askEngine } from '../../src/cli/engine-client.js';
import type { EngineFault } from './faults.js';
import { LoggingProcess, type LogLine } from './process.js';
import type { World } from './world.js';

const ENTRY = fileURLToPath(new URL('./engine-main.js', import.meta.url));
const POLL_MS = 50;
const BLOCK_BYTES = 512;

/** How an engine is started. */
export interface EngineStart {
  readonly fault?: EngineFault | undefined;
  /** Files may grow up to this size, by a limit of the operating system. */
  readonly fileBytesMax?: number | undefined;
  /** Its strategies begin nothing new. */
  readonly isQuiet?: boolean;
}

/** An engine process over the ledger of a world. */
export class EngineProcess {
  readonly process: LoggingProcess;

  constructor(world: World, { fault, fileBytesMax, isQuiet = false }: EngineStart = {}) {
    const args = [ENTRY, '--config', isQuiet ? world.quietConfigFile : world.configFile, '--keys', world.keysFile];
    if (fault !== undefined) args.push('--fault', JSON.stringify(fault));
    const limited =
      fileBytesMax === undefined ? [] : ['-c', `ulimit -f ${Math.ceil(fileBytesMax / BLOCK_BYTES)}; exec "$0" "$@"`];
    const [command, ...rest] = fileBytesMax === undefined ? [process.execPath] : ['sh', ...limited, process.execPath];
    this.process = new LoggingProcess(command ?? '', [...rest, ...args]);
  }

  /** Waits until trading has begun. @returns the milliseconds since the process was started, and the length of the ledger then */
  async ready(withinMs: number): Promise<{ readonly ms: number; readonly entries: number }> {
    const line = await this.process.line(isReady, withinMs, 'the readiness to trade');
    return { ms: performance.now() - this.process.startMs, entries: Number(line['entries']) };
  }

  /** What the engine says of its trading. */
  async trading(): Promise<TradingStatus | null> {
    const { status, body } = await askEngine(await this.url(), '/api/v1/trading');
    return status === 200 ? (body as TradingStatus) : null;
  }

  /** Waits until trading has begun, or has to be let begin by a person, who does. @returns null then, else what `ready` does */
  async readyOrBlocked(withinMs: number): Promise<{ readonly ms: number; readonly entries: number } | null> {
    const isOver = (line: LogLine): boolean => isReady(line) || (line.msg === 'Trading: start-blocked' && isUnexplained(line));
    const line = await this.process.line(isOver, withinMs, 'the end of the start');
    if (isReady(line)) return this.ready(withinMs);
    await this.clear();
    await this.ready(withinMs);
    return null;
  }

  /** Processor time that the process has used so far, in milliseconds; NaN where the system does not tell. */
  cpuMs(): number {
    try {
      // What comes after the name in brackets; ticks of a hundredth of a second.
      const fields = readFileSync(`/proc/${this.process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return Number.NaN;
    }
  }

  /** A person stops trading. */
  async halt(): Promise<void> {
    await askEngine(await this.url(), '/api/v1/stop', { reason: 'crash tests', by: 'crash tests' });
  }

  /** Lets trading begin again after a stop. */
  async clear(): Promise<void> {
    const { status, body } = await askEngine(await this.url(), '/api/v1/clear', { by: 'crash tests' });
    if (status !== 200) throw new Error(`a stop could not be cleared: ${JSON.stringify(body)}`);
  }

  /** Waits for something that the engine says of its trading. @returns false when the time was over before */
  async until(matches: (trading: TradingStatus) => boolean, withinMs: number): Promise<boolean> {
    for (const startMs = performance.now(); performance.now() - startMs < withinMs; ) {
      const trading = await this.trading();
      if (trading !== null && matches(trading)) return true;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return false;
  }

  /** Asks it to stop. @returns how it ended; undefined when it does not */
  async stop(withinMs: number): Promise<number | string | null | undefined> {
    this.process.signal('SIGTERM');
    return this.process.endedWithin(withinMs);
  }

  private async url(): Promise<string> {
    const line = await this.process.line(({ msg }) => msg === 'Dashboard is up', 60_000, 'the dashboard');
    return String(line['url']);
  }
}

/** The part of the engine's report that is looked at. */
export interface TradingStatus {
  readonly state: string;
  readonly reason: string;
  readonly intents: { readonly executed: number };
  readonly openOrders: readonly unknown[];
  readonly unhedged: readonly { readonly isDust: boolean }[];
}

/** It waits for a person, and not for a venue. */
function isUnexplained({ level }: LogLine): boolean {
  return level === 'error' || Number(level) >= 50;
}

function isReady({ msg }: LogLine): boolean {
  return msg === 'Trading: ready';
}
