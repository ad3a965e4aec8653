import { type Decimal, Exact } from '../../src/domain/decimal.js';
import { fillKey } from '../../src/ledger/books.js';
import { DEPOSIT } from './deposit.js';
import { exposed, findingsOf, isWorkedOut, type LedgerSide, readLedger, symbolsSent, unhedgedQuote } from './ledger-side.js';
import { takenOrders } from './state-side.js';
import { type VenueFacts, venueFacts } from './venue-side.js';
import type { World } from './world.js';

const SHOWN_MAX = 5;
/** Venues keep money to so many places; what closing a part of a position brings may have no end. */
const ROUNDING = new Exact('0.000000000001');
/** Fills shortly before the last check are compared again. */
const OVERLAP_MS = 2_000;

/** What a comparison of a ledger with its venues found. */
export interface CheckResult {
  /** Sentences; none when everything fits. */
  readonly faults: readonly string[];
  readonly entries: number;
  /** Fills since the last check. */
  readonly newFills: number;
  readonly contractsHeld: number;
  /** The most that any asset is unhedged by, in the quote asset. */
  readonly unhedgedQuote: number;
}

/** Compares the ledger of a world with what its venues say, while no engine runs. */
export async function checkWorld(world: World): Promise<CheckResult> {
  const ledger = readLedger(world.ledgerFile);
  const sinceMs = sinceOf(ledger, world.checkedEntries) - OVERLAP_MS;
  const facts = await venueFacts(
    world.simulator.venues,
    (venue, market) => symbolsSent(ledger, venue, market, world.checkedEntries),
    sinceMs,
  );
  const faults: string[] = [];
  const add = (what: string, found: readonly string[]): void => {
    const more = found.length > SHOWN_MAX ? ` and ${found.length - SHOWN_MAX} more` : '';
    if (found.length > 0) faults.push(`${what}: ${found.slice(0, SHOWN_MAX).join('; ')}${more}`);
  };
  add('balances differ', balanceFaults(ledger, facts));
  add('positions differ', positionFaults(ledger, facts));
  add('fills differ', fillFaults(ledger, facts, world.checkedEntries, sinceMs));
  add('orders differ', orderFaults(ledger, world.stateFolder));
  add(
    'orders are open',
    facts.flatMap(({ venue, market, openOrders }) => openOrders.map((order) => `${venue} ${market} ${order.clientOrderId}`)),
  );
  add('adjusted instead of explained', adjustments(ledger, world));
  add(
    'tiercel ledger verify',
    findingsOf(world.ledgerFile).map(({ kind, text }) => `${kind}: ${text}`),
  );
  // Balances and positions are the venues' own where nothing was added above.
  const unhedged = unhedgedQuote(ledger);
  add('unhedged', exposed(unhedged, world.strategies));
  const newFills = ledger.fills.filter(({ sequence }) => sequence > world.checkedEntries).length;
  if (faults.length === 0) Object.assign(world, { checkedEntries: ledger.entries.length, deposits: 0 });
  return {
    faults,
    entries: ledger.entries.length,
    newFills,
    contractsHeld: facts.reduce((sum, { positions }) => sum + positions.size, 0),
    unhedgedQuote: Math.max(0, ...unhedged.values()),
  };
}

/** The venue's time of the oldest fill after an entry; now when there is none. */
function sinceOf({ fills, entries }: LedgerSide, after: number): number {
  const times = fills.filter(({ sequence }) => sequence > after).map(({ venueTimeMs }) => venueTimeMs);
  return Math.min(...times, (entries.at(-1)?.tsUs ?? 0) / 1000);
}

function balanceFaults({ books }: LedgerSide, facts: readonly VenueFacts[]): string[] {
  const kept = new Map<string, Decimal>();
  for (const { account, asset, amount } of books.balances())
    if (account.kind === 'holding') kept.set(`${account.venue} ${account.market} ${asset}`, amount);
  const told = new Map<string, string>();
  for (const { venue, market, balances } of facts)
    for (const [asset, total] of balances) told.set(`${venue} ${market} ${asset}`, total);
  return differences(kept, told);
}

