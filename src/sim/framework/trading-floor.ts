import type { Clock, Timer } from '../../domain/clock.js';
import { InvalidInputError, VenueConnectionError } from '../../domain/errors.js';
import type { Market, VenueId } from '../../domain/venue.js';
import { VirtualTime } from '../../domain/virtual-time.js';
import { Nonces } from '../../gateway/nonces.js';
import type { GatewaySettings } from '../../gateway/settings.js';
import { TRADING, type TradingEntry } from '../../venues/trading-registry.js';
import type { FaultRuleInput } from '../faults/rules.js';
import { LoopbackHost } from '../hosts/loopback-host.js';
import { parseSimulationOptions } from '../options.js';
import { type Simulation, startSimulation } from '../server.js';
import { Seat } from './seat.js';

/** What is simulated, and how busy it is. */
export interface FloorOptions {
  /** Decides everything that happens. */
  readonly seed: number;
  /** All markets that Tiercel can trade when left out. */
  readonly entries?: readonly TradingEntry[];
  /** Assets, and how many of them have contracts too. */
  readonly symbols?: number;
  readonly futuresSymbols?: number;
  /** Book updates a second, all venues together. */
  readonly updatesPerSecond?: number;
  /** Milliseconds that everything takes one way. */
  readonly oneWayMs?: number;
  readonly faults?: readonly FaultRuleInput[];
  /** Real time, to measure our own work with. */
  readonly stopwatch?: Clock;
  readonly settings?: Partial<GatewaySettings>;
}

/** What was still there after everything was stopped; all zero, or something leaks. */
export interface LeftBehind {
  readonly timers: number;
  readonly sockets: number;
  readonly requests: number;
}

const ONE_WAY_MS = 5;
const START_MS_MAX = 60_000;
const DRIVE_STEP_US = 5_000;
/** Work that takes longer than this of virtual time will never end. */
const DRIVE_MS_MAX = 3_600_000;
const DRAIN_MS = 30_000;

/** Simulated venues and our gateways to them, in one process on one virtual time. */
export class TradingFloor {
  private waiting = 0;
  private driver: Promise<void> | undefined;

  private constructor(
    readonly options: FloorOptions,
    readonly time: VirtualTime,
    readonly host: LoopbackHost,
    readonly simulation: Simulation,
    /** One for each market, in the order of the registry. */
    readonly seats: readonly Seat[],
  ) {}

  /**
   * Starts venues and gateways, and waits until every account is followed.
   * @throws VenueConnectionError naming the accounts that are not, after a minute
   */
  static async open(options: FloorOptions): Promise<TradingFloor> {
    const {
      seed,
      entries = TRADING,
      symbols = 10,
      futuresSymbols = 10,
      updatesPerSecond = 100,
      oneWayMs = ONE_WAY_MS,
      faults = [],
    } = options;
    const time = new VirtualTime();
    const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => oneWayMs });
    const venues = [...new Set(entries.map(({ venue }) => venue))];
    const parsed = parseSimulationOptions({
      venues,
      symbols,
      futuresSymbols,
      seed,
      updatesPerSecond,
      plantIntervalMs: 1e9,
      faults,
    });
    const simulation = await startSimulation(parsed, { clock: time, timers: time, host });
    const nonces = new Map(venues.map((venue) => [venue, new Nonces(time)]));
    const { stopwatch = null, settings = {} } = options;
    const seats = entries.map(
      (entry) =>
        new Seat({
          entry,
          seed,
          time,
          host,
          simulation,
          nonces: nonces.get(entry.venue) ?? new Nonces(time),
          stopwatch,
          settings,
        }),
    );
    const floor = new TradingFloor(options, time, host, simulation, seats);
    await floor.drive(Promise.all(seats.map((seat) => seat.start())));
    const deadlineUs = time.monotonicUs() + START_MS_MAX * 1_000;
    await floor.drive(floor.until(() => seats.every(({ gateway }) => gateway.isLive) || time.monotonicUs() > deadlineUs));
    const blind = seats.filter(({ gateway }) => !gateway.isLive);
    if (blind.length === 0) return floor;
    const said = blind.map(({ name, notices }) => `${name} (${notices.at(-1)?.reason ?? 'no notice'})`).join(', ');
    await floor.close();
    throw new VenueConnectionError(`not followed within ${START_MS_MAX} ms: ${said}`, { seed });
  }

  /** Milliseconds that everything takes one way. */
  get oneWayMs(): number {
    return this.options.oneWayMs ?? ONE_WAY_MS;
  }

  /** The seat of a market. @throws InvalidInputError when it is not part of the floor */
  seat(venue: VenueId, market: Market): Seat {
    const found = this.seats.find((seat) => seat.venue === venue && seat.market === market);
    if (found === undefined) throw new InvalidInputError(`${venue} ${market} is not on the floor`, { venue, market });
    return found;
  }

  /**
   * Lets time pass until a work is done; several may be driven at once.
   * @throws InvalidInputError when it has not ended after an hour of virtual time
   */
  async drive<T>(work: Promise<T>): Promise<T> {
    this.waiting++;
    this.driver ??= this.passTime();
    let deadline: Timer | undefined;
    const overdue = new Promise<never>((_, reject) => {
      deadline = this.time.after(DRIVE_MS_MAX, () => reject(new InvalidInputError('an hour has passed without an end')));
    });
    try {
      return await Promise.race([work, overdue]);
    } finally {
      deadline?.cancel();
      this.waiting--;
      if (this.waiting === 0) await this.driver;
    }
  }

  /** Settles after so much time; somebody must drive meanwhile. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.time.after(ms, resolve);
    });
  }

  /** Settles when something holds; somebody must drive meanwhile. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await this.pause(DRIVE_STEP_US / 1_000);
  }

  /** Stops gateways and venues. @returns what they left behind */
  async close(): Promise<LeftBehind> {
    await this.drive(Promise.all(this.seats.map((seat) => seat.stop())));
    await this.simulation.stop();
    await this.time.run(DRAIN_MS * 1_000);
    return { timers: this.time.pending(), sockets: this.host.openSockets, requests: this.host.pendingRequests };
  }

  private async passTime(): Promise<void> {
    while (this.waiting > 0) await this.time.run(DRIVE_STEP_US);
    this.driver = undefined;
  }
}
