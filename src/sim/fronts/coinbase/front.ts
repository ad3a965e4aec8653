import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { EngineEvent } from '../../matching/types.js';
import type { Front, FrontDependencies, VenueEndpoints } from '../front.js';
import type { RestAnswer } from '../rest.js';
import { VenueApp } from '../venue-app.js';
import { serveAccounts } from './account-routes.js';
import { NOT_FOUND, refusal } from './answers.js';
import { Days } from './day.js';
import { Feed } from './feed.js';
import { id } from './frames.js';
import { Gate } from './gate.js';
import { serveMarket } from './market-routes.js';
import { OrderRoutes } from './order-routes.js';

/** Coinbase Exchange: REST, and the WebSocket feed at the root path. There is no order entry over WebSocket. */
export class CoinbaseFront implements Front {
  readonly app: VenueApp;
  private readonly feed: Feed;
  private readonly orders: OrderRoutes;

  constructor(dependencies: FrontDependencies) {
    const { clock, engine, market, access } = dependencies;
    this.app = new VenueApp(clock, refusal(500, 'Internal server error'), NOT_FOUND);
    const gate = new Gate(clock, access);
    const days = new Days(clock, engine);
    const books = market.booksOf('coinbase', 'spot');
    this.feed = new Feed(this.app, gate, days, dependencies);
    this.orders = new OrderRoutes(clock, engine, new Map(books.map((book) => [id(book), book])));
    serveMarket(this.app, gate, days, dependencies);
    serveAccounts(this.app, gate, books);
    this.orders.serve(this.app, gate);
    this.app.socket('/', this.feed);
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    this.feed.onBatch(book, batch);
  }

  onEvent(event: EngineEvent): void {
    this.feed.user.onEvent(event);
  }

  everySecond(): void {
    this.app.inspectConnections();
    this.feed.everySecond();
    this.orders.everySecond();
  }

  maintenance(): RestAnswer {
    return refusal(503, 'Exchange is under maintenance');
  }

  endpoints(authority: string): VenueEndpoints {
    return { rest: `http://${authority}`, wsPublic: `ws://${authority}`, wsPrivate: `ws://${authority}`, wsTrade: null };
  }
}
