import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { EngineEvent } from '../../matching/types.js';
import type { Front, FrontDependencies, VenueEndpoints } from '../front.js';
import type { RestAnswer } from '../rest.js';
import { VenueApp } from '../venue-app.js';
import { MexcContract } from './contract.js';
import { MexcSpot } from './spot.js';

/** MEXC: two unrelated stacks, spot and contract, on one port. */
export class MexcFront implements Front {
  readonly app: VenueApp;
  private readonly spot: MexcSpot;
  private readonly contract: MexcContract;

  constructor(dependencies: FrontDependencies) {
    this.app = new VenueApp(
      dependencies.clock,
      { status: '500 Internal Server Error', body: '{"code":500,"msg":"Internal error","_extend":null}' },
      { status: '404 Not Found', body: '{"code":404,"msg":"Not Found","_extend":null}' },
    );
    this.spot = new MexcSpot(this.app, dependencies);
    this.contract = new MexcContract(this.app, dependencies);
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    (book.instrument.market === 'spot' ? this.spot : this.contract).onBatch(book, batch);
  }

  onEvent(event: EngineEvent): void {
    this.spot.onEvent(event);
    this.contract.onEvent(event);
  }

  maintenance(): RestAnswer {
    return {
      status: '503 Service Unavailable',
      body: '{"code":503,"msg":"Under maintenance, please try again later","_extend":null}',
    };
  }

  everySecond(): void {
    this.app.inspectConnections();
    this.spot.everySecond();
    this.contract.everySecond();
  }

  endpoints(authority: string): VenueEndpoints {
    return {
      rest: `http://${authority}`,
      wsPublic: `ws://${authority}/ws`,
      restFutures: `http://${authority}`,
      wsPublicFutures: `ws://${authority}/edge`,
      wsPrivate: `ws://${authority}/ws`,
      wsTrade: null,
      wsPrivateFutures: `ws://${authority}/edge`,
      wsTradeFutures: null,
    };
  }
}
