import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';
import type { VenueId } from '../../domain/venue.js';
import { type AccountKeeper, type KeptRow, parseRows, rowsOf } from '../matching/kept-rows.js';
import type { EngineEvent } from '../matching/types.js';

const VERSION = 1;
const NEWLINE = 0x0a;

const Head = z.strictObject({
  version: z.literal(VERSION),
  venue: z.string(),
  /** What decides the instruments and the keys; accounts of one market mean nothing in another. */
  market: z.string(),
  starts: z.int().positive(),
});

/** How the accounts of one venue are kept. */
export interface AccountFileOptions {
  readonly folder: string;
  readonly venue: VenueId;
  /** What decides the market's instruments and keys, in words; accounts are recalled in the same one only. */
  readonly market: string;
  /** Time at which the venue opens again, in microseconds since the epoch. */
  readonly nowUs: number;
  /** Called when something could not be written: nobody may be told anything any more. */
  readonly lost: (error: unknown) => never;
}

/**
 * The accounts of one venue in a file: a line a start, then one for each action. A line that a death cut short was told to nobody
 * and is left out. Opening writes the file anew, without what is out of date and with the end of every order that was open.
 */
export class AccountFile implements AccountKeeper {
  readonly earlierStarts: number;
  private rows: readonly KeptRow[];
  private file: number | null;

  /** @throws InvalidInputError when the file is of another market, or damaged before its last line */
  constructor(private readonly options: AccountFileOptions) {
    const { folder, venue, market, nowUs } = options;
    const path = join(folder, `${venue}.accounts`);
    mkdirSync(folder, { recursive: true });
    const { starts, rows } = read(path, venue, market);
    this.earlierStarts = starts;
    this.rows = compacted([...rows, ...endsOf(rows, nowUs)]);
    const head = JSON.stringify({ version: VERSION, venue, market, starts: starts + 1 } satisfies z.infer<typeof Head>);
    replace(path, [head, ...this.rows.map((row) => JSON.stringify([row]))]);
    this.file = openSync(path, 'a');
  }

  recall(): readonly KeptRow[] {
    const { rows } = this;
    this.rows = [];
    return rows;
  }

  keep(events: readonly EngineEvent[]): void {
    const rows = rowsOf(events);
    if (this.file === null || rows.length === 0) return;
    try {
      writeAll(this.file, `${JSON.stringify(rows)}\n`);
    } catch (error) {
      this.options.lost(error);
    }
  }

  /** Nothing is kept any more. May be called twice. */
  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }
}

function read(path: string, venue: VenueId, market: string): { starts: number; rows: KeptRow[] } {
  if (!existsSync(path)) return { starts: 0, rows: [] };
  const lines = wholeLines(readFileSync(path));
  const head = parseHead(path, lines.next().value);
  if (head.venue !== venue || head.market !== market) {
    throw new InvalidInputError(`${path} was kept by a simulation of ${head.market}; this one is of ${market}`, { path });
  }
  return { starts: head.starts, rows: [...lines].flatMap(parseRows) };
}

function parseHead(path: string, line: string | undefined): z.infer<typeof Head> {
  try {
    return Head.parse(JSON.parse(line ?? ''));
  } catch {
    throw new InvalidInputError(`${path} does not begin as a file of accounts does`, { path });
  }
}

/** The lines that have their end; whole files can be too long for one text. */
function* wholeLines(bytes: Buffer): Generator<string, undefined> {
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    yield bytes.toString('utf8', start, end);
    start = end + 1;
  }
  return undefined;
}

/** The venue opens without the orders it had. */
function endsOf(rows: readonly KeptRow[], timeUs: number): KeptRow[] {
  const open = new Map<number, number>();
  for (const row of rows) {
    if (row.kind === 'opened') open.set(row.order, row.account);
    else if (row.kind === 'ended' || (row.kind === 'fill' && row.last)) open.delete(row.order);
  }
  return [...open].map(([order, account]) => ({ kind: 'ended', account, order, reason: 'restart', timeUs }));
}

/** Without balances and positions that later ones replace; each is where its first one was. */
function compacted(rows: readonly KeptRow[]): KeptRow[] {
  const standing = new Map<string, KeptRow>();
  const events: KeptRow[] = [];
  for (const row of rows) {
    if (row.kind === 'balance') standing.set(`${row.account} ${row.wallet} ${row.asset}`, row);
    else if (row.kind === 'position') standing.set(`${row.account} ${row.book}`, row);
    else events.push(row);
  }
  return [...standing.values(), ...events];
}

/** Puts lines in a file's place, all or none of them, whatever happens meanwhile. */
function replace(path: string, lines: readonly string[]): void {
  const beside = `${path}.new`;
  const file = openSync(beside, 'w');
  try {
    for (const line of lines) writeAll(file, `${line}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