function positionFaults({ books }: LedgerSide, facts: readonly VenueFacts[]): string[] {
  const kept = new Map<string, Decimal>();
  for (const { account, amount } of books.balances())
    if (account.kind === 'contracts') kept.set(`${account.venue} ${account.symbol}`, amount);
  const told = new Map<string, string>();
  for (const { venue, positions } of facts) for (const [symbol, size] of positions) told.set(`${venue} ${symbol}`, size);
  return differences(kept, told);
}

function differences(kept: ReadonlyMap<string, Decimal>, told: ReadonlyMap<string, string>): string[] {
  return [...new Set([...kept.keys(), ...told.keys()])].flatMap((name) => {
    const [ours, theirs] = [kept.get(name) ?? new Exact(0), new Exact(told.get(name) ?? 0)];
    return ours.minus(theirs).abs().lt(ROUNDING)
      ? []
      : [`${name} is ${ours.toFixed()} in the ledger and ${theirs.toFixed()} at the venue`];
  });
}

function fillFaults({ fills }: LedgerSide, facts: readonly VenueFacts[], after: number, sinceMs: number): string[] {
  const kept = new Map<string, number>();
  for (const fill of fills) kept.set(fillKey(fill), (kept.get(fillKey(fill)) ?? 0) + 1);
  const told = new Set(facts.flatMap((account) => account.fills.map(fillKey)));
  return [
    ...[...told].filter((key) => (kept.get(key) ?? 0) !== 1).map((key) => `${key} is ${kept.get(key) ?? 0} times in the ledger`),
    ...[...kept]
      .filter(([key, times]) => times > 1 && !told.has(key))
      .map(([key, times]) => `${key} is ${times} times in the ledger`),
    ...fills
      .filter((fill) => fill.sequence > after && fill.venueTimeMs >= sinceMs && !told.has(fillKey(fill)))
      .map((fill) => `${fillKey(fill)} is ${isWorkedOut(fill) ? 'worked out' : 'not known to the venue'}`),
  ];
}

/** Orders that the ledger did not send, or sent twice, or that a venue took twice. */
function orderFaults({ sent }: LedgerSide, stateFolder: string): string[] {
  const faults: string[] = [];
  const kept = new Set<string>();
  for (const { venue, market, clientOrderId } of sent) {
    const name = `${venue} ${market} ${clientOrderId}`;
    if (kept.has(name)) faults.push(`${name} was sent twice by the ledger`);
    kept.add(name);
  }
  const taken = new Set<string>();
  for (const { venue, market, clientOrderId } of takenOrders(stateFolder)) {
    const name = `${venue} ${market} ${clientOrderId}`;
    if (taken.has(name)) faults.push(`${name} was taken twice by the venue`);
    taken.add(name);
    if (!kept.has(name)) faults.push(`${name} was taken by the venue and never sent by the ledger`);
  }
  return faults;
}

/** What was booked for no reason that the ledger knows, but for money that did come from outside. */
function adjustments(ledger: LedgerSide, { checkedEntries, deposits }: World): string[] {
  const made = ledger.adjustments.filter(({ sequence }) => sequence > checkedEntries);
  const isDeposit = ({ venue, market, asset, adjustment }: (typeof made)[number]): boolean =>
    venue === DEPOSIT.venue && market === 'spot' && asset === DEPOSIT.asset && new Exact(adjustment).eq(DEPOSIT.amount);
  const explained = made.filter(isDeposit);
  const others = deposits === 0 ? made : made.filter((one) => !isDeposit(one));
  return [
    ...others.map(
      ({ venue, market, asset, symbol, expected, actual }) => `${venue} ${market} ${symbol ?? asset}: ${expected} to ${actual}`,
    ),
    ...(deposits > 0 && explained.length !== deposits ? [`${deposits} deposits are booked ${explained.length} times`] : []),
  ];
}
