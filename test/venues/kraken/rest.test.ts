import { describe, expect, test } from 'vitest';
import { type RefusalKind, VenueProtocolError, VenueRequestError } from '../../../src/domain/errors.js';
import type { OrderState } from '../../../src/domain/order.js';
import { cancelCall, placeCall, privateRead, publicRead } from '../../../src/venues/kraken/calls.js';
import { restRefusal, wsRefusal } from '../../../src/venues/kraken/errors.js';
import { instruments } from '../../../src/venues/kraken/instruments.js';
import { signature, signRest } from '../../../src/venues/kraken/signing.js';
import { BY_QUOTE, CLIENT_ID, CREDENTIALS, drive, ETH, form, LIMIT, PAIRS, STAMP, trading } from './support.js';

const T0 = 1_767_225_600_000;

describe('signatures', () => {
  test('equal the vector that the venue publishes', () => {
    const body = 'nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25';
    expect(signature('/0/private/AddOrder', '1616492376594', body, CREDENTIALS.secret())).toBe(
      '4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==',
    );
    const ours = 'nonce=1767225600123&ordertype=limit&pair=XXBTZUSD&type=buy&volume=0.01&price=60000.1';
    expect(signature('/0/private/AddOrder', '1767225600123', ours, 'a3Jha2VuLWF0bGFzLWRlbW8tc2VjcmV0LXZhbHVl')).toBe(
      '3yEL05UI8SAo/5DOEkL6HuRLbthvtw2xQMV9yaNdaMBSW4VS5Ypl4E2cTcQfIPDGkulMwIgxkbt6XeLEZfJ2Hw==',
    );
  });

  test('cover what is sent: nonce first, and a deadline on orders', () => {
    const order = signRest(placeCall([['pair', 'XETHZUSD']]), CREDENTIALS, STAMP);
    expect(order).toMatchObject({ method: 'POST', target: '/0/private/AddOrder' });
    expect(order.body).toBe('nonce=1616492376594&pair=XETHZUSD&deadline=2026-01-01T00%3A00%3A05.000Z');
    expect(order.headers).toMatchObject({
      'API-Key': 'a-key',
      'API-Sign': signature('/0/private/AddOrder', '1616492376594', order.body ?? '', CREDENTIALS.secret()),
    });
    expect(signRest(privateRead('BalanceEx'), CREDENTIALS, STAMP).body).toBe('nonce=1616492376594');
  });

  test('need keys only where the venue does', () => {
    expect(signRest(publicRead('Depth', [['pair', 'a b']]), null, STAMP)).toEqual({
      method: 'GET',
      target: '/0/public/Depth?pair=a%20b',
      headers: {},
      body: null,
    });
    expect(() => signRest(privateRead('BalanceEx'), null, STAMP)).toThrow(VenueRequestError);
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [string, RefusalKind])[] = [
    ['EOrder:Insufficient funds', 'insufficient-balance'],
    ['EOrder:Insufficient margin', 'insufficient-balance'],
    ['EOrder:Order minimum not met', 'below-minimum'],
    ['EOrder:Cost minimum not met', 'below-minimum'],
    ['EOrder:Tick size check failed', 'precision'],
    ['EOrder:Invalid price:XETHZUSD price can only be specified up to 2 decimals.', 'precision'],
    ['EGeneral:Invalid arguments:volume minimum not met', 'below-minimum'],
    ['EGeneral:Invalid arguments:cost minimum not met', 'below-minimum'],
    ['EGeneral:Invalid arguments:volume', 'precision'],
    ['EGeneral:Invalid arguments:price', 'precision'],
    ['EGeneral:Invalid arguments:oflags', 'invalid-request'],
    ['EOrder:Unknown order', 'unknown-order'],
    ['EOrder:Invalid order', 'unknown-order'],
    ['EOrder:Rate limit exceeded', 'rate-limited'],
    ['EOrder:Orders limit exceeded', 'above-maximum'],
    ['EOrder:Post only order', 'would-take'],
    ['EAPI:Rate limit exceeded', 'rate-limited'],
    ['EGeneral:Temporary lockout', 'rate-limited'],
    ['EGeneral:Too many requests', 'rate-limited'],
    ['EService: Throttled: 1767225600', 'rate-limited'],
    ['EAPI:Invalid nonce', 'time-window'],
    ['EAPI:Invalid key', 'authentication'],
    ['EAPI:Invalid signature', 'authentication'],
    ['EGeneral:Permission denied', 'authentication'],
    ['EService:Unavailable', 'outcome-unknown'],
    ['EService:Busy', 'outcome-unknown'],
    ['EService:A new word', 'outcome-unknown'],
    ['EGeneral:Internal error', 'outcome-unknown'],
    ['EService:Deadline elapsed', 'time-window'],
    ['EService:Market in cancel_only mode', 'instrument-halted'],
    ['EService:Market in post_only mode', 'instrument-halted'],
    ['EService:Market in limit_only mode', 'instrument-halted'],
    ['EQuery:Unknown asset pair', 'unknown-instrument'],
    ['ESession:Invalid session', 'time-window'],
    ['EOrder:Client order id already in use', 'duplicate-client-id'],
    ['EOrder:cl_ord_id already in use', 'duplicate-client-id'],
    ['EOrder:A new word', 'invalid-request'],
  ];
  test.each(cases)('%s is %s', (error, kind) => {
    expect(restRefusal({ status: 200, headers: {}, body: { error: [error] } }, placeCall([]))?.kind).toBe(kind);
    expect(wsRefusal(error).kind).toBe(kind);
  });

  test('by status, where the answer has no errors; what an order may have done is unknown', () => {
    const kind = (status: number, body: unknown = undefined, call = placeCall([])): RefusalKind | undefined =>
      restRefusal({ status, headers: {}, body }, call)?.kind;
    expect(kind(520)).toBe('outcome-unknown');
    expect(kind(504)).toBe('outcome-unknown');
    expect(kind(200, 'no envelope')).toBe('outcome-unknown');
    expect(kind(500, { error: ['EOrder:A new word'] })).toBe('outcome-unknown');
    expect(kind(429)).toBe('rate-limited');
    expect(kind(403)).toBe('authentication');
    expect(kind(404)).toBe('invalid-request');
    expect(kind(503, undefined, privateRead('BalanceEx'))).toBe('venue-down');
    expect(kind(200, { error: ['EService:Busy'] }, privateRead('BalanceEx'))).toBe('venue-down');
    expect(kind(200, { error: ['EGeneral:Internal error'] }, cancelCall('CancelAll'))).toBe('outcome-unknown');
  });

  test('good answers are none, with a warning too', () => {
    expect(restRefusal({ status: 200, headers: {}, body: { error: [], result: {} } }, placeCall([]))).toBeNull();
    expect(
      restRefusal({ status: 200, headers: {}, body: { error: ['WDatabase:No change'], result: {} } }, placeCall([])),
    ).toBeNull();
  });

  test('carry code, text, and how long to wait', () => {
    const refusal = restRefusal({ status: 200, headers: {}, body: { error: ['EGeneral:Temporary lockout'] } }, placeCall([]));
    expect(refusal).toEqual({ kind: 'rate-limited', code: 'EGeneral', text: 'Temporary lockout', retryAfterMs: 900_000 });
  });
});

describe('instruments', () => {
  test('carry the rules and the fees as the venue states them', () => {
    expect(ETH).toEqual({
      venue: 'kraken',
      market: 'spot',
      symbol: 'ETH/USD',
      requestName: 'XETHZUSD',
      aliases: ['ETHUSD', 'ETH/USD'],
      base: 'ETH',
      quote: 'USD',
      priceDecimals: 2,
      qtyDecimals: 8,
      contractSize: '1',
      takerFeeBps: 40,
      makerFeeBps: 25,
      rules: {
        tickSize: '0.05',
        lotSize: '0.00000001',
        minQty: '0.002',
        maxQty: null,
        maxMarketQty: null,
        minQuoteAmount: '0.5',
        maxQuoteAmount: null,
        quoteStep: '0.00001',
      },
      contract: null,
    });
  });

  test('have the names of version 2, and those that are not traded are left out', () => {
    const rows = {
      ...PAIRS,
      'XBTUSD.d': { altname: 'XBTUSD.d', pair_decimals: 1, lot_decimals: 8, status: 'online' },
      XDGUSD: { wsname: 'XDG/USD', pair_decimals: 7, lot_decimals: 8, status: 'online' },
      AUSD: { wsname: 'A/USD', pair_decimals: 7, lot_decimals: 8, status: 'cancel_only' },
    };
    const found = instruments([{ error: [], result: rows }]);
    expect(found.map(({ symbol, base }) => [symbol, base])).toEqual([
      ['ETH/USD', 'ETH'],
      ['BTC/USD', 'BTC'],
      ['DOGE/USD', 'DOGE'],
    ]);
    expect(found[1]).toMatchObject({ takerFeeBps: 40, makerFeeBps: 40, rules: { tickSize: '0.1', minQty: '0.00000001' } });
    expect(() => instruments([{ error: ['EGeneral:Internal error'] }])).toThrow(VenueProtocolError);
  });
});

describe('orders', () => {
  const placed = { descr: { order: 'buy 0.5 ETHUSD @ limit 3100.1' }, txid: ['OUF4EM-FRGI2-MQMWZD'] };
  const common = { pair: 'XETHZUSD', type: 'buy', stptype: 'cancel-newest', cl_ord_id: CLIENT_ID };

  test('leave once, with exact texts', () => {
    const { calls, result } = drive(trading.place(LIMIT, ETH), [placed]);
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/0/private/AddOrder', purpose: 'order', repeatable: false });
    const limit = { ...common, ordertype: 'limit', volume: '0.5', price: '3100.1' };
    expect(form(calls[0])).toEqual({ ...limit, timeinforce: 'GTC', oflags: 'fciq' });
    expect(result).toMatchObject({
      state: 'pending',
      venueOrderId: 'OUF4EM-FRGI2-MQMWZD',
      clientOrderId: CLIENT_ID,
      filledQty: null,
    });
    const other = (order: typeof LIMIT): Record<string, string> => form(drive(trading.place(order, ETH), [placed]).calls[0]);
    expect(other({ ...LIMIT, timeInForce: 'ioc' })).toEqual({ ...limit, timeinforce: 'IOC', oflags: 'fciq' });
    expect(other({ ...LIMIT, timeInForce: 'post-only' })).toEqual({ ...limit, timeinforce: 'GTC', oflags: 'fciq,post' });
    expect(other(BY_QUOTE)).toEqual({ ...common, ordertype: 'market', volume: '25.12345', oflags: 'fciq,viqc' });
    expect(() => drive(trading.place(LIMIT, ETH), [{ txid: [] }])).toThrow(VenueProtocolError);
  });

  test('have a UUID of their own', () => {
    expect(trading.clientOrderId('a key')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(trading.clientOrderId('a key')).toBe(trading.clientOrderId('a key'));
  });

  test('are cancelled by either id, and all of them, or those of one pair', () => {
    const byClient = drive(trading.cancel({ symbol: 'ETH/USD', venueOrderId: null, clientOrderId: CLIENT_ID }), [{ count: 1 }]);
    expect(form(byClient.calls[0])).toEqual({ cl_ord_id: CLIENT_ID });
    expect(byClient.result).toBeNull();
    const byVenue = drive(trading.cancel({ symbol: 'ETH/USD', venueOrderId: 'O1', clientOrderId: CLIENT_ID }), [{ count: 1 }]);
    expect(form(byVenue.calls[0])).toEqual({ txid: 'O1' });
    expect(drive(trading.cancelAll(null), [{ count: 7 }]).calls.map(({ path }) => path)).toEqual(['/0/private/CancelAll']);
    const open = { O1: row({}), O2: row({ pair: 'XBTUSD' }), O3: row({}) };
    const gone = new VenueRequestError('unknown-order', 'EOrder:Unknown order');
    const { calls } = drive(trading.cancelAll(ETH), [{ open }, gone, { count: 1 }]);
    expect(calls.slice(1).map(form)).toEqual([{ txid: 'O1' }, { txid: 'O3' }]);
  });

  const cases: readonly (readonly [string, string, OrderState])[] = [
    ['pending', '0', 'pending'],
    ['open', '0.00000000', 'open'],
    ['open', '0.10000000', 'partially-filled'],
    ['closed', '0.5', 'filled'],
    ['canceled', '0.1', 'canceled'],
    ['expired', '0', 'expired'],
    ['a new word', '0', 'unknown'],
  ];
  test.each(cases)('%s with %s filled is %s', (status, filled, state) => {
    const { calls, result } = drive(trading.order({ symbol: 'ETH/USD', venueOrderId: 'O1', clientOrderId: null }), [
      { O1: row({ status, vol_exec: filled }) },
    ]);
    expect(form(calls[0])).toEqual({ txid: 'O1' });
    expect(result?.state).toBe(state);
  });

  test('are found by client id among the open, then among the closed', () => {
    const reference = { symbol: 'ETH/USD', venueOrderId: null, clientOrderId: CLIENT_ID };
    const mine = { O2: row({ status: 'canceled', cl_ord_id: CLIENT_ID, reason: 'User requested', closetm: 1767225601.5 }) };
    const { calls, result } = drive(trading.order(reference), [{ open: { O1: row({}) } }, { closed: mine }]);
    expect(calls.map(({ path }) => path)).toEqual(['/0/private/OpenOrders', '/0/private/ClosedOrders']);
    expect(calls.map(form)).toEqual([{ cl_ord_id: CLIENT_ID }, { cl_ord_id: CLIENT_ID }]);
    expect(result).toEqual({
      venue: 'kraken',
      market: 'spot',
      symbol: 'ETH/USD',
      venueOrderId: 'O2',
      clientOrderId: CLIENT_ID,
      side: 'buy',
      state: 'canceled',
      price: '3100.1',
      quantity: '0.5',
      filledQty: '0',
      filledQuote: '0',
      updatedMs: T0 + 1500,
      reason: 'User requested',
    });
    expect(drive(trading.order(reference), [{ open: {} }, { closed: { O1: row({}) } }]).result).toBeNull();
  });

  test('that nobody knows are null, other trouble is trouble', () => {
    const reference = { symbol: 'ETH/USD', venueOrderId: 'O1', clientOrderId: null };
    expect(drive(trading.order(reference), [new VenueRequestError('unknown-order', 'x')]).result).toBeNull();
    expect(drive(trading.order(reference), [{}]).result).toBeNull();
    expect(() => drive(trading.order(reference), [new VenueRequestError('venue-down', 'x')])).toThrow(VenueRequestError);
    expect(() => drive(trading.openOrders(null), [{ open: { O1: row({ pair: 'NOPE' }) } }])).toThrow(VenueProtocolError);
  });
});

function row(more: Record<string, unknown>): Record<string, unknown> {
  const { pair = 'ETHUSD', ...rest } = more;
  return {
    status: 'open',
    opentm: 1767225600.1234567,
    closetm: 0,
    descr: { pair, type: 'buy', ordertype: 'limit', price: '3100.10', price2: '0', leverage: 'none' },
    vol: '0.50000000',
    vol_exec: '0.00000000',
    cost: '0.00000',
    fee: '0.00000',
    price: '0.00000',
    oflags: 'fciq',
    ...rest,
  };
}
