// Goal: a paper venue does with an order what its venue would: at the moment when it arrives, at the prices shown, within its limit
// and the account's money, and tells it as a gateway does.
// Method: a book in shared memory that the test changes, and virtual time; every amount is worked out by hand.
import { describe, expect, it } from 'vitest';
import type { OrderReport } from '../../../src/domain/order.js';
import type { PlaceOutcome } from '../../../src/gateway/order-desk.js';
import { PaperRig, refusalOf } from './paper-rig.js';

const BIDS = [
  ['99', '2'],
  ['98', '5'],
] as const;
const ASKS = [
  ['100', '2'],
  ['101', '3'],
  ['102', '10'],
] as const;

async function rigWithBook(options: ConstructorParameters<typeof PaperRig>[0] = {}): Promise<PaperRig> {
  const rig = await new PaperRig(options).start();
  rig.setBook(BIDS, ASKS);
  return rig;
}

function placed(outcome: PlaceOutcome): OrderReport {
  if (outcome.kind !== 'placed') throw outcome.error;
  return outcome.order;
}

const fillsOf = ({ events }: PaperRig) =>
  events.flatMap((event) =>
    event.kind === 'fill' ? [[event.fill.price, event.fill.quantity, event.fill.fee, event.fill.liquidity]] : [],
  );

describe('an order that takes', () => {
  it('is filled level by level within its limit, with fees in the quote asset, and told as a gateway tells it', async () => {
    const rig = await rigWithBook();
    const order = placed(await rig.place({ price: '101', quantity: '6' }));
    expect(order).toMatchObject({ state: 'expired', filledQty: '5', filledQuote: '503', clientOrderId: 'c1', price: '101' });
    expect(fillsOf(rig)).toEqual([
      ['100', '2', '0.2', 'taker'],
      ['101', '3', '0.303', 'taker'],
    ]);
    expect(rig.events.map(({ kind }) => kind)).toEqual(['fill', 'fill', 'order', 'balance', 'balance']);
    expect(await rig.balances()).toEqual({ USDT: ['496.497', '496.497'], ABC: ['15', '15'] });
    expect(await rig.ask(rig.venue.order({ symbol: 'ABCUSDT', venueOrderId: order.venueOrderId, clientOrderId: null }))).toEqual(
      order,
    );
    const fills = await rig.ask(rig.venue.fills(null, 0));
    expect(fills).toEqual(rig.events.flatMap((event) => (event.kind === 'fill' ? [event.fill] : [])));
    expect(new Set(fills.map(({ tradeId }) => tradeId)).size).toBe(2);
  });

  it('meets the book as it stands when it arrives, not when it left', async () => {
    const rig = await rigWithBook();
    const answer = rig.venue.place(rig.request({ price: '100', quantity: '2' }));
    await rig.run(9);
    rig.setBook(BIDS, [
      ['100', '0.5'],
      ['101', '9'],
    ]);
    await rig.run(10);
    expect(rig.events).toEqual([]);
    await rig.run(1);
    expect(placed(await answer)).toMatchObject({ state: 'expired', filledQty: '0.5' });
  });

  it('finds nothing twice in one version of a book, and all of it in the next', async () => {
    const rig = await rigWithBook();
    expect(placed(await rig.place({ quantity: '1.5' }))).toMatchObject({ state: 'filled' });
    expect(placed(await rig.place({ quantity: '1.5' }))).toMatchObject({ state: 'expired', filledQty: '0.5' });
    expect(placed(await rig.place({}))).toMatchObject({ state: 'expired', filledQty: '0' });
    rig.setBook(BIDS, ASKS);
    expect(placed(await rig.place({}))).toMatchObject({ state: 'filled' });
  });

  it('finds nothing in a book that is old, or not in sight', async () => {
    const unseen = await new PaperRig().start();
    expect(placed(await unseen.place({}))).toMatchObject({
      state: 'expired',
      filledQty: '0',
      reason: 'the book is not in sight',
    });
    const rig = await rigWithBook({ settings: { bookAgeMsMax: 1_000 } });
    await rig.run(1_000);
    expect(placed(await rig.place({}))).toMatchObject({ state: 'expired', filledQty: '0' });
  });

  it('sells to the bids', async () => {
    const rig = await rigWithBook();
    placed(await rig.place({ side: 'sell', price: '98', quantity: '3' }));
    expect(fillsOf(rig)).toEqual([
      ['99', '2', '0.198', 'taker'],
      ['98', '1', '0.098', 'taker'],
    ]);
    expect(await rig.balances()).toEqual({ USDT: ['1295.704', '1295.704'], ABC: ['7', '7'] });
  });

  it('fills all or nothing of a fill-or-kill order', async () => {
    const rig = await rigWithBook();
    expect(refusalOf(await rig.place({ timeInForce: 'fok', price: '101', quantity: '5.01' }))).toBe('would-not-fill');
    expect(placed(await rig.place({ timeInForce: 'fok', price: '101', quantity: '5' }))).toMatchObject({ state: 'filled' });
  });

  it('takes market orders by quantity as far as the book goes, and by amount as far as the money goes', async () => {
    const rig = await rigWithBook({ spec: { rules: { quoteStep: '0.01' } }, balances: { USDT: '10000', ABC: '100' } });
    const sold = placed(await rig.place({ type: 'market', side: 'sell', quantity: '8' }));
    expect(sold).toMatchObject({ state: 'expired', filledQty: '7', filledQuote: '688' });
    const bought = placed(await rig.place({ type: 'market', quoteAmount: '251' }));
    // 2 at 100, and of the 51 that are left 0.50 at 101.
    expect(bought).toMatchObject({ state: 'filled', filledQty: '2.5', filledQuote: '250.5' });
    expect(refusalOf(await rig.place({ type: 'market', side: 'sell', quantity: '1' }))).toBe('would-not-fill');
    expect(refusalOf(await rig.place({ type: 'market', quantity: '0.04' }))).toBe('below-minimum');
  });
});

