import type { Market } from '../../../domain/venue.js';
import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { EngineEvent } from '../../matching/types.js';
import type { Front, FrontDependencies, VenueEndpoints } from '../front.js';
import type { RestAnswer } from '../rest.js';
import { VenueApp } from '../venue-app.js';
import { futuresCommands, spotCommands } from './commands.js';
import { Refused, refusalAnswer } from './failures.js';
import { FuturesAccounts } from './futures-account.js';
import { FuturesDesk } from './futures-desk.js';
import { FuturesEvents } from './futures-events.js';
import { FuturesPrivate } from './futures-private.js';
import { serveFuturesPublic } from './futures-public.js';
import { ClosedSizes } from './futures-rows.js';
import { GateioGate } from './gate.js';
import { type Command, OrderEntry } from './order-entry.js';
import { PrivateChannels } from './private-channels.js';
import { SignedRoutes } from './signed-routes.js';
import { GateioSocket, type SocketParts } from './socket.js';
import { SpotDesk } from './spot-desk.js';
import { tellSpot } from './spot-events.js';
import { SpotPrivate } from './spot-private.js';
import { serveSpotPublic } from './spot-public.js';
import { GateioStreams } from './streams.js';

/** Gate.io: spot and USDT futures, REST under /api/v4, one WebSocket for everything of each. */
export class GateioFront implements Front {
  readonly app: VenueApp;
  private readonly spot: SocketParts;
  private readonly futures: SocketParts;
  private readonly futuresEvents: FuturesEvents;
  private readonly spotPrivate: SpotPrivate;
  private readonly futuresPrivate: FuturesPrivate;

  constructor(dependencies: FrontDependencies) {
    const { clock, access, engine } = dependencies;
    this.app = new VenueApp(
      clock,
      refusalAnswer(new Refused('SERVER_ERROR', 'Internal server error', 500)),
      refusalAnswer(new Refused('NOT_FOUND', 'Not found', 404)),
    );
    const gate = new GateioGate(clock, access);
    const routes = new SignedRoutes(this.app, gate);
    serveSpotPublic(routes, dependencies);
    serveFuturesPublic(routes, dependencies);
    const spotDesk = new SpotDesk(dependencies);
    const futuresDesk = new FuturesDesk(dependencies);
    const accounts = new FuturesAccounts(engine);
    const closed = new ClosedSizes();
    for (const { account } of access.customers()) for (const fill of account.fills()) closed.note(fill);
    this.spotPrivate = new SpotPrivate(routes, gate, spotDesk, dependencies);
    this.futuresPrivate = new FuturesPrivate(routes, gate, futuresDesk, accounts, closed, dependencies);
    const parts = (market: Market, commands: Readonly<Record<string, Command>>): SocketParts => ({
      streams: new GateioStreams(market, this.app, dependencies),
      channels: new PrivateChannels(market, gate),
      entry: new OrderEntry(market, gate, clock, commands),
    });
    this.spot = parts('spot', spotCommands(spotDesk));
    this.futures = parts('futures', futuresCommands(futuresDesk));
    this.futuresEvents = new FuturesEvents(this.futures.channels, accounts, closed);
    const spot = new GateioSocket('spot', gate, clock, this.spot);
    const futures = new GateioSocket('futures', gate, clock, this.futures);
    for (const path of ['/ws/v4/', '/ws/v4']) this.app.socket(path, spot);
    for (const path of ['/v4/ws/usdt', '/fx/v4/ws/usdt']) this.app.socket(path, futures);
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    const { streams } = book.instrument.market === 'spot' ? this.spot : this.futures;
    streams.streams.onBatch(book, batch);
  }

  onEvent(event: EngineEvent): void {
    tellSpot(this.spot.channels, event);
    this.futuresEvents.onEvent(event);
  }

  everySecond(): void {
    this.app.inspectConnections();
    this.spotPrivate.everySecond();
    this.futuresPrivate.everySecond();
    this.spot.streams.everySecond();
    this.futures.streams.everySecond();
  }

  maintenance(): RestAnswer {
    return refusalAnswer(new Refused('SERVER_ERROR', 'System under maintenance', 503));
  }

  endpoints(authority: string): VenueEndpoints {
    return {
      rest: `http://${authority}`,
      wsPublic: `ws://${authority}/ws/v4/`,
      restFutures: `http://${authority}`,
      wsPublicFutures: `ws://${authority}/v4/ws/usdt`,
      wsPrivate: `ws://${authority}/ws/v4/`,
      wsTrade: `ws://${authority}/ws/v4/`,
      wsPrivateFutures: `ws://${authority}/v4/ws/usdt`,
      wsTradeFutures: `ws://${authority}/v4/ws/usdt`,
    };
  }
}
