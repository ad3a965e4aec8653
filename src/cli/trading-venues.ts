import type { Clock, Timer, Timers } from '../domain/clock.js';
import type { Credentials } from '../domain/credentials.js';
import type { Market, VenueId } from '../domain/venue.js';
import type { AccountName } from '../execution/reconciliation-types.js';
import { type AccountEvent, type GatewayNotice, reasonOf } from '../gateway/events.js';
import { VenueGateway } from '../gateway/gateway.js';
import { Nonces } from '../gateway/nonces.js';
import type { StrategyUniverse } from '../strategy/universe.js';
import type { DeskAccount } from '../trading/desk-types.js';
import type { HttpClient } from '../transport/http.js';
import { Directory } from '../venues/directory.js';
import type { TradingEndpoints } from '../venues/trading.js';
import { TRADING } from '../venues/trading-registry.js';
import { openHttp, socketsOf } from './gateways.js';
import { SystemRandom } from './system-random.js';

/** Keys and addresses of a market; null where it is not traded in this run. */
export type TradingAccess = (
  venue: VenueId,
  market: Market,
) => { readonly credentials: Credentials; readonly endpoints: TradingEndpoints | undefined } | null;

/** What the gateways of a run are given. */
export interface TradingVenuesParts {
  readonly universe: StrategyUniverse;
  readonly access: TradingAccess;
  readonly clock: Clock;
  readonly timers: Timers;
  onAccount(venue: VenueId, market: Market, event: AccountEvent): void;
  onNotice(notice: GatewayNotice): void;
}

/** Orders of a process that is gone are cancelled by the venue after so long, where it knows how. */
const DEAD_MANS_SWITCH_S = 60;
const RETRY_MS = 2_000;

interface TradedMarket extends AccountName {
  readonly gateway: VenueGateway;
  /** Instruments that are asked for although nothing of them was seen yet. */
  readonly symbols: string[];
}

/** The gateways of a run, one for each market that it trades. */
export class TradingVenues {
  private readonly http: HttpClient;
  private readonly markets: readonly TradedMarket[];
  private readonly waiting = new Set<Timer>();
  private isStopped = false;

  /** Connects to nothing before `start`. */
  constructor(private readonly parts: TradingVenuesParts) {
    const { clock, timers, universe } = parts;
    this.http = openHttp(timers);
    const nonces = new Map<VenueId, Nonces>();
    this.markets = TRADING.flatMap(({ venue, market, make }): TradedMarket[] => {
      const isListed = universe.books.some(({ instrument }) => instrument.venue === venue && instrument.market === market);
      const access = isListed ? parts.access(venue, market) : null;
      if (access === null) return [];
      const { credentials, endpoints } = access;
      const ofKey = nonces.get(venue) ?? new Nonces(clock);
      nonces.set(venue, ofKey);
      const directory = new Directory();
      const symbols: string[] = [];
      const gateway = new VenueGateway({
        ...{ directory, credentials, clock, timers, symbols, nonces: ofKey, http: this.http },
        protocol: make({ directory, ...(endpoints !== undefined && { endpoints }) }),
        connect: socketsOf(timers),
        random: new SystemRandom(),
        onAccount: (event) => parts.onAccount(venue, market, event),
        onNotice: parts.onNotice,
        settings: { deadMansSwitchSeconds: DEAD_MANS_SWITCH_S },
      });
      return [{ venue, market, gateway, symbols }];
    });
  }

  /** The accounts that are traded on. */
  get accounts(): readonly DeskAccount[] {
    return this.markets.map(({ venue, market, gateway }) => ({
      ...{ venue, market, port: gateway },
      fundingHistory: (symbol, fromMs, toMs) => gateway.fundingHistory(symbol, fromMs, toMs),
      fundingRate: (symbol) => gateway.getFundingRate(symbol),
      setMargin: (symbol, setting) => gateway.setMargin(symbol, setting),
    }));
  }

  /**
   * Connects to every market; one that cannot be read is tried again and again.
   * @param symbolsOf instruments of an account that something may have happened with before
   */
  start(symbolsOf: (account: AccountName) => readonly string[]): void {
    for (const market of this.markets) {
      market.symbols.push(...symbolsOf(market));
      void this.connect(market);
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    for (const waiting of this.waiting) waiting.cancel();
    await Promise.all(this.markets.map(({ gateway }) => gateway.stop()));
    await this.http.close();
  }

  private async connect(market: TradedMarket): Promise<void> {
    const { venue, market: kind, gateway } = market;
    try {
      await gateway.start();
    } catch (error) {
      if (this.isStopped) return;
      this.parts.onNotice({ kind: 'disconnected', level: 'warn', venue, market: kind, reason: reasonOf(error) });
      const timer = this.parts.timers.after(RETRY_MS, () => {
        this.waiting.delete(timer);
        void this.connect(market);
      });
      this.waiting.add(timer);
    }
  }
}
