import type { Fill } from '../domain/order.js';
import type { VenueGateway } from '../gateway/gateway.js';
import type { BookInfo } from '../strategy/universe.js';
import type { WorkingState } from './order-machine.js';

/** What execution asks of a venue: a part of its gateway, so that tests can stand in for it. */
export type VenuePort = Pick<
  VenueGateway,
  | 'clientOrderId'
  | 'place'
  | 'settle'
  | 'cancel'
  | 'order'
  | 'openOrders'
  | 'fills'
  | 'balances'
  | 'positions'
  | 'isLive'
  | 'venueMs'
> &
  Partial<Pick<VenueGateway, 'features'>>;

/** The venues that orders can go to, by venue and market. */
export interface VenuePorts {
  /** Null where the venue is not traded in this run. */
  of(instrument: Pick<BookInfo['instrument'], 'venue' | 'market'>): VenuePort | null;
}

/** The one gate in front of the wire: asked in the tick in which an order would leave, whoever wants it to. */
export interface SendGate {
  /**
   * @param isReducing whether the order can only bring a position nearer to zero
   * @returns null when it may leave, else why not
   */
  refusal(isReducing: boolean): string | null;
}

/** Everything that has to be on record before, or as soon as, it happens. Writing is synchronous: what returned is kept. */
export interface ExecutionJournal {
  /** Orders that are about to leave, behind the intent that they begin to carry out: all of it is kept, or nothing. */
  departure(intent: JournalIntent | null, orders: readonly JournalOrder[]): void;
  order(entry: JournalOrder): void;
  fill(entry: JournalFill): void;
  note(kind: string, facts: object): void;
}

/** An intent as it is kept: before any of its orders leaves. Decimals are exact texts. */
export interface JournalIntent {
  readonly intent: number;
  readonly strategy: string;
  readonly purpose: string;
  readonly symbol: string;
  readonly expectedNet: string;
  readonly legs: readonly {
    readonly venue: string;
    readonly market: string;
    readonly symbol: string;
    readonly side: 'buy' | 'sell';
    readonly quantity: string;
    readonly limitPrice: string;
    readonly reduceOnly: boolean;
  }[];
}

/** A step in the life of an order. The first, `sending`, is its departure. */
export interface JournalOrder {
  readonly intent: number;
  readonly leg: number;
  readonly strategy: string;
  readonly clientOrderId: string;
  readonly venue: string;
  readonly market: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  readonly price: string | null;
  readonly state: WorkingState;
  readonly venueOrderId: string | null;
  /** Base units or contracts that the venue says are filled, or that its fills come to. */
  readonly filled: string;
  readonly reason: string | null;
}

/** One fill of one of our orders, whether the venue said so by itself or was asked. It may be told twice, and then with its fee. */
export interface JournalFill {
  readonly intent: number;
  readonly leg: number;
  readonly strategy: string;
  /** Of our order: the venue's message may lack it. */
  readonly clientOrderId: string;
  readonly fill: Fill;
}