describe('an order that rests', () => {
  it('binds money, is filled as a maker at its own price when the book comes to it, and frees the rest when cancelled', async () => {
    const rig = await rigWithBook({ spec: { makerFeeBps: 2 } });
    const order = placed(await rig.place({ timeInForce: 'gtc', price: '99.5', quantity: '4' }));
    expect(order).toMatchObject({ state: 'open', filledQty: '0' });
    expect(await rig.balances()).toEqual({ USDT: ['1000', '601.602'], ABC: ['10', '10'] });
    expect(await rig.ask(rig.venue.openOrders())).toEqual([order]);
    rig.setBook(
      [['98', '1']],
      [
        ['99', '1'],
        ['99.4', '0.5'],
        ['99.6', '9'],
      ],
    );
    await rig.run(100);
    expect(fillsOf(rig)).toEqual([['99.5', '1.5', '0.02985', 'maker']]);
    expect(rig.events.findLast(({ kind }) => kind === 'order')).toMatchObject({
      order: { state: 'partially-filled', filledQty: '1.5' },
    });
    const reference = { symbol: 'ABCUSDT', venueOrderId: null, clientOrderId: 'c1' };
    expect(await rig.ask(rig.venue.cancel(reference))).toMatchObject({ state: 'canceled', filledQty: '1.5' });
    expect(await rig.balances()).toEqual({ USDT: ['850.72015', '850.72015'], ABC: ['11.5', '11.5'] });
    await expect(rig.ask(rig.venue.cancel(reference))).rejects.toMatchObject({ kind: 'order-closed' });
    await expect(rig.ask(rig.venue.cancel({ ...reference, clientOrderId: 'c9' }))).rejects.toMatchObject({
      kind: 'unknown-order',
    });
    expect(await rig.ask(rig.venue.openOrders('ABCUSDT'))).toEqual([]);
  });

  it('takes first what there is, and rests with what is left', async () => {
    const rig = await rigWithBook();
    expect(placed(await rig.place({ timeInForce: 'gtc', quantity: '3' }))).toMatchObject({
      state: 'partially-filled',
      filledQty: '2',
    });
    await rig.run(500);
    expect(fillsOf(rig)).toHaveLength(1);
  });

  it('is refused when it may not take and would', async () => {
    const rig = await rigWithBook();
    expect(refusalOf(await rig.place({ timeInForce: 'post-only', price: '100' }))).toBe('would-take');
    expect(placed(await rig.place({ timeInForce: 'post-only', price: '99.9' }))).toMatchObject({ state: 'open' });
  });
});

