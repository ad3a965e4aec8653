// Goal: an order without funds is held against the desk when it counted on money that it had promised twice, and not when a hedge left
// because the order had no answer, and spent what it was to be paid with.
// Method: a world that does not move, and a judge that is told of orders one by one.
import { describe, expect, it } from 'vitest';
import type { OrderRequest } from '../../../src/domain/order.js';
import type { EntryOf } from '../../../src/ledger/entries.js';
import { drawPlan } from '../plan.js';
import { World } from '../world/world.js';
import { Judge } from './judge.js';
import type { SentOrder } from './truth.js';

const SENT_US = 1e9;

function judged() {
  const world = new World(drawPlan(1));
  const judge = new Judge(world);
  const [exchange] = world.exchanges;
  const book = world.books.find(({ book: { instrument } }) => instrument.venue === exchange?.venue)?.book;
  if (exchange === undefined || book === undefined) throw new RangeError('no exchange');
  const { venue } = exchange;
  const { market, symbol, base, quote } = book.instrument;
  const requestOf = (clientOrderId: string): OrderRequest => ({
    ...{ symbol, side: 'buy', type: 'limit', timeInForce: 'ioc', quantity: '1', quoteAmount: null, price: '1' },
    ...{ clientOrderId, reduceOnly: false },
  });
  const send = (clientOrderId: string, intent: string, isHedge: boolean): void => {
    const entry: EntryOf<'order'> = {
      ...{ kind: 'order', sequence: 1, tsUs: SENT_US, monotonicUs: SENT_US, turn: 1, venue, market, symbol, base, quote },
      ...{ strategy: 'pairs', clientOrderId, intent, leg: 0, step: 'sending', state: 'pending', venueOrderId: null },
      ...{ contractSize: '1', side: 'buy', quantity: '1', price: '1', filledQuantity: null, reason: null },
    };
    judge.truth.kept(entry);
    const order: SentOrder = {
      ...{ venue, market, request: requestOf(clientOrderId), book, sentUs: SENT_US, strategy: 'pairs', isHedge },
      ...{ arrival: null, isGone: false },
    };
    judge.truth.sent(order);
  };
  const arriveWithoutFunds = (clientOrderId: string): void =>
    judge.arrived({
      ...{ venue, market, request: requestOf(clientOrderId), atUs: SENT_US },
      result: { kind: 'refused', refusal: 'insufficient-balance' },
    });
  return { judge, send, arriveWithoutFunds };
}

describe('an order that its venue refuses for want of funds', () => {
  it('is held against the desk', () => {
    const { judge, send, arriveWithoutFunds } = judged();
    send('a', 'r1/1', false);
    send('b', 'r1/2', true);
    arriveWithoutFunds('a');
    expect(judge.violations).toMatchObject([{ invariant: 'funds-twice' }]);
  });

  it.each([
    ['it comes after the hedge in its place', 'a'],
    ['it is the hedge', 'b'],
  ])('is not when %s', (_, late) => {
    const { judge, send, arriveWithoutFunds } = judged();
    send('a', 'r1/1', false);
    send('b', 'r1/1', true);
    arriveWithoutFunds(late);
    expect(judge.violations).toEqual([]);
  });
});
