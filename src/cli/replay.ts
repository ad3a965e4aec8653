import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInputError } from '../domain/errors.js';
import { TurnLog } from '../engine/turn-log-reader.js';
import { differenceText, replayTurns, type TurnReplayReport } from '../engine/turn-replay.js';
import { recordedInstruments } from '../feeds/capture/recorded-instruments.js';
import type { UniverseFeed } from '../market/universe.js';
import { count } from '../ops/human-text.js';
import { parameterTargetOf } from '../strategy/delta/definition.js';
import { feedProtocol } from '../venues/registry.js';
import type { CommandOutput } from './capture-verify.js';
import { makeDeciding } from './deciding.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';
import { DECISION_HISTOGRAM, planBooks } from './feed-plan.js';
import { type RunHeader, RunHeaderSchema, TURN_LOG_ENDING } from './run-log.js';

/** What became of one run. */
interface ReplayedRun extends TurnReplayReport {
  readonly log: string;
  /** Whether the end of the log is missing. */
  readonly isTruncated: boolean;
}

/**
 * `tiercel replay`: makes the turns of recorded runs again and compares every book that they saw and every intent that they came to.
 * @param folder what `tiercel run --record` wrote
 * @returns the exit code: 1 when something differs
 * @throws InvalidInputError for a folder without a recorded run
 */
export async function runReplay(folder: string, json: boolean, { write }: CommandOutput): Promise<number> {
  const names = filesOf(folder);
  const logs = names.filter((name) => name.endsWith(TURN_LOG_ENDING));
  if (logs.length === 0)
    throw new InvalidInputError(`${folder} holds no turn log; \`tiercel run --record ${folder}\` writes one`, { folder });
  const runs: ReplayedRun[] = [];
  for (const [index, log] of logs.entries()) {
    const own = names.filter((name) => stampOf(name) >= stampOf(log) && stampOf(name) < stampOf(logs[index + 1] ?? '~.~'));
    const run = await replayRun(folder, log, own);
    runs.push(run);
    if (!json) write(runText(run));
  }
  if (json) write(`${JSON.stringify({ runs })}\n`);
  return runs.every(({ difference }) => difference === null) ? EXIT_GOOD : EXIT_FOUND_FAULT;
}

function runText({ log, turns, lines, intents, difference, isTruncated }: ReplayedRun): string {
  const end = isTruncated ? ', whose end is missing' : '';
  const found = difference === null ? 'all the same' : `DIFFERS at ${differenceText(difference)}`;
  return `${log}${end}: ${count(turns)} turns and ${count(intents)} intents from ${count(lines)} recorded lines, ${found}\n`;
}

async function replayRun(folder: string, name: string, files: readonly string[]): Promise<ReplayedRun> {
  const log = await TurnLog.read(join(folder, name));
  const header = RunHeaderSchema.safeParse(log.header);
  if (!header.success)
    throw new InvalidInputError(`${name} is not the turn log of a run: ${header.error.issues[0]?.path.join('.') ?? ''}`);
  const { config, feeds, memory, multipliers } = header.data;
  const recordings = new Map(
    feeds.map(({ venue, market }) => {
      const feed = `${venue}-${market}`;
      return [feed, files.filter((file) => file.startsWith(`${feed}.`)).map((file) => join(folder, file))] as const;
    }),
  );
  const { universe, shared } = planBooks(config, await recordedFeeds(header.data, recordings));
  const { plan } = shared;
  if (JSON.stringify(plan.request) !== JSON.stringify(memory)) {
    throw new InvalidInputError(`the lists of instruments in ${folder} do not lead to the books that the run of ${name} had`, {
      name,
    });
  }
  const clock = { monotonicUs: () => 0, epochUs: () => 0 };
  const report = await replayTurns({
    log,
    plan,
    books: universe.books.map(({ instrument: { venue, market, symbol } }) => ({ feed: `${venue}-${market}`, symbol })),
    recordings,
    make: (kernel, emitted) => {
      const histogram = plan.histograms[DECISION_HISTOGRAM] ?? 0;
      const { engine, host, capital, strategies } = makeDeciding({
        ...{ config, market: universe, kernel, clock, histogram, emit: emitted },
        ...(multipliers !== undefined && { multipliers }),
      });
      return {
        turnAt: (nowUs, epochUs, isFull) => engine.turnAt(nowUs, epochUs, isFull),
        tell: (strategy, update) => host.tell(strategy, update),
        setBalance: (account, units) => capital.setBalance(account, units),
        updateParameters: (strategy, update) => parameterTargetOf(strategies[strategy]?.strategy)?.updateParameters(update),
      };
    },
  });
  return { log: name, isTruncated: log.isTruncated, ...report };
}

/** What the venues listed at the start of the run. */
function recordedFeeds({ feeds }: RunHeader, recordings: ReadonlyMap<string, readonly string[]>): Promise<UniverseFeed[]> {
  return Promise.all(
    feeds.map(({ venue, market }) =>
      recordedInstruments(feedProtocol(venue, market), recordings.get(`${venue}-${market}`) ?? []),
    ),
  );
}

/** Names in the folder, in the order of their stamps. */
function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort((a, b) => (stampOf(a) < stampOf(b) ? -1 : 1));
  } catch (cause) {
    throw new InvalidInputError(`the folder ${folder} cannot be read`, { folder }, { cause });
  }
}

/** The time in a name: "run.20260101T000000.000Z.turns" is "20260101T000000.000Z". */
function stampOf(name: string): string {
  return name.split('.').slice(1, 3).join('.');
}
