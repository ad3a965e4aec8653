import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openHttp, socketsOf } from '../../../src/cli/gateways.js';
import type { SimulationEndpoints } from '../../../src/cli/simulation-process.js';
import { SystemRandom } from '../../../src/cli/system-random.js';
import { simulatedCredentials } from '../../../src/cli/venue-access.js';
import { ceilToGrid, Decimal, floorToGrid } from '../../../src/domain/decimal.js';
import type { TradableInstrument } from '../../../src/domain/instrument.js';
import type { OrderBookSnapshot } from '../../../src/domain/market-data.js';
import type { OrderRequest, Side } from '../../../src/domain/order.js';
import { SystemClock, systemTimers } from '../../../src/domain/system-clock.js';
import { VenueGateway } from '../../../src/gateway/gateway.js';
import { Nonces } from '../../../src/gateway/nonces.js';
import { marketEndpoints } from '../../../src/sim/fronts/front.js';
import { Directory } from '../../../src/venues/directory.js';
import type { TradingEntry } from '../../../src/venues/trading-registry.js';

const MAIN = fileURLToPath(new URL('../../../build/src/cli/main.js', import.meta.url));
const MARKET = ['--symbols', '6', '--futures-symbols', '4', '--updates-per-second', '20', '--plant-interval-ms', '1000000'];

/** A process of `tiercel sim --json`. */
export class Simulator {
  readonly errors: string[] = [];

  private constructor(
    readonly child: ChildProcess,
    /** Its exit code; null when it was killed. */
    readonly ended: Promise<number | null>,
  ) {}

  venues: SimulationEndpoints = {};
  control = '';

  /** @param limits shell commands that run before it */
  static async start(folder: string, limits = ''): Promise<Simulator> {
    const line = [process.execPath, MAIN, 'sim', '--json', '--control', '--state', folder, ...MARKET];
    const child = spawn('sh', ['-c', `${limits} exec "$@"`, 'sh', ...line], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close').then(([code]) => code as number | null);
    const simulator = new Simulator(child, ended);
    createInterface({ input: child.stderr }).on('line', (text) => simulator.errors.push(text));
    const first = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended.then(() => null)]);
    if (first === null) throw new Error(`the simulator ended: ${simulator.errors.join('\n')}`);
    const { venues, control } = JSON.parse(String(first[0])) as { venues: SimulationEndpoints; control: string };
    return Object.assign(simulator, { venues, control });
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** A gateway with the real protocol, over real sockets. */
export class Trader {
  private book: Promise<OrderBookSnapshot> | undefined;

  private constructor(
    readonly entry: TradingEntry,
    readonly gateway: VenueGateway,
    readonly instrument: TradableInstrument,
    private readonly http: ReturnType<typeof openHttp>,
  ) {}

  static async open(entry: TradingEntry, venues: SimulationEndpoints): Promise<Trader> {
    const { venue, market } = entry;
    const found = venues[venue];
    if (found === undefined) throw new Error(`${venue} is not simulated`);
    const clock = new SystemClock();
    const directory = new Directory();
    const http = openHttp(systemTimers);
    const symbols: string[] = [];
    const gateway = new VenueGateway({
      protocol: entry.make({ directory, endpoints: marketEndpoints(found, market) }),
      directory,
      credentials: simulatedCredentials(venues, venue) ?? null,
      http,
      connect: socketsOf(systemTimers),
      clock,
      timers: systemTimers,
      nonces: new Nonces(clock),
      random: new SystemRandom(),
      onAccount: () => undefined,
      onNotice: () => undefined,
      symbols,
    });
    const [instrument] = (await gateway.loadInstruments()).filter(({ quote }) => quote === 'USDT');
    if (instrument === undefined) throw new Error(`${venue} lists nothing`);
    symbols.push(instrument.symbol);
    await gateway.start();
    return new Trader(entry, gateway, instrument, http);
  }

  /** @param away of the best price of the other side, as a fraction: above 0 takes, below rests */
  async order(side: Side, away: number, key: string, timeInForce: OrderRequest['timeInForce'] = 'gtc'): Promise<OrderRequest> {
    const { gateway, instrument, entry } = this;
    const { symbol, rules, contractSize } = instrument;
    // Read once: venues are asked for much in little time, and the market hardly moves in it.
    this.book ??= entry.market === 'spot' ? gateway.getOrderbookSnapshot(symbol, 20) : gateway.getFuturesOrderbook(symbol, 20);
    const book = await this.book;
    const best = (side === 'buy' ? book.asks : book.bids)[0]?.[0] ?? '0';
    const price = floorToGrid(new Decimal(best).mul(1 + (side === 'buy' ? away : -away)), rules.tickSize);
    const worth = new Decimal(rules.minQuoteAmount).mul(2).div(new Decimal(price).mul(contractSize));
    const quantity = ceilToGrid(Decimal.max(worth, rules.minQty), rules.lotSize);
    // Some venues know a client id once among all markets.
    const clientOrderId = gateway.clientOrderId(`${entry.market}-${key}`);
    return { symbol, side, type: 'limit', timeInForce, clientOrderId, reduceOnly: false, quoteAmount: null, quantity, price };
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.http.close();
  }
}