describe('what is refused', () => {
  it('is what the account cannot pay, fees included', async () => {
    const rig = await rigWithBook({ balances: { USDT: '100.1', ABC: '1' } });
    expect(refusalOf(await rig.place({ quantity: '1.01' }))).toBe('insufficient-balance');
    expect(refusalOf(await rig.place({ side: 'sell', price: '98', quantity: '1.01' }))).toBe('insufficient-balance');
    expect(refusalOf(await rig.place({ type: 'market', quantity: '1.01' }))).toBe('insufficient-balance');
    expect(rig.events).toEqual([]);
    expect(refusalOf(await rig.place({ quantity: '1' }))).toBe('placed');
    expect((await rig.balances())['USDT']).toBeUndefined();
  });

  it('is what breaks a rule of the venue, before anything leaves', async () => {
    const rig = await rigWithBook();
    const refusal = async (order: Parameters<PaperRig['request']>[0]) => refusalOf(await rig.venue.place(rig.request(order)));
    expect(await refusal({ quantity: '0.001' })).toBe('TIERCEL_ORDER_RULE');
    expect(await refusal({ price: '100.00001' })).toBe('TIERCEL_ORDER_RULE');
    expect(await refusal({ quantity: '0.01' })).toBe('TIERCEL_ORDER_RULE');
    expect(await refusal({ reduceOnly: true })).toBe('TIERCEL_ORDER_RULE');
    expect(await refusal({ symbol: 'XYZUSDT' })).toBe('unknown-instrument');
    rig.venue.stop();
    expect(await refusal({})).toBe('invalid-request');
  });
});

describe('the way to the venue', () => {
  it('sends no order twice, and knows what never arrived', async () => {
    const rig = await rigWithBook();
    const request = rig.request({});
    const answers = [rig.venue.place(request), rig.venue.place(request)];
    await rig.run(20);
    answers.push(rig.venue.place(request));
    await rig.run(20);
    const reports = (await Promise.all(answers)).map(placed);
    expect(new Set(reports.map(({ venueOrderId }) => venueOrderId)).size).toBe(1);
    expect(fillsOf(rig)).toHaveLength(1);
    const reference = { symbol: 'ABCUSDT', venueOrderId: null, clientOrderId: request.clientOrderId };
    expect(await rig.ask(rig.venue.settle(reference))).toMatchObject({ kind: 'found', order: { state: 'filled' } });
    expect(await rig.ask(rig.venue.settle({ ...reference, clientOrderId: 'never' }))).toEqual({ kind: 'never-arrived' });
    expect(await rig.ask(rig.venue.order({ ...reference, clientOrderId: 'never' }))).toBeNull();
    await expect(rig.venue.openOrders('XYZ')).rejects.toMatchObject({ code: 'TIERCEL_INVALID_INPUT' });
    await expect(rig.venue.positions()).rejects.toMatchObject({ code: 'TIERCEL_INVALID_INPUT' });
  });

  it('is followed from the start, and leaves no timer behind', async () => {
    const rig = new PaperRig();
    const started = rig.venue.start();
    expect(rig.venue.isLive).toBe(false);
    await rig.run(20);
    await started;
    expect(rig.events.map(({ kind }) => kind)).toEqual(['connected', 'balance', 'balance', 'reconciled']);
    expect(rig.venue.isLive).toBe(true);
    rig.setBook(BIDS, ASKS);
    const answers = [rig.venue.place(rig.request({})), rig.venue.balances().catch((error: unknown) => error)] as const;
    rig.venue.stop();
    expect(rig.venue.isLive).toBe(false);
    expect(rig.time.pending()).toBe(0);
    expect(refusalOf(await answers[0])).toBe('venue-down');
    expect(await answers[1]).toMatchObject({ kind: 'venue-down' });
    expect(await rig.venue.settle({ symbol: 'ABCUSDT', venueOrderId: null, clientOrderId: 'c1' })).toMatchObject({
      kind: 'unknown',
    });
  });
});
