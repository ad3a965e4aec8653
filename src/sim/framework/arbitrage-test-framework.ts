import { type CycleReport, runCycle } from './cycle.js';
import { accountDifferences, walletOf } from './cycle-money.js';
import { type EdgeReport, edgeCases } from './edge-cases.js';
import { benchmarkLatency, type PathLatency } from './latency-benchmark.js';
import { type ManyCyclesReport, runManyCycles } from './many-cycles.js';
import { type Opportunity, type PlantRequest, plant, unplant } from './opportunity.js';
import type { Seat } from './seat.js';
import { type FloorOptions, type LeftBehind, TradingFloor } from './trading-floor.js';

/** What an integration run came to. */
export interface IntegrationResults {
  /** Checks that held. */
  readonly passed: number;
  /** One sentence for each that did not. */
  readonly failed: readonly string[];
  readonly cycles: readonly CycleReport[];
  readonly many: ManyCyclesReport;
  readonly edges: readonly EdgeReport[];
  readonly latencies: readonly PathLatency[];
}

/** What a check found wrong: one sentence each. */
type Findings = readonly string[];

const NET_BPS = 30;
const MANY_CYCLES = 40;
const LATENCY_ORDERS = 5;
const QUIET_MS = 2_000;

/**
 * Tries arbitrage from end to end: our gateways trade over the real protocols on simulated venues, in one process, on virtual time,
 * from one seed. It knows no strategy; what is traded is given or planted.
 */
export class ArbitrageTestFramework {
  private readonly wallets: ReadonlyMap<Seat, ReadonlyMap<string, string>>;
  private cycles = 0;

  private constructor(readonly floor: TradingFloor) {
    this.wallets = new Map(floor.seats.map((seat) => [seat, walletOf(seat)]));
  }

  /** Starts venues and gateways. `close` must follow. */
  static async open(options: FloorOptions): Promise<ArbitrageTestFramework> {
    return new ArbitrageTestFramework(await TradingFloor.open(options));
  }

  /** Makes a spread between two markets, which stands until `removeOpportunity`. @throws InvalidInputError when it cannot be made */
  plantOpportunity(request: PlantRequest): Opportunity {
    return plant(this.floor.simulation.market, request);
  }

  /** Ends what was planted where an opportunity sells. */
  removeOpportunity({ sell, base }: Opportunity): void {
    unplant(this.floor.simulation.market, sell.seat, base);
  }

  /** Trades an opportunity: both legs leave in the same tick, and are followed until nothing can happen to them any more. */
  simulateArbitrageCycle(opportunity: Opportunity): Promise<CycleReport> {
    return this.floor.drive(runCycle(this.floor, opportunity, this.nextKey()));
  }

  /** Trades many opportunities in the same tick, over all ordered pairs of markets. */
  simulateManyCycles(count: number, netBps = NET_BPS): Promise<ManyCyclesReport> {
    return this.floor.drive(runManyCycles(this.floor, count, netBps, this.nextKey()));
  }

  /** Orders at the edge of what each venue takes, for each kind of instrument: what we expect of them, and what happened. */
  testMinimalOrderEdgeCases(): Promise<readonly EdgeReport[]> {
    return this.floor.drive(edgeCases(this.floor));
  }

  /** Round trips by venue and path, with what the wire took of them known. */
  benchmarkExecutionLatency(ordersEach = LATENCY_ORDERS): Promise<readonly PathLatency[]> {
    return this.floor.drive(benchmarkLatency(this.floor, ordersEach));
  }

  /** Everything that was told of all accounts since the start against the engines' own books; nothing when it is equal. */
  accountDifferences(): Findings {
    return this.floor.seats.flatMap((seat) => accountDifferences(seat, this.wallets.get(seat) ?? new Map()));
  }

  /** All of it once: a cycle over every ordered pair of markets, many at once, the edges, the latencies, and the accounts. */
  async runIntegrationTests(): Promise<IntegrationResults> {
    const cycles = await this.cycleEachPair();
    const many = await this.simulateManyCycles(MANY_CYCLES);
    await this.floor.drive(this.floor.pause(QUIET_MS));
    const edges = await this.testMinimalOrderEdgeCases();
    const latencies = await this.benchmarkExecutionLatency();
    await this.floor.drive(this.floor.pause(QUIET_MS));
    const checks: Findings[] = [
      ...cycles.map(cycleFindings),
      many.differences,
      many.rateRefusals === 0 ? [] : [`the venues refused ${many.rateRefusals} requests for rate`],
      ...edges.map((edge) => (edge.passed ? [] : [edgeFinding(edge)])),
      ...latencies.map(latencyFindings),
      this.accountDifferences(),
    ];
    const failed = checks.flat();
    return { passed: checks.filter((findings) => findings.length === 0).length, failed, cycles, many, edges, latencies };
  }

  /** Stops everything. @returns what was left behind */
  close(): Promise<LeftBehind> {
    return this.floor.close();
  }

  private async cycleEachPair(): Promise<CycleReport[]> {
    const { seats } = this.floor;
    const reports: CycleReport[] = [];
    for (const buyAt of seats) {
      for (const sellAt of seats) {
        const base = buyAt.instruments.find(({ base: candidate }) => sellAt.instrumentOf(candidate) !== undefined)?.base;
        if (buyAt === sellAt || base === undefined) continue;
        const opportunity = this.plantOpportunity({ base, buyAt, sellAt, netBps: NET_BPS });
        reports.push(await this.simulateArbitrageCycle(opportunity));
        this.removeOpportunity(opportunity);
        await this.floor.drive(this.floor.pause(QUIET_MS));
      }
    }
    return reports;
  }

  private nextKey(): string {
    return `cycle:${this.floor.options.seed}:${++this.cycles}`;
  }
}

function cycleFindings({ buy, sell, unmatchedBase, differences, opportunity }: CycleReport): Findings {
  const name = `${opportunity.base} from ${buy.leg.seat.name} to ${sell.leg.seat.name}`;
  const findings = [...differences];
  for (const { leg, outcome, reason } of [buy, sell])
    if (outcome !== 'placed' && outcome !== 'found') findings.push(`${name}: ${leg.side} is ${outcome}: ${reason}`);
  if (buy.timing.sentUs !== sell.timing.sentUs) findings.push(`${name}: the legs did not leave together`);
  if (unmatchedBase !== '0') findings.push(`${name}: ${unmatchedBase} is unmatched`);
  return findings;
}

function edgeFinding({ venue, market, symbol, edge, expected, actual, note }: EdgeReport): string {
  const text = ({ ours, venue: said }: { readonly ours: string; readonly venue: string }): string => `${ours}/${said}`;
  return `${venue} ${market} ${symbol}: ${edge}: expected ${text(expected)}, was ${text(actual)} (${note})`;
}

function latencyFindings({ venue, market, path, orders, addedUs }: PathLatency): Findings {
  if (orders === 0) return [`${venue} ${market}: no order left over ${path}`];
  return addedUs.max === 0 ? [] : [`${venue} ${market} ${path}: up to ${addedUs.max} us are ours`];
}
