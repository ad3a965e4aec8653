import type { VenueId } from '../../domain/venue.js';
import type { SimulatedMarket } from '../market/market.js';
import type { EngineAccount, MatchingEngine } from '../matching/types.js';
import { type TestKey, testKey } from './keys.js';

/** What an account begins with: decimals by wallet and asset. */
export interface Funding {
  readonly spot: Readonly<Record<string, string>>;
  readonly futures: Readonly<Record<string, string>>;
}

/** A key and the account it opens. */
export interface Customer {
  readonly key: TestKey;
  readonly account: EngineAccount;
}

const MONEY = { USDT: '1000000', USD: '1000000', USDC: '1000000' };
/** What an account holds of each listed asset, in the quote asset. */
const ASSET_VALUE = 200_000;

/** The customers of one venue and their keys. */
export class VenueAccess {
  private readonly byKey = new Map<string, Customer>();

  /** @param keys how many customers there are from the start; those that the engine does not know yet begin rich */
  constructor(
    private readonly venue: VenueId,
    private readonly seed: number,
    private readonly engine: Pick<MatchingEngine, 'openAccount' | 'accounts'>,
    private readonly market: Pick<SimulatedMarket, 'booksOf' | 'fairPrice'>,
    keys = 1,
  ) {
    for (const account of engine.accounts()) this.admit(account);
    while (this.byKey.size < keys) this.open();
  }

  /** Opens one more account, with the next of the venue's test keys. */
  open(funding: Funding = this.richFunding()): Customer {
    return this.admit(this.engine.openAccount(funding));
  }

  /** The customer with that key, if the venue knows it. */
  find(apiKey: string): Customer | undefined {
    return this.byKey.get(apiKey);
  }

  /** All of them, in the order of their keys. */
  customers(): readonly Customer[] {
    return [...this.byKey.values()];
  }

  private admit(account: EngineAccount): Customer {
    const customer = { key: testKey(this.venue, this.seed, this.byKey.size), account };
    this.byKey.set(customer.key.apiKey, customer);
    return customer;
  }

  /** A million of each money in both wallets, and of every listed asset as much as is worth two hundred thousand. */
  private richFunding(): Funding {
    const spot: Record<string, string> = { ...MONEY };
    for (const book of this.market.booksOf(this.venue, 'spot')) {
      spot[book.instrument.base] = roundedAmount(ASSET_VALUE / this.market.fairPrice(book));
    }
    return { spot, futures: { ...MONEY } };
  }
}

/** About as much, in plain digits: whole from 100 on, else four decimals. */
function roundedAmount(amount: number): string {
  return amount.toFixed(amount >= 100 ? 0 : 4);
}
