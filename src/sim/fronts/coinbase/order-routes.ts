import type { Clock } from '../../../domain/clock.js';
import type { Customer } from '../../access/venue-access.js';
import type { SimulatedBook } from '../../market/book.js';
import type { EngineAccount, EngineOrder, MatchingEngine } from '../../matching/types.js';
import { parseObject, quoted } from '../json-text.js';
import type { RestAnswer, RestRequest } from '../rest.js';
import type { VenueApp } from '../venue-app.js';
import { NOT_FOUND, page, refusal } from './answers.js';
import { id } from './frames.js';
import type { Gate } from './gate.js';
import { isUuid, orderNumber, orderUuid } from './ids.js';
import { readNewOrder, refusalText } from './new-order.js';
import { fillRow, isPurged, isSettled, orderRow, pendingRow, statusOf } from './order-json.js';

const CLIENT_PREFIX = 'client:';
const STATES = ['open', 'pending', 'received', 'active', 'done', 'rejected', 'all'];

/** Orders and fills over REST. */
export class OrderRoutes {
  /** Orders that are good till a time, with that time. */
  private readonly expiries = new Map<number, { readonly order: EngineOrder; readonly atUs: number }>();
  private readonly timed = new Set<number>();

  constructor(
    private readonly clock: Clock,
    private readonly engine: MatchingEngine,
    private readonly byId: ReadonlyMap<string, SimulatedBook>,
  ) {}

  serve(app: VenueApp, gate: Gate): void {
    app.route(
      'POST',
      '/orders',
      gate.signed((request, customer) => this.place(request, customer)),
    );
    app.route(
      'GET',
      '/orders',
      gate.signed((request, customer) => this.list(request, customer)),
    );
    app.route(
      'DELETE',
      '/orders',
      gate.signed((request, customer) => this.cancelAll(request, customer)),
    );
    app.route(
      'GET',
      '/orders/:id',
      gate.signed((request, customer) => this.one(request, customer)),
    );
    app.route(
      'DELETE',
      '/orders/:id',
      gate.signed((request, customer) => this.cancel(request, customer)),
    );
    app.route(
      'GET',
      '/fills',
      gate.signed((request, customer) => this.fills(request, customer), 'fills'),
    );
  }

  /** Ends the orders whose time has come. */
  everySecond(): void {
    const nowUs = this.clock.epochUs();
    for (const [number, { order, atUs }] of this.expiries) {
      if (atUs > nowUs) continue;
      this.expiries.delete(number);
      this.engine.cancel(order, 'countdown');
    }
  }

  private place({ body }: RestRequest, { account }: Customer): RestAnswer {
    const input = parseObject(body);
    if (input === null) return refusal(400, 'Malformed JSON');
    const read = readNewOrder(input, (product) => this.byId.get(product));
    if (read === 'Product not found') return refusal(404, read);
    if (typeof read === 'string') return refusal(400, read);
    const { order, endsInUs } = read;
    const result = this.engine.submit(account, order);
    if (result.kind === 'refused') return refusal(400, refusalText(result.refusal, order));
    if (endsInUs !== null) {
      this.timed.add(result.order.id);
      this.expiries.set(result.order.id, { order: result.order, atUs: this.clock.epochUs() + endsInUs });
    }
    return { body: pendingRow(result.order, endsInUs !== null) };
  }

  private one({ parameter }: RestRequest, { account }: Customer): RestAnswer {
    const order = this.find(parameter, account);
    return 'account' in order ? { body: this.row(order) } : order;
  }

  private cancel({ parameter, query }: RestRequest, { account }: Customer): RestAnswer {
    const order = this.find(parameter, account);
    if (!('account' in order)) return order;
    const product = query.get('product_id');
    if (product !== null && product !== id(order.book)) return NOT_FOUND;
    if (!this.engine.cancel(order)) return refusal(400, 'Order already done');
    return { body: quoted(orderUuid(order.id)) };
  }

  /** The product may stand in the query or in a body; one in a body that is unknown is as good as none. */
  private cancelAll({ query, body }: RestRequest, { account }: Customer): RestAnswer {
    const product = query.get('product_id');
    const book = this.byId.get(product ?? String(parseObject(body)?.['product_id']));
    if (product !== null && book === undefined) return refusal(404, 'Product not found');
    return { body: quoted(this.engine.cancelAll(account, book).map((order) => orderUuid(order.id))) };
  }

  /** The answer where an order is not found is a refusal. */
  private find(parameter: string, account: EngineAccount): EngineOrder | RestAnswer {
    const byClient = parameter.startsWith(CLIENT_PREFIX);
    const name = byClient ? parameter.slice(CLIENT_PREFIX.length) : parameter;
    if (!isUuid(name)) return refusal(400, 'Invalid order id');
    const number = orderNumber(name);
    const order = byClient ? account.orderByClientId(name) : number === null ? undefined : account.order(number);
    return order === undefined || isPurged(order, this.clock.epochUs()) ? NOT_FOUND : order;
  }

  private list(request: RestRequest, { account }: Customer): RestAnswer {
    const { query } = request;
    const product = query.get('product_id');
    const book = product === null ? undefined : this.byId.get(product);
    if (product !== null && book === undefined) return refusal(404, 'Product not found');
    const states = query.getAll('status');
    const odd = states.find((state) => !STATES.includes(state));
    if (odd !== undefined) return refusal(400, `${odd} is not a valid status`);
    const nowUs = this.clock.epochUs();
    const rows = account
      .orders(book)
      .filter((order) => !isPurged(order, nowUs) && isWanted(order, states, nowUs))
      .map((order) => ({ order, cursor: order.id, timeUs: order.createdUs }));
    if (query.get('sorting') !== 'asc') rows.reverse();
    return page(request, rows, ({ order }) => this.row(order));
  }

  private fills(request: RestRequest, { account }: Customer): RestAnswer {
    const { query } = request;
    const [orderId, product] = [query.get('order_id'), query.get('product_id')];
    if (orderId === null && product === null) return refusal(400, 'either order_id or product_id is required');
    const book = product === null ? undefined : this.byId.get(product);
    if (product !== null && book === undefined) return refusal(404, 'Product not found');
    const number = orderId === null ? null : orderNumber(orderId);
    const fills = orderId === null ? account.fills(book) : (account.order(number ?? -1)?.fills ?? []);
    const rows = fills.map((fill) => ({ fill, cursor: fill.tradeId, timeUs: fill.timeUs }));
    return page(request, rows.reverse(), ({ fill }) => fillRow(fill));
  }

  private row(order: EngineOrder): string {
    return orderRow(order, this.timed.has(order.id), this.clock.epochUs());
  }
}

/** Without a state in the query, those that are open or not settled yet. */
function isWanted(order: EngineOrder, states: readonly string[], nowUs: number): boolean {
  if (states.includes('all')) return true;
  if (states.length === 0) return order.state === 'open' || !isSettled(order, nowUs);
  return states.includes(statusOf(order));
}
