import { existsSync } from 'node:fs';
import type { Timer, Timers } from '../domain/clock.js';
import type { ControlHandler } from '../ops/operator-link.js';
import type { StopResult } from '../risk/types.js';

const POLL_INTERVAL_MS = 250;
const STOP_SIGNAL = 'SIGUSR2';

/** The part of the trading desk that people command. */
export interface CommandedDesk {
  emergencyStop(reason: string, by: string): Promise<StopResult>;
  clearStop(by: string): void;
}

/** What the triggers watch, and whom they command. */
export interface StopTriggerParts {
  readonly desk: CommandedDesk;
  /** A file that stops trading when it appears, and keeps it stopped for as long as it is there. */
  readonly stopFile: string;
  readonly timers: Timers;
  /** What became of a stop that a signal or the file caused. */
  onStop(result: StopResult): void;
  /** A stop that did not go through. */
  onFailure(error: unknown): void;
}

/**
 * The ways to stop that need no dashboard: SIGUSR2, and a file. With `control`, the handler of what comes over HTTP, they belong
 * together, because nothing may clear a stop while the file is there.
 */
export class StopTriggers {
  private readonly polling: Timer;
  private hadFile = false;

  /** Watches from now on; a file that is there already stops at once. */
  constructor(private readonly parts: StopTriggerParts) {
    process.on(STOP_SIGNAL, this.onSignal);
    this.polling = parts.timers.every(POLL_INTERVAL_MS, this.poll);
    this.poll();
  }

  /** Carries out what a person tells trading to do. */
  readonly control: ControlHandler = async (request) => {
    const { desk, stopFile } = this.parts;
    if (request.kind === 'stop') return { ok: true, message: stopText(await desk.emergencyStop(request.reason, request.by)) };
    if (existsSync(stopFile)) return { ok: false, message: `Remove the file ${stopFile} first: it stops trading.` };
    desk.clearStop(request.by);
    return { ok: true, message: `Cleared by ${request.by}: nothing stops trading any more.` };
  };

  close(): void {
    process.off(STOP_SIGNAL, this.onSignal);
    this.polling.cancel();
  }

  private readonly onSignal = (): void => this.stop(`the signal ${STOP_SIGNAL} came`, 'a signal');

  private readonly poll = (): void => {
    const hasFile = existsSync(this.parts.stopFile);
    if (hasFile && !this.hadFile) this.stop(`the file ${this.parts.stopFile} is there`, 'a file');
    this.hadFile = hasFile;
  };

  private stop(reason: string, by: string): void {
    const { desk, onStop, onFailure } = this.parts;
    desk.emergencyStop(reason, by).then(onStop, onFailure);
  }
}

/** What a stop did, in a sentence. */
export function stopText({ isNew, isPersisted, openOrders, cancelledOrders }: StopResult): string {
  const cancelling =
    cancelledOrders === null ? `${openOrders} orders may still be open` : `${cancelledOrders} open orders cancelled`;
  const sentence = `${isNew ? 'Trading is stopped' : 'Trading was stopped already'}; ${cancelling}.`;
  return isPersisted ? sentence : `${sentence} The stop could not be written down: it will not outlive the process.`;
}
