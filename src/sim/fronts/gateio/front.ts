import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { Front, FrontDependencies, VenueEndpoints } from '../front.js';
import type { RestAnswer } from '../rest.js';
import { VenueApp } from '../venue-app.js';
import { Refused, refusalAnswer } from './failures.js';
import { serveFuturesPublic } from './futures-public.js';
import { GateioGate } from './gate.js';
import { SignedRoutes } from './signed-routes.js';
import { SpotDesk } from './spot-desk.js';
import { SpotPrivate } from './spot-private.js';
import { serveSpotPublic } from './spot-public.js';
import { GateioStreams } from './streams.js';

/** Gate.io: spot and USDT futures, REST under /api/v4. */
export class GateioFront implements Front {
  readonly app: VenueApp;
  private readonly spot: GateioStreams;
  private readonly futures: GateioStreams;
  private readonly spotPrivate: SpotPrivate;

  constructor(dependencies: FrontDependencies) {
    const { clock, access } = dependencies;
    this.app = new VenueApp(
      clock,
      refusalAnswer(new Refused('SERVER_ERROR', 'Internal server error', 500)),
      refusalAnswer(new Refused('NOT_FOUND', 'Not found', 404)),
    );
    const gate = new GateioGate(clock, access);
    const routes = new SignedRoutes(this.app, gate);
    serveSpotPublic(routes, dependencies);
    serveFuturesPublic(routes, dependencies);
    this.spotPrivate = new SpotPrivate(routes, gate, new SpotDesk(dependencies), dependencies);
    this.spot = new GateioStreams('spot', this.app, dependencies);
    this.futures = new GateioStreams('futures', this.app, dependencies);
    for (const path of ['/ws/v4/', '/ws/v4']) this.app.socket(path, this.spot);
    for (const path of ['/v4/ws/usdt', '/fx/v4/ws/usdt']) this.app.socket(path, this.futures);
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    const { streams } = book.instrument.market === 'spot' ? this.spot : this.futures;
    streams.onBatch(book, batch);
  }

  everySecond(): void {
    this.app.inspectConnections();
    this.spotPrivate.everySecond();
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
    };
  }
}
