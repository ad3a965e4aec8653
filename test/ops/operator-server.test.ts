// Goal: the API answers exactly what is promised, over a real server, and bad input gets one clear sentence.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import type { OperatorSnapshot } from '../../src/ops/messages.js';
import { type OperatorServer, startOperatorServer } from '../../src/ops/operator-server.js';
import { FakeBooks, fakeSnapshot, noControl } from './fake-engine.js';

let server: OperatorServer;

beforeEach(async () => {
  server = await startOperatorServer({ host: '127.0.0.1', port: 0, books: new FakeBooks(), control: noControl });
});
afterEach(() => server.close());

function get(path: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}${path}`, init);
}

async function sentence(response: Response): Promise<string> {
  const body = (await response.json()) as { error: { code: string; message: string } };
  expect(body.error.code).toMatch(/^TIERCEL_/);
  return body.error.message;
}

describe('health and readiness', () => {
  test('alive from the start, ready when the engine says so, naming what is missing until then', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/api/v1/status')).status).toBe(503);

    const snapshot = fakeSnapshot(1);
    const venues = snapshot.venues.map((status) => ({ ...status, syncedOnce: status.venue !== 'mexc' }));
    server.update({ ...snapshot, venues, ready: false });
    const starting = await get('/readyz');
    expect(starting.status).toBe(503);
    expect(await starting.json()).toMatchObject({ ready: false, message: 'Not synchronised yet: mexc spot, mexc futures.' });

    server.update(snapshot);
    expect((await get('/readyz')).status).toBe(200);
  });
});

describe('/api/v1/status', () => {
  test('has exactly the promised fields', async () => {
    const snapshot = fakeSnapshot(3);
    server.update(snapshot);
    const body = (await (await get('/api/v1/status')).json()) as OperatorSnapshot;
    expect(Object.keys(body)).toEqual(['version', 'uptimeS', 'mode', 'venues', 'opportunities', 'latencyUs']);
    const [first] = snapshot.venues;
    expect(body.venues).toHaveLength(snapshot.venues.length);
    expect(body.venues[0]).toEqual({
      venue: first?.venue,
      market: first?.market,
      state: 'SYNCED',
      symbols: 300,
      synced: 300,
      framesPerS: first?.framesPerS,
      resyncs: 0,
    });
    expect(body.opportunities).toEqual({ found: 4214, open: 18 });
    const { p50, p99, max } = snapshot.latencyUs.receiveToDecision;
    expect(body.latencyUs).toEqual({ receiveToDecision: { p50, p99, max } });
  });
});

describe('/api/v1/strategies and /api/v1/decisions', () => {
  test('tell what strategies have done, and the newest decisions with their numbers', async () => {
    const snapshot = fakeSnapshot(5);
    server.update(snapshot);
    expect(await (await get('/api/v1/strategies')).json()).toEqual({ strategies: snapshot.strategies });
    const all = (await (await get('/api/v1/decisions?limit=3')).json()) as { decisions: unknown[] };
    expect(all.decisions).toEqual(snapshot.decisions.slice(0, 3));
    const basis = (await (await get('/api/v1/decisions?strategy=basis')).json()) as { decisions: { strategy: string }[] };
    expect(new Set(basis.decisions.map(({ strategy }) => strategy))).toEqual(new Set(['basis']));
    expect((await get('/api/v1/decisions?limit=0')).status).toBe(400);
    expect((await get('/api/v1/decisions?verdict=x')).status).toBe(400);
  });
});

describe('/api/v1/opportunities', () => {
  test('lists open ones first, then closed ones, limited and filtered as asked', async () => {
    const snapshot = fakeSnapshot(3);
    server.update(snapshot);
    const read = async (query: string) => {
      const body = (await (await get(`/api/v1/opportunities${query}`)).json()) as {
        opportunities: { netBps: number; open: boolean }[];
      };
      return body.opportunities;
    };
    const { list, recent } = snapshot.opportunities;
    expect(await read('')).toEqual([...list, ...recent]);
    expect(await read('?limit=3')).toEqual(list.slice(0, 3));
    const wide = await read('?minNetBps=20.5');
    expect(wide).toEqual([...list, ...recent].filter(({ netBps }) => netBps >= 20.5));
    expect(wide.length).toBeGreaterThan(0);
  });

  test.each([
    ['?limit=0', 'limit must be a whole number from 1 to 100, but is "0".'],
    ['?limit=ten', 'limit must be a whole number from 1 to 100, but is "ten".'],
    ['?limit=', 'limit must be a whole number from 1 to 100, but is "".'],
    ['?minNetBps=1e9', 'minNetBps must be a number such as 12.5, but is "1e9".'],
    ['?minimum=3', 'Unknown query parameter "minimum".'],
  ])('refuses %s', async (query, message) => {
    server.update(fakeSnapshot(1));
    const response = await get(`/api/v1/opportunities${query}`);
    expect(response.status).toBe(400);
    expect(await sentence(response)).toBe(message);
  });
});

describe('/api/v1/books', () => {
  test('reads a book by the venue symbol and by BASE-QUOTE, decimals untouched', async () => {
    const byVenueSymbol = await get('/api/v1/books/kraken/BTC%2FUSDT?depth=2');
    expect(byVenueSymbol.status).toBe(200);
    const book = (await byVenueSymbol.json()) as Record<string, unknown>;
    expect(Object.keys(book).sort()).toEqual(
      ['asks', 'bids', 'exchangeUs', 'market', 'receiveUs', 'sequence', 'state', 'symbol', 'truncated', 'venue'].sort(),
    );
    expect(book).toMatchObject({ venue: 'kraken', market: 'spot', symbol: 'BTC/USDT', state: 'SYNCED', truncated: true });
    expect(book.bids).toMatchObject([[expect.stringMatching(/^\d+\.\d{2}$/), expect.stringMatching(/^\d+\.\d{5}$/)], {}]);

    const byPair = (await (await get('/api/v1/books/mexc/eth-usdt?market=futures')).json()) as {
      symbol: string;
      bids: unknown[];
    };
    expect(byPair.symbol).toBe('ETH_USDT');
    expect(byPair.bids).toHaveLength(20);
  });

  test.each([
    ['/api/v1/books/kraken/NO-SUCH', 404, 'kraken has no spot book of "NO-SUCH".'],
    ['/api/v1/books/nyse/BTC-USDT', 404, 'There is no venue "nyse"; there are binance, coinbase, kraken, mexc, gateio.'],
    ['/api/v1/books/kraken/BTC-USDT?depth=101', 400, 'depth must be a whole number from 1 to 100, but is "101".'],
    ['/api/v1/books/kraken/BTC-USDT?market=margin', 400, 'market must be one of spot, futures, but is "margin".'],
    ['/api/v1/books/kraken/%zz', 400, 'The path segment "%zz" is not valid percent encoding.'],
    ['/api/v1/books/kraken/BTC-USDT/deeper', 404, 'There is nothing at /api/v1/books/kraken/BTC-USDT/deeper.'],
  ])('answers %s with %i', async (path, status, message) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(await sentence(response)).toBe(message);
  });

  test('lists the books of every feed', async () => {
    server.update(fakeSnapshot(1));
    const body = (await (await get('/api/v1/books')).json()) as {
      feeds: { venue: string; market: string; symbols: unknown[] }[];
    };
    expect(body.feeds).toHaveLength(8);
    expect(body.feeds[0]).toMatchObject({ venue: 'binance', market: 'spot' });
    expect(body.feeds[0]?.symbols[0]).toEqual({ symbol: 'BTCUSDT', base: 'BTC', quote: 'USDT' });
  });
});

describe('/metrics', () => {
  test('gives the last snapshot in the Prometheus text format', async () => {
    const snapshot = fakeSnapshot(2);
    server.update(snapshot);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    const lines = (await response.text()).split('\n');
    const feed = snapshot.venues.find(({ state }) => state === 'GAP');
    const labels = `venue="${feed?.venue}",market="${feed?.market}"`;
    expect(lines).toContain(`tiercel_frames_total{${labels}} ${feed?.frames}`);
    expect(lines).toContain(`tiercel_resyncs_total{${labels}} 14`);
    expect(lines).toContain(`tiercel_gaps_total{${labels}} 11`);
    expect(lines).toContain(`tiercel_checksums_bad_total{${labels}} 0`);
    expect(lines).toContain(`tiercel_books_synced{${labels}} 177`);
    expect(lines).toContain(`tiercel_breaker{${labels}} 1`);
    expect(lines).toContain(`tiercel_state{${labels},state="GAP"} 1`);
    expect(lines).toContain(`tiercel_state{${labels},state="SYNCED"} 0`);
    expect(lines).toContain('tiercel_opportunities_found_total 4213');
    expect(lines).toContain('tiercel_opportunities_open 18');
    expect(lines).toContain(`tiercel_turns_total ${snapshot.turns}`);
    const p99S = snapshot.latencyUs.receiveToDecision.p99 / 1e6;
    expect(lines).toContain(`tiercel_latency_seconds{stage="receive_to_decision",quantile="0.99"} ${p99S}`);
    expect(lines).toContain(`tiercel_resident_memory_bytes ${snapshot.rssBytes}`);
  });

  test('counts do not add up over scrapes', async () => {
    server.update(fakeSnapshot(2));
    const first = await (await get('/metrics')).text();
    expect(await (await get('/metrics')).text()).toBe(first);
  });
});

describe('the rest of HTTP', () => {
  test('unknown paths are 404 and wrong methods 405, in JSON', async () => {
    const unknown = await get('/nothing');
    expect(unknown.status).toBe(404);
    expect(await sentence(unknown)).toBe('There is nothing at /nothing.');
    const wrong = await get('/api/v1/status', { method: 'POST', body: '{}' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expect(await sentence(wrong)).toBe('/api/v1/status answers GET and HEAD, not POST.');
    expect((await get('/stream')).status).toBe(426);
  });

  test('HEAD gives the headers alone', async () => {
    const response = await get('/healthz', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('14');
    expect(await response.text()).toBe('');
  });

  test('serves the page and what it needs from this server alone', async () => {
    const page = await get('/');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const html = await page.text();
    expect(html).not.toMatch(/https?:\/\//);
    const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(3);
    for (const path of [...paths, '/vendor/uplot.js', '/vendor/msgpack/decode.mjs', '/vendor/msgpack/utils/utf8.mjs']) {
      expect((await get(path)).status, path).toBe(200);
    }
  });

  test.each(['/../package.json', '/%2e%2e/package.json', '/vendor/msgpack/../../package.json'])(
    'does not leave its folder: %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});

describe('listening', () => {
  test('a taken port is one clear sentence that names the way out', async () => {
    const second = startOperatorServer({ host: '127.0.0.1', port: server.port, books: new FakeBooks(), control: noControl });
    await expect(second).rejects.toThrow(InvalidInputError);
    await expect(second).rejects.toThrow(
      `The dashboard cannot use 127.0.0.1:${server.port}: the port is taken; choose another with --port.`,
    );
  });

  test('an address of another machine is one clear sentence too', async () => {
    const start = startOperatorServer({ host: '192.0.2.1', port: 0, books: new FakeBooks(), control: noControl });
    await expect(start).rejects.toThrow(
      'The dashboard cannot listen on 192.0.2.1:0: EADDRNOTAVAIL; choose others with --host and --port.',
    );
  });

  test('after close the port is free at once', async () => {
    const { port } = server;
    server.close();
    server = await startOperatorServer({ host: '127.0.0.1', port, books: new FakeBooks(), control: noControl });
    expect(server.port).toBe(port);
    expect((await get('/healthz')).status).toBe(200);
  });
});
