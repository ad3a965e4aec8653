import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Credentials } from '../src/domain/credentials.js';
import { ceilToGrid, Decimal, floorToGrid } from '../src/domain/decimal.js';
import type { TradableInstrument } from '../src/domain/instrument.js';
import type { OrderRequest } from '../src/domain/order.js';
import { SeededRandom } from '../src/domain/random.js';
import { SystemClock, systemTimers } from '../src/domain/system-clock.js';
import { VenueGateway } from '../src/gateway/gateway.js';
import type { TestKey } from '../src/sim/access/keys.js';
import { marketEndpoints } from '../src/sim/fronts/front.js';
import { HttpClient } from '../src/transport/http.js';
import { connectWebSocket } from '../src/transport/web-socket.js';
import { Directory } from '../src/venues/directory.js';
import type { TradingProtocol } from '../src/venues/trading.js';
import { TRADING, type TradingEntry, tradingEntry } from '../src/venues/trading-registry.js';
import { type BenchResult, compared, type Effort, median, race, type Suite, sink } from './measure.js';
import type { OrderVenueData, OrderVenueReady } from './threads/order-venue.js';
import { startThread } from './threads/start.js';

const SECRET = Buffer.alloc(64, 7).toString('base64');
const STAMP = { epochMs: 1_767_225_600_123, nonce: 1_767_225_600_123_000 };

/** Building and signing one order, for every market, over its order entry connection where it has one. */
export const signSuite: Suite = {
  ids: ['order.encode.sign'],
  async run(effort): Promise<BenchResult[]> {
    const encoders = TRADING.map(encoder);
    const texts = encoders.map((encode) => encode());
    const hash = (text: string): number => createHmac('sha256', SECRET).update(text).digest('hex').length;
    const rounds = effort.quick ? 1 : 20;
    const each = (work: (at: number) => number) => (): void => {
      for (let round = 0; round < rounds; round++) for (let at = 0; at < encoders.length; at++) sink.total += work(at);
    };
    const [ns = 0, hmacNs = 0] = await race(
      [
        { name: 'build and sign', run: each((at) => encoders[at]?.().length ?? 0) },
        { name: 'bare HMAC', run: each((at) => hash(texts[at] ?? '')) },
      ],
      effort,
    );
    const perOrder = rounds * encoders.length * 1000;
    return [compared('order.encode.sign', 'us/order', ns / perOrder, 'createHmac sha256 of the same texts', hmacNs / perOrder)];
  },
};

/** From an order to the venue's answer, through gateway and simulated venue, against bare servers that give back the same bytes. */
export const roundTripSuite: Suite = { ids: ['order.ws.vs.echo', 'order.rest.vs.echo'], run: roundTrips };

/** Each order is one of the venue's 300 in ten seconds. */
const ORDERS_PER_ROUND = 7;

async function roundTrips(effort: Effort): Promise<BenchResult[]> {
  const thread = await startThread('order-venue.js', { venues: ['binance'], accounts: 1 } satisfies OrderVenueData);
  const ready = thread.first as OrderVenueReady;
  const { binance } = ready.venues;
  const [key] = binance?.keys ?? [];
  if (binance === undefined || key === undefined) throw new Error('the venue did not start');
  const http = new HttpClient({ timeoutMs: 5_000, bodyBytesMax: 1e7, connectionsMax: 4 }, systemTimers);
  const entry = tradingEntry('binance', 'futures');
  const endpoints = marketEndpoints(binance.endpoints, 'futures');
  const gateways = { ws: open(entry, endpoints, key, http, true), rest: open(entry, endpoints, key, http, false) };
  await gateways.ws.start();
  await gateways.rest.start();
  while (!gateways.ws.hasOrderLine) await new Promise((resolve) => setImmediate(resolve));
  const echo = await tcpEcho(ready.tcpPort);
  const template = await farOrder(gateways.ws);
  const body = `${JSON.stringify(template)}${'x'.repeat(160)}`; // about as long as a signed order
  const times = { ws: [] as number[], rest: [] as number[], tcp: [] as number[], http: [] as number[] };
  let orders = 0;
  const place = (gateway: VenueGateway) => async (): Promise<void> => {
    const clientOrderId = gateway.clientOrderId(`bench-${process.pid}-${orders++}`);
    const outcome = await gateway.place({ ...template, clientOrderId });
    if (outcome.kind !== 'placed') throw outcome.error;
  };
  const ways = [
    ['ws', place(gateways.ws)],
    ['rest', place(gateways.rest)],
    ['tcp', () => echo.send(body)],
    ['http', async () => void (await http.request({ method: 'POST', url: ready.http, headers: {}, body }))],
  ] as const;
  for (let round = -1; round < effort.rounds; round++) {
    for (const [name, trip] of ways) {
      for (let i = 0; i < ORDERS_PER_ROUND; i++) {
        const startNs = process.hrtime.bigint();
        await trip();
        if (round >= 0) times[name].push(Number(process.hrtime.bigint() - startNs) / 1e3);
      }
    }
  }
  echo.close();
  await Promise.all([gateways.ws.stop(), gateways.rest.stop()]);
  await http.close();
  thread.worker.postMessage('stop');
  await once(thread.worker, 'exit');
  return [
    compared('order.ws.vs.echo', 'us', median(times.ws), 'bare TCP echo of as many bytes', median(times.tcp)),
    compared('order.rest.vs.echo', 'us', median(times.rest), 'bare HTTP echo of as many bytes', median(times.http)),
  ];
}

