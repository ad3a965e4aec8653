import { openHttp, socketsOf } from '../../src/cli/gateways.js';
import { SystemRandom } from '../../src/cli/system-random.js';
import { Credentials } from '../../src/domain/credentials.js';
import type { TradableInstrument } from '../../src/domain/instrument.js';
import type { Fill, OrderReport } from '../../src/domain/order.js';
import { SystemClock, systemTimers } from '../../src/domain/system-clock.js';
import type { Market, VenueId } from '../../src/domain/venue.js';
import { VenueGateway } from '../../src/gateway/gateway.js';
import { marketEndpoints } from '../../src/sim/fronts/front.js';
import { Directory } from '../../src/venues/directory.js';
import { TRADING } from '../../src/venues/trading-registry.js';
import type { SimulatedVenues } from './simulator.js';

/** What an account has, as its venue says over REST. */
export interface VenueFacts {
  readonly venue: VenueId;
  readonly market: Market;
  /** By asset. */
  readonly balances: ReadonlyMap<string, string>;
  /** Signed contracts, by the venue's name of them; without those that are flat. */
  readonly positions: ReadonlyMap<string, string>;
  readonly openOrders: readonly OrderReport[];
  readonly fills: readonly Fill[];
  readonly instruments: readonly TradableInstrument[];
}

/**
 * What every account has; asked with the keys of the engine, while no engine runs.
 * @param symbolsOf whose fills are asked for, where a venue is asked by instrument
 * @param sinceMs since when
 */
export async function venueFacts(
  venues: SimulatedVenues,
  symbolsOf: (venue: VenueId, market: Market) => readonly string[],
  sinceMs: number,
): Promise<readonly VenueFacts[]> {
  const clock = new SystemClock();
  const http = openHttp(systemTimers);
  try {
    const facts = TRADING.map(async ({ venue, market, make }): Promise<VenueFacts[]> => {
      const found = venues[venue];
      if (found === undefined) return [];
      const directory = new Directory();
      const gateway = new VenueGateway({
        ...{ directory, clock, http, timers: systemTimers },
        symbols: symbolsOf(venue, market),
        protocol: make({ directory, endpoints: marketEndpoints(found, market) }),
        credentials: new Credentials(found.apiKey, found.secret, found.passphrase),
        connect: socketsOf(systemTimers),
        random: new SystemRandom(),
        onAccount: () => undefined,
        onNotice: () => undefined,
      });
      const instruments = await gateway.loadInstruments();
      const balances = await gateway.balances();
      const positions = market === 'futures' ? await gateway.positions() : [];
      const held = positions.filter(({ size }) => Number(size) !== 0);
      const openOrders = await gateway.openOrders();
      const fills = await gateway.fills(null, sinceMs);
      await gateway.stop();
      return [
        {
          ...{ venue, market, instruments, openOrders },
          balances: new Map(balances.map(({ asset, total }) => [asset, total])),
          positions: new Map(held.map(({ contract, side, size }) => [contract.symbol, side === 'sell' ? `-${size}` : size])),
          fills: fills.filter(({ timeMs }) => timeMs >= sinceMs),
        },
      ];
    });
    return (await Promise.all(facts)).flat();
  } finally {
    await http.close();
  }
}
