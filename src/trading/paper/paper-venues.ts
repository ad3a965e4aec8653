import type { Clock, Timers } from '../../domain/clock.js';
import type { Market, VenueId } from '../../domain/venue.js';
import type { VenuePorts } from '../../execution/ports.js';
import { keyOf } from '../../execution/reconciler.js';
import type { AccountName } from '../../execution/reconciliation-types.js';
import type { AccountEvent } from '../../gateway/events.js';
import type { Views } from '../../kernel/views.js';
import type { StrategyUniverse } from '../../strategy/universe.js';
import { Directory } from '../../venues/directory.js';
import { TRADING } from '../../venues/trading-registry.js';
import type { PaperModels } from './models.js';
import { PaperVenue } from './paper-venue.js';
import type { PaperSettings } from './settings.js';
import type { PaperOpening } from './wallet.js';

export interface PaperVenuesParts {
  readonly universe: StrategyUniverse;
  readonly views: Views;
  readonly clock: Clock;
  readonly timers: Timers;
  /** What each account begins with. */
  openingOf(account: AccountName): PaperOpening;
  onAccount(venue: VenueId, market: Market, event: AccountEvent): void;
  readonly settings?: Partial<PaperSettings>;
  /** Of an account, in the place of the settings' fixed times and of a venue that is always there. */
  modelsOf?(account: AccountName): Partial<PaperModels>;
}

/** The paper venues of a run, one for each market that it follows. */
export class PaperVenues implements VenuePorts {
  private readonly venues = new Map<string, PaperVenue>();
  /** As a trading desk wants them. */
  readonly accounts: readonly (AccountName & { readonly port: PaperVenue })[];

  /** @throws InvalidInputError when an opening names a contract that is not followed */
  constructor({ openingOf, modelsOf = () => ({}), onAccount, ...parts }: PaperVenuesParts) {
    const { books } = parts.universe;
    this.accounts = TRADING.flatMap(({ venue, market, make }) => {
      if (!books.some(({ instrument }) => instrument.venue === venue && instrument.market === market)) return [];
      const port = new PaperVenue({
        ...parts,
        protocol: make({ directory: new Directory() }),
        opening: openingOf({ venue, market }),
        models: modelsOf({ venue, market }),
        onAccount: (event) => onAccount(venue, market, event),
      });
      this.venues.set(keyOf({ venue, market }), port);
      return [{ venue, market, port }];
    });
  }

  of(account: AccountName): PaperVenue | null {
    return this.venues.get(keyOf(account)) ?? null;
  }

  /** Resolves when all accounts are followed. */
  async start(): Promise<void> {
    await Promise.all(this.accounts.map(({ port }) => port.start()));
  }

  /** The books have changed: what rests anywhere is matched with them. */
  look(): void {
    for (const { port } of this.accounts) if (port.hasResting) port.look();
  }

  stop(): void {
    for (const { port } of this.accounts) port.stop();
  }
}