function open(
  entry: TradingEntry,
  endpoints: TradingProtocol['endpoints'],
  key: TestKey,
  http: HttpClient,
  orderEntry: boolean,
): VenueGateway {
  const directory = new Directory();
  const made = entry.make({ endpoints, directory });
  return new VenueGateway({
    protocol: orderEntry ? made : { ...made, orderEntry: null },
    directory,
    credentials: new Credentials(key.apiKey, key.secret, key.passphrase),
    http,
    connect: (options, events) => connectWebSocket(options, events, { timers: systemTimers, randomBytes }),
    clock: new SystemClock(),
    timers: systemTimers,
    random: new SeededRandom(1),
    onAccount: () => {},
    onNotice: () => {},
  });
}

/** An order below the market that ends at once: none is left open. */
async function farOrder(gateway: VenueGateway): Promise<OrderRequest> {
  const instrument = gateway.instrument('BTCUSDT');
  const { rules } = instrument;
  const [best] = (await gateway.getOrderbookSnapshot('BTCUSDT', 5)).bids;
  const price = floorToGrid(new Decimal(best?.[0] ?? '1').mul('0.97'), rules.tickSize);
  const quantity = ceilToGrid(Decimal.max(rules.minQty, new Decimal(rules.minQuoteAmount).mul(2).div(price)), rules.lotSize);
  return order(instrument, price, quantity, 'ioc');
}

function order(
  { symbol }: TradableInstrument,
  price: string,
  quantity: string,
  timeInForce: OrderRequest['timeInForce'],
): OrderRequest {
  return {
    symbol,
    side: 'buy',
    type: 'limit',
    timeInForce,
    quantity,
    quoteAmount: null,
    price,
    clientOrderId: '',
    reduceOnly: false,
  };
}

/** @returns what makes the signed text of one order */
function encoder({ venue, market, make }: TradingEntry): () => string {
  const instrument = instrumentOf(venue, market);
  const directory = new Directory();
  directory.fill([instrument]);
  const protocol = make({ directory });
  const credentials = new Credentials('key', SECRET, 'passphrase');
  const request = { ...order(instrument, '63012.5', '0.25', 'gtc'), clientOrderId: protocol.clientOrderId('bench') };
  const { orderEntry } = protocol;
  if (orderEntry !== null) {
    const session = orderEntry.session('ticket', credentials);
    return () => session.place(request, instrument, 1, STAMP);
  }
  return () => {
    const { value: call, done } = protocol.place(request, instrument).next();
    if (done === true || call.purpose !== 'order') throw new Error(`${venue} ${market}: the first call is no order`);
    const { target, body } = protocol.sign(call, credentials, STAMP);
    return target + (body ?? '');
  };
}

function instrumentOf(venue: TradableInstrument['venue'], market: TradableInstrument['market']): TradableInstrument {
  const symbol = 'BTC_USDT';
  return {
    ...{ venue, market, symbol, requestName: symbol, aliases: [], base: 'BTC', quote: 'USDT', contract: null },
    ...{ priceDecimals: 2, qtyDecimals: 8, contractSize: '1', takerFeeBps: 10, makerFeeBps: 10 },
    rules: {
      ...{ tickSize: '0.01', lotSize: '0.00000001', minQty: '0', maxQty: null, maxMarketQty: null },
      ...{ minQuoteAmount: '0', maxQuoteAmount: null, quoteStep: '0.01' },
    },
  };
}

/** A connection to a server that gives back what it gets. */
async function tcpEcho(port: number): Promise<{ send(text: string): Promise<void>; close(): void }> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let left = 0;
  let done: () => void = () => {};
  socket.on('data', (chunk) => {
    left -= chunk.length;
    if (left === 0) done();
  });
  return {
    send: (text) =>
      new Promise((resolve) => {
        left = Buffer.byteLength(text);
        done = resolve;
        socket.write(text);
      }),
    close: () => void socket.destroy(),
  };
}
