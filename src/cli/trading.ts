import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInputError } from '../domain/errors.js';
import { type SystemClock, systemTimers } from '../domain/system-clock.js';
import { wakeTurns } from '../engine/wake.js';
import type { Kernel } from '../kernel/kernel.js';
import { LedgerError } from '../ledger/errors.js';
import { Journal } from '../ledger/journal.js';
import type { Logger } from '../ops/log.js';
import type { ControlHandler } from '../ops/operator-link.js';
import { RiskConfigSchema } from '../risk/config.js';
import type { DeskEvent } from '../trading/desk-types.js';
import type { LedgerWriter } from '../trading/ledger-writer.js';
import { TradingDesk } from '../trading/trading-desk.js';
import type { Config } from './config.js';
import { type Deciding, strategyNames } from './deciding.js';
import { HaltFile } from './halt-file.js';
import type { Cleanup } from './market.js';
import { fileStamp, type RunLog } from './run-log.js';
import { StopTriggers, stopText } from './stop-triggers.js';
import type { TradingVenues, TradingVenuesParts } from './trading-venues.js';
import { packageVersion } from './version.js';

export interface TradingParts {
  readonly config: Config;
  /** `simulated`: every run begins with new accounts, and so with a new ledger. */
  readonly mode: 'simulated' | 'paper' | 'live';
  readonly open: OpenVenues;
  readonly deciding: Deciding;
  readonly kernel: Kernel;
  readonly clock: SystemClock;
  readonly startMs: number;
  readonly log: Logger;
  readonly record: RunLog['record'] | undefined;
}

/** The accounts of a run; connected to once it is started. */
export type TradedVenues = Pick<TradingVenues, 'accounts' | 'start' | 'stop'>;

/** Makes the accounts of a run, which tell what happens to the desk. */
export type OpenVenues = (
  parts: Pick<TradingVenuesParts, 'clock' | 'timers' | 'onAccount' | 'onNotice'> & { readonly ledger: LedgerWriter },
) => TradedVenues;

/** Trading of a run under way. */
export interface Trading {
  readonly desk: TradingDesk;
  /** Settles when the start is over, whatever came of it. */
  readonly started: Promise<unknown>;
  readonly control: ControlHandler;
  /** Lets what is under way end, and cancels the rest. */
  stop(): Promise<void>;
}

const LEVELS = { info: 'info', warn: 'warn', alert: 'error' } as const;

/**
 * Begins to trade: the ledger is opened, and brought together with what the venues say as soon as they do.
 * @param cleanup undoes it, the last step first
 * @throws InvalidInputError when the ledger or the folder cannot be used
 */
export function startTrading(parts: TradingParts, cleanup: Cleanup): Trading {
  const { config, mode, deciding, kernel, clock, log } = parts;
  const { folder, stopMsMax } = config.trading;
  const file = openFolder(folder, mode === 'simulated' ? `simulated.${fileStamp(parts.startMs)}.ledger` : `${mode}.ledger`);
  const ledger = openLedger(file);
  cleanup.push(() => ledger.close());
  const venues = parts.open({
    ledger,
    clock,
    timers: systemTimers,
    onAccount: (venue, market, event) => desk.onAccount(venue, market, event),
    onNotice: (notice) => desk.onNotice(notice),
  });
  cleanup.push(() => venues.stop());
  const desk = new TradingDesk({
    ...{ deciding, clock, ledger },
    runId: randomBytes(5).toString('hex'),
    mode: mode === 'live' ? 'live' : 'paper',
    version: packageVersion(),
    universe: deciding.universe,
    strategyNames: strategyNames(config),
    accounts: venues.accounts,
    risk: config.risk ?? RiskConfigSchema.parse({}),
    haltStore: new HaltFile(join(folder, `halt.${mode}.json`)),
    timers: systemTimers,
    wake: () => wakeTurns(kernel.int32, kernel.plan.control),
    onEvent: (event) => logDeskEvent(log, event),
    ...(parts.record !== undefined && { record: parts.record }),
    settings: {
      driftQuoteMax: config.trading.driftQuoteMax,
      unattributed: config.trading.unattributed,
      execution: { hedgeMs: config.trading.hedgeMs },
      start: { adoptPositions: config.trading.adoptPositions },
    },
  });
  readLedger(desk, file);
  venues.start((account) => desk.ledger.memory.symbolsOf(account));
  const triggers = new StopTriggers({
    desk,
    stopFile: join(folder, 'STOP'),
    timers: systemTimers,
    onStop: (result) => log.error({ ...result }, stopText(result)),
    onFailure: (error) => log.error({ err: error }, 'Trading could not be stopped'),
  });
  cleanup.push(() => triggers.close());
  log.info({ ledger: file, mode, accounts: venues.accounts.length }, 'Trading begins when ledger and venues agree');
  const started = desk.start();
  const stop = async (): Promise<void> => {
    if (!(await desk.stop(stopMsMax))) log.error({ ledger: file }, 'Orders may still be open: the next start ends them');
  };
  cleanup.push(stop);
  return { desk, started, control: triggers.control, stop };
}

function readLedger(desk: TradingDesk, file: string): void {
  try {
    desk.open();
  } catch (error) {
    throw asInput(error, file);
  }
}

function openFolder(folder: string, name: string): string {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new InvalidInputError(`trading.folder: ${folder} cannot be used as a folder`, { folder }, { cause });
  }
  return join(folder, name);
}

function openLedger(file: string): Journal {
  try {
    return Journal.open(file);
  } catch (error) {
    throw asInput(error, file);
  }
}

function asInput(error: unknown, file: string): unknown {
  return error instanceof LedgerError ? new InvalidInputError(error.message, { file }, { cause: error }) : error;
}

function logDeskEvent(log: Logger, { level, kind, facts }: DeskEvent): void {
  log[LEVELS[level]](facts, `Trading: ${kind}`);
}
