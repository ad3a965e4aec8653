import { SystemClock } from '../../src/domain/system-clock.js';
import { FeedSupervisor } from '../../src/feeds/supervisor.js';
import { JournalCheckpoints } from '../../src/ledger/checkpoints.js';
import type { LedgerEntry } from '../../src/ledger/entries.js';
import { Journal } from '../../src/ledger/journal.js';
import { OPENING, READY } from '../../src/trading/follow-record.js';
import { TradingDesk } from '../../src/trading/trading-desk.js';
import type { EngineFault } from './faults.js';

const HOUR_MS = 3_600_000;
const FEE_LATE_MS = 300;
const PARAMETERS_MS = 1_500;
const CHECKPOINT_MS = 500;

/** Under which name a fault asks for an entry. */
function stepOf(entry: LedgerEntry): string {
  if (entry.kind === 'order') return entry.step;
  if (entry.kind === 'transfer' && entry.reason === OPENING) return OPENING;
  if (entry.kind === 'note' && (entry.topic === OPENING || entry.topic === READY)) return entry.topic;
  return entry.kind;
}

/** Arms a fault in this process: from now on the journal counts, and does it at its entry. */
export function armFault(fault: EngineFault): void {
  if (fault.kind === 'wrong-clock') {
    const now = Date.now.bind(Date);
    Date.now = () => now() + fault.hours * HOUR_MS;
    return;
  }
  if (fault.step === 'fee') tellFeesLate();
  if (fault.step === 'parameter') everyMs(PARAMETERS_MS, changeParameters);
  if (fault.step === 'checkpoint') everyMs(CHECKPOINT_MS, (desk) => desk.ledger.checkpoint());
  const act = actionOf(fault);
  const isBefore = fault.kind === 'full-disk' || fault.kind === 'read-only' || (fault.kind === 'kill' && fault.when === 'before');
  let seen = 0;
  const isDue = (entry: LedgerEntry): boolean => (fault.step === 'any' || stepOf(entry) === fault.step) && ++seen === fault.nth;
  // Every entry goes through the first of them, every checkpoint through the second.
  const { appendAll } = Journal.prototype;
  Journal.prototype.appendAll = function (entries) {
    const due = entries.some(isDue);
    if (due && isBefore) act(this);
    const sequence = appendAll.call(this, entries);
    if (due && !isBefore) act(this);
    return sequence;
  };
  if (fault.step !== 'checkpoint' || fault.kind !== 'kill') return;
  const { keep } = JournalCheckpoints.prototype;
  JournalCheckpoints.prototype.keep = function (basis, state) {
    const due = ++seen === fault.nth;
    if (due && isBefore) die();
    const isKept = keep.call(this, basis, state);
    if (due && !isBefore) die();
    return isKept;
  };
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

function actionOf(fault: Exclude<EngineFault, { readonly kind: 'wrong-clock' }>): (journal: Journal) => void {
  switch (fault.kind) {
    case 'kill':
      return die;
    case 'full-disk':
      // Not below what it has already, so that this is the size of now.
      return (journal) => pragma(journal, 'max_page_count = 1');
    case 'read-only':
      return (journal) => pragma(journal, 'query_only = on');
    case 'kill-feed':
      return feedKiller(fault.venue);
    case 'clock-jump': {
      const { epochUs } = SystemClock.prototype;
      return () => {
        SystemClock.prototype.epochUs = function () {
          return epochUs.call(this) + fault.hours * HOUR_MS * 1000;
        };
      };
    }
  }
}

/** Fills are told without their fees, which come a while after, as some venues do it. */
function tellFeesLate(): void {
  const { onAccount } = TradingDesk.prototype;
  TradingDesk.prototype.onAccount = function (venue, market, event) {
    if (event.kind !== 'fill' || event.fill.fee === null) {
      onAccount.call(this, venue, market, event);
      return;
    }
    onAccount.call(this, venue, market, { kind: 'fill', fill: { ...event.fill, fee: null, feeAsset: null } });
    setTimeout(() => onAccount.call(this, venue, market, event), FEE_LATE_MS);
  };
}

/** Does something with a desk again and again from its start on. */
function everyMs(ms: number, action: (desk: TradingDesk) => void): void {
  const { start } = TradingDesk.prototype;
  TradingDesk.prototype.start = function () {
    setInterval(() => action(this), ms);
    return start.call(this);
  };
}

/** A strategy says that it has changed its thresholds, as one does that learns. */
function changeParameters(desk: TradingDesk): void {
  const facts = { oldEntryThreshold: 0.5, newEntryThreshold: 0.4 };
  desk.onStrategyEvent({ strategy: 'three-tier', kind: 'parameter-update', facts } as never);
}

function feedKiller(venue: Parameters<FeedSupervisor['kill']>[0]): () => void {
  let supervisor: FeedSupervisor | undefined;
  const { start } = FeedSupervisor.prototype;
  FeedSupervisor.prototype.start = function () {
    supervisor = this;
    start.call(this);
  };
  return () => supervisor?.kill(venue);
}

function pragma(journal: Journal, text: string): void {
  const database = Reflect.get(journal, 'database') as { pragma(text: string): unknown };
  database.pragma(text);
}
