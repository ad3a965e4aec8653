import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MarketEndpoints, marketEndpoints } from '../../src/sim/fronts/front.js';
import { DEPOSIT } from './deposit.js';
import { type SimulatedVenues, Simulator } from './simulator.js';

/** A basis position that is entered whatever the basis is, and left by the clock alone. */
const KEEP = { minNetBps: -300, convergence: 0, targetBasisBps: -500, fundingFlipBps: 1000, maxHoldHours: 5, sellSpot: false };
/** Contracts pay at 0, 8 and 16 o'clock UTC. */
const FUNDING_MS = 8 * 3_600_000;

/** Strategies that hold spot alone, those that hold contracts for a while, and those that keep them until funding falls due. */
export const STRATEGIES = {
  spot: [{ kind: 'three-tier' }],
  futures: [
    { kind: 'three-tier' },
    { kind: 'basis', parameters: { minNetBps: -40, maxHoldHours: 0.004, maxPositionQuote: 60 } },
    { kind: 'cross-futures' },
  ],
  funding: [{ kind: 'three-tier' }, { kind: 'basis', parameters: { ...KEEP, maxPositionQuote: 60 } }],
} as const;
export type StrategySet = keyof typeof STRATEGIES;

/** With these no strategy finds anything good enough: what it has left is closed and evened out, and nothing new is begun. */
const QUIET = {
  'three-tier': { minNetBps: 10_000 },
  basis: { minNetBps: 10_000 },
  'cross-futures': { minEntryNetBps: 10_000 },
} as const;

/** Simulated venues with one account each, and the folder of the engines that trade there one after another. */
export class World {
  readonly configFile: string;
  /** The same for an engine whose strategies begin nothing. */
  readonly quietConfigFile: string;
  readonly keysFile: string;
  readonly dataFolder: string;
  readonly ledgerFile: string;
  /** Length of the ledger at the last check that all was well. */
  checkedEntries = 0;
  /** What came from outside since then, and so is to be booked as that and nothing else. */
  deposits = 0;

  private constructor(
    readonly folder: string,
    readonly seed: number,
    readonly stateFolder: string,
    readonly simulator: Simulator,
    /** How many strategies trade in it. */
    readonly strategies: number,
  ) {
    this.configFile = join(folder, 'config.json');
    this.quietConfigFile = join(folder, 'quiet.json');
    this.keysFile = join(folder, 'keys.json');
    this.dataFolder = join(folder, 'data');
    this.ledgerFile = join(this.dataFolder, 'live.ledger');
  }

  /** @param fundingMs after how long contracts pay funding, where that is wanted soon */
  static async open(folder: string, seed: number, strategies: StrategySet, fundingMs?: number): Promise<World> {
    const stateFolder = join(folder, 'venues');
    const aheadMs = fundingMs === undefined ? 0 : FUNDING_MS - ((Date.now() + fundingMs) % FUNDING_MS);
    mkdirSync(stateFolder, { recursive: true });
    const simulator = await Simulator.start(seed, stateFolder, process.pid + seed, aheadMs);
    const world = new World(folder, seed, stateFolder, simulator, STRATEGIES[strategies].length);
    const used = STRATEGIES[strategies];
    const quiet = used.map(({ kind }) => ({ kind, parameters: QUIET[kind] }));
    writeFileSync(world.configFile, JSON.stringify(configOf(simulator.venues, world.dataFolder, used)));
    writeFileSync(world.quietConfigFile, JSON.stringify(configOf(simulator.venues, world.dataFolder, quiet)));
    writeFileSync(world.keysFile, JSON.stringify(keysOf(simulator.venues)), { mode: 0o600 });
    return world;
  }

  /** Money comes to an account that nobody here sent. */
  deposit(): void {
    this.deposits++;
    this.simulator.deposit(DEPOSIT);
  }

  /** Keeps what the engines of a point logged. */
  keepLog(point: number, lines: readonly string[]): void {
    writeFileSync(join(this.folder, `point-${point}.log`), `${lines.join('\n')}\n`);
  }

  /** Ends the venues. @param keep the folder stays, for somebody to look at it */
  async close(keep: boolean): Promise<void> {
    await this.simulator.stop();
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}

function configOf(venues: SimulatedVenues, folder: string, strategies: readonly object[]): object {
  const reached = Object.entries(venues).map(([venue, found]) => [
    venue,
    {
      endpoints: there(marketEndpoints(found, 'spot')),
      ...(found.restFutures !== undefined && { futuresEndpoints: there(marketEndpoints(found, 'futures')) }),
    },
  ]);
  return {
    venues: Object.fromEntries(reached),
    operator: { port: 0 },
    strategies,
    trading: { folder },
    risk: {},
  };
}

function there(urls: MarketEndpoints): object {
  return Object.fromEntries(Object.entries(urls).filter(([, url]) => url !== null));
}

function keysOf(venues: SimulatedVenues): object {
  return Object.fromEntries(
    Object.entries(venues).map(([venue, { apiKey, secret, passphrase }]) => [venue, { apiKey, secret, passphrase }]),
  );
}
