import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, JournalReader } from '../../src/ledger/journal.js';
import { verify } from '../../src/ledger/verify.js';
import { BOUNDED } from './bounded-memories.js';
import { judge } from './judge.js';
import { writeOldLedger } from './old-ledger.js';
import { complaints, type SoakOptions, type SoakResult } from './result.js';
import { leftBehind, type Sample, takeSample } from './sample.js';
import { type DayOptions, TradingDay } from './trading-day.js';

export interface AcceleratedOptions extends SoakOptions {
  /** Whether the day begins with a ledger that is long already, so that what remembers of it is full. */
  readonly isOldLedger: boolean;
  /** Other exchanges than usual. */
  readonly market?: DayOptions['market'];
  /** For tests: is called with the running day, and leaks something. @returns objects to be watched beside the day's own */
  readonly sabotage?: (day: TradingDay) => Readonly<Record<string, object>>;
}

/** Runs a whole day on virtual time, and measures it. */
export async function soakAccelerated(options: AcceleratedOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  try {
    return await soakIn(join(folder, 'day.ledger'), options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function soakIn(file: string, options: AcceleratedOptions): Promise<SoakResult> {
  const { seed, hours, warmUpMinutes, sampleMinutes } = options;
  const ledger = Journal.open(file);
  if (options.isOldLedger) writeOldLedger(ledger);
  const day = await TradingDay.open({ seed, ledger, ...(options.market !== undefined && { market: options.market }) });
  const extra = options.sabotage?.(day) ?? {};
  const samples: Sample[] = [];
  for (let minute = warmUpMinutes; minute <= hours * 60; minute += sampleMinutes) {
    await day.runTo(minute);
    const sample = await takeSample(day, extra);
    samples.push(sample);
    options.onSample?.(sample);
  }
  await day.calm();
  const findings = [...standing(day), ...day.differences()];
  const { intents } = day.desk.report();
  if (!(await day.stop())) findings.push('not every order had ended when the desk was stopped');
  const left = leftBehind(day);
  ledger.close();
  const reader = JournalReader.open(file);
  const audit = verify(reader);
  let fundings = 0;
  for (const { kind } of reader.read()) if (kind === 'funding') fundings++;
  reader.close();
  for (const { sequence, text } of audit.findings) findings.push(`ledger entry ${sequence}: ${text}`);
  const judgement = judge(samples, BOUNDED, options.bounds);
  for (const [name, count] of Object.entries(left)) if (count > 0) findings.push(`${count} ${name} left after the stop`);
  findings.push(...complaints(judgement));
  const { executed, succeeded, failed } = intents;
  const figures = {
    ...{ 'intents carried out': executed, succeeded, failed, fundings, troubles: day.troubles.count },
    'entries of the ledger': audit.entries,
  };
  return { hours, samples, judgement, figures, left, findings };
}

/** What is wrong with how trading stands when everything is quiet. */
function standing({ desk, alerts, halts }: TradingDay): string[] {
  const { state, reason, unhedged, reconciliation, ledger } = desk.report();
  const findings = alerts.map((alert) => `alert ${alert}`);
  if (halts > 0) findings.push(`trading stopped by itself ${halts} times`);
  if (state !== 'trading') findings.push(`not trading but ${state}: ${reason}`);
  if (!ledger.isHealthy) findings.push('the ledger cannot be written');
  for (const { asset, base, isDust } of unhedged) if (!isDust) findings.push(`${base} ${asset} are not hedged`);
  for (const { venue, market, asset, expected, actual } of reconciliation.drifts)
    findings.push(`${venue} ${market} has ${actual} ${asset}, and the ledger ${expected}`);
  return findings;
}
