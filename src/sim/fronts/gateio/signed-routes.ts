import type { EngineAccount } from '../../matching/types.js';
import type { RestAnswer, RestMethod, RestRequest } from '../rest.js';
import type { VenueApp } from '../venue-app.js';
import { Refused, refusalAnswer } from './failures.js';
import type { Budget, Counted, GateioGate } from './gate.js';

/** Gives the JSON of the answer. */
export type Run = (request: RestRequest, account: EngineAccount) => string;

/** How one route is counted and answered. */
export interface RouteTerms {
  readonly budget: Budget;
  /** What is counted apart besides the account, such as the market. */
  readonly part?: (request: RestRequest) => string;
  /** Creations are answered with 201. */
  readonly creates?: boolean;
}

/** Registers routes that need a key: proof first, then the budget, then the request itself. */
export class SignedRoutes {
  constructor(
    private readonly app: VenueApp,
    private readonly gate: GateioGate,
  ) {}

  /** Serves a route under `/api/v4/`. */
  route(method: RestMethod, path: string, terms: RouteTerms, run: Run): void {
    this.app.route(method, `/api/v4/${path}`, (request) => {
      let headers: Record<string, string> = {};
      try {
        const { account } = this.gate.customer(request);
        const counted = this.gate.count(terms.budget, `${account.id}:${terms.part?.(request) ?? ''}`);
        headers = this.headers(counted);
        if (!counted.reading.allowed) throw tooMany();
        const body = run(request, account);
        return terms.creates === true ? { status: '201 Created', headers, body } : { headers, body };
      } catch (error) {
        if (error instanceof Refused) return refusalAnswer(error, headers);
        throw error;
      }
    });
  }

  /** Serves a GET route that needs no key, with its budget for each address. */
  open(path: string, budget: Budget, run: (request: RestRequest) => string): void {
    this.app.get(`/api/v4/${path}`, (request): RestAnswer => {
      const counted = this.gate.count({ ...budget, name: `${budget.name} ${path}` }, request.address);
      const headers = this.headers(counted);
      try {
        if (!counted.reading.allowed) throw tooMany();
        return { headers, body: run(request) };
      } catch (error) {
        if (error instanceof Refused) return refusalAnswer(error, headers);
        throw error;
      }
    });
  }

  private headers(counted: Counted): Record<string, string> {
    return {
      'X-Gate-RateLimit-Requests-Remain': String(counted.reading.remaining),
      'X-Gate-RateLimit-Limit': String(counted.budget.most),
      'X-Gate-RateLimit-Reset-Timestamp': String(this.gate.resetSeconds(counted)),
    };
  }
}

/** The refusal of one request too many. */
export function tooMany(): Refused {
  return new Refused('TOO_MANY_REQUESTS', 'Request Rate limit Exceeded', 429);
}
