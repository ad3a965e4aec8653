import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MarketEndpoints, marketEndpoints } from '../../src/sim/fronts/front.js';
import { type SimulatedVenues, Simulator } from './simulator.js';

/** Strategies that hold spot alone, and those that hold contracts as well. */
export const STRATEGIES = {
  spot: [{ kind: 'three-tier' }],
  futures: [
    { kind: 'three-tier' },
    { kind: 'basis', parameters: { minNetBps: -40, maxHoldHours: 0.004, maxPositionQuote: 60 } },
    { kind: 'cross-futures' },
  ],
} as const;
export type StrategySet = keyof typeof STRATEGIES;

/** Simulated venues with one account each, and the folder of the engines that trade there one after another. */
export class World {
  readonly configFile: string;
  readonly keysFile: string;
  readonly dataFolder: string;
  readonly ledgerFile: string;
  /** Length of the ledger at the last check that all was well. */
  checkedEntries = 0;

  private constructor(
    readonly folder: string,
    readonly seed: number,
    readonly stateFolder: string,
    readonly simulator: Simulator,
  ) {
    this.configFile = join(folder, 'config.json');
    this.keysFile = join(folder, 'keys.json');
    this.dataFolder = join(folder, 'data');
    this.ledgerFile = join(this.dataFolder, 'live.ledger');
  }

  static async open(folder: string, seed: number, strategies: StrategySet): Promise<World> {
    const stateFolder = join(folder, 'venues');
    mkdirSync(stateFolder, { recursive: true });
    const simulator = await Simulator.start(seed, stateFolder, process.pid + seed);
    const world = new World(folder, seed, stateFolder, simulator);
    writeFileSync(world.configFile, JSON.stringify(configOf(simulator.venues, world.dataFolder, strategies)));
    writeFileSync(world.keysFile, JSON.stringify(keysOf(simulator.venues)), { mode: 0o600 });
    return world;
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

function configOf(venues: SimulatedVenues, folder: string, strategies: StrategySet): object {
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
    strategies: STRATEGIES[strategies],
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
