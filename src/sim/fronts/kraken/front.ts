import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { EngineEvent } from '../../matching/types.js';
import type { Front, FrontDependencies, VenueEndpoints } from '../front.js';
import type { RestAnswer } from '../rest.js';
import { VenueApp } from '../venue-app.js';
import { serveAccounts } from './account-routes.js';
import { failure } from './answers.js';
import { Days } from './day.js';
import { Feed } from './feed.js';
import { Gate } from './gate.js';
import { serveMarket } from './market-routes.js';
import { Pairs } from './names.js';
import { OrderDesk } from './order-desk.js';
import { PrivateFeed } from './private-feed.js';
import { PrivateSocket } from './private-socket.js';
import { Tokens } from './tokens.js';
import { serveTrading } from './trading-routes.js';
import { WholeSocket } from './whole-socket.js';

const PUBLIC_PATH = '/v2';
/** The real venue has a host of its own for private connections; here it is another path. */
const PRIVATE_PATH = '/auth/v2';

/** Kraken: REST, and version 2 of the WebSocket, public and private with order entry. */
export class KrakenFront implements Front {
  readonly app: VenueApp;
  private readonly feed: Feed;
  private readonly privateFeed: PrivateFeed;
  private readonly desk: OrderDesk;
  private readonly tokens: Tokens;

  constructor(dependencies: FrontDependencies) {
    const { clock, market, engine, access } = dependencies;
    this.app = new VenueApp(clock, failure('EGeneral:Internal error'), failure('EGeneral:Unknown method'));
    const pairs = new Pairs(market.booksOf('kraken', 'spot'));
    const gate = new Gate(clock, access);
    const days = new Days(clock, engine);
    this.tokens = new Tokens(clock);
    this.desk = new OrderDesk(clock, engine);
    this.feed = new Feed(this.app, days, pairs, dependencies);
    this.privateFeed = new PrivateFeed(this.desk, pairs);
    serveMarket(this.app, gate, days, pairs, dependencies);
    serveAccounts(this.app, gate, this.tokens, pairs);
    serveTrading(this.app, gate, this.desk, pairs, clock);
    const privateSocket = new PrivateSocket(this.feed, this.privateFeed, this.tokens, this.desk, pairs, dependencies);
    this.app.socket(PUBLIC_PATH, new WholeSocket(this.feed, privateSocket));
    this.app.socket(PRIVATE_PATH, privateSocket, 'ws-private');
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    this.feed.onBatch(book, batch);
  }

  onEvent(event: EngineEvent): void {
    this.privateFeed.onEvent(event);
  }

  everySecond(): void {
    this.app.inspectConnections();
    this.feed.everySecond();
    this.desk.everySecond();
    this.tokens.everySecond();
  }

  maintenance(): RestAnswer {
    return { status: '503 Service Unavailable', ...failure('EService:Unavailable') };
  }

  endpoints(authority: string): VenueEndpoints {
    const wsPrivate = `ws://${authority}${PRIVATE_PATH}`;
    return { rest: `http://${authority}`, wsPublic: `ws://${authority}${PUBLIC_PATH}`, wsPrivate, wsTrade: wsPrivate };
  }
}
