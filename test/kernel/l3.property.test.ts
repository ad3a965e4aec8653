import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CHECKSUM_ENFORCE,
  DECODER_COINBASE_FULL,
  DECODER_KRAKEN_L3,
  STATUS_APPLIED,
  STATUS_CROSSED,
  STATUS_OVERSIZED,
  STATUS_SNAPSHOT,
} from '../../assembly/memory/layout.js';
import { checksumOf, krakenL3ChecksumText, type TextQueue } from '../twin/kraken-checksum.js';
import { Rig } from './kraken-rig.js';
import { readStore, type StoredQueue } from './l3-store-view.js';

// Goal: after any events the store, its queues and the ladder are those of the plainest book there is. Few ids and prices, so that
// orders meet; both kinds of id; and stores so small that they fill up.

const IDS = [
  'O-1',
  'O-22',
  'OAAAAA-BBBBB-CCCCC1',
  '7b1f0c1e-0001-4000-8000-000000000001',
  '7b1f0c1e-0001-4000-8000-000000000002',
  '7B1F0C1E-0001-4000-8000-000000000001',
];

interface ModelOrder {
  readonly id: string;
  readonly side: 'bid' | 'ask';
  readonly price: number;
  readonly qty: number;
  readonly rank: number;
}

/** Orders in the order of their arrival; queues are sorted when they are read. */
class Model {
  orders: ModelOrder[] = [];

  find(id: string): ModelOrder | undefined {
    return this.orders.find((order) => order.id === id);
  }
  remove(id: string): void {
    this.orders = this.orders.filter((order) => order.id !== id);
  }
  add(order: ModelOrder): void {
    this.remove(order.id);
    this.orders.push(order);
  }
  replace(order: ModelOrder): void {
    this.orders = this.orders.map((one) => (one.id === order.id ? order : one));
  }
  queues(): StoredQueue[] {
    const keys = [...new Set(this.orders.map(({ side, price }) => `${side}|${price}`))];
    return keys.map((key) => {
      const orders = this.orders.filter(({ side, price }) => `${side}|${price}` === key).sort((a, b) => a.rank - b.rank);
      const { side = 'bid', price = 0 } = orders[0] ?? {};
      const qty = orders.reduce((sum, order) => sum + order.qty, 0);
      return { side, price, qty, orders: orders.map(({ id, qty: own }) => ({ id, qty: own })) };
    });
  }
}

const byKey = (queues: readonly StoredQueue[]): StoredQueue[] =>
  [...queues].sort((a, b) => a.side.localeCompare(b.side) || a.price - b.price);

/** Best first. */
const sideOf = (queues: readonly StoredQueue[], side: 'bid' | 'ask'): StoredQueue[] =>
  queues.filter((queue) => queue.side === side).sort((a, b) => (side === 'bid' ? b.price - a.price : a.price - b.price));

function expectSame(rig: Rig, model: Model): void {
  const stored = readStore(rig.kernel, rig.book('T'));
  const queues = model.queues();
  expect(stored.orders).toBe(model.orders.length);
  expect(byKey(stored.queues)).toEqual(byKey(queues));
  const levels = (side: 'bid' | 'ask'): number[][] => sideOf(queues, side).map(({ price, qty }) => [price, qty]);
  expect(rig.sides('T')).toEqual({ bids: levels('bid'), asks: levels('ask') });
}

const krakenEvent = fc.record({
  event: fc.constantFrom('add', 'add', 'modify', 'delete'),
  id: fc.constantFrom(...IDS),
  side: fc.constantFrom<'bid' | 'ask'>('bid', 'ask'),
  price: fc.integer({ min: 1, max: 4 }),
  qty: fc.integer({ min: 1, max: 12 }),
  rank: fc.integer({ min: 1, max: 4 }),
});

test('Kraken: any events, with every checksum', () => {
  fc.assert(
    fc.property(fc.array(krakenEvent, { maxLength: 60 }), fc.integer({ min: 1, max: IDS.length }), (events, orders) => {
      const rig = new Rig(DECODER_KRAKEN_L3, [
        { symbol: 'T', priceScale: 0, qtyScale: 0, orders, capacity: 20, policy: CHECKSUM_ENFORCE },
      ]);
      let model = new Model();
      const snapshot = '{"channel":"level3","type":"snapshot","data":[{"symbol":"T","bids":[],"asks":[],"checksum":0}]}';
      expect(rig.frame(snapshot)).toBe(STATUS_SNAPSHOT);
      for (const { event, id, side, price, qty, rank } of events) {
        const known = model.find(id);
        const amends = event === 'modify' && known?.side === side && known.price === price;
        const needsRoom = event !== 'delete' && known === undefined;
        const isFull = needsRoom && model.orders.length === orders;
        if (event === 'delete') model.remove(id);
        else if (amends) model.replace({ id, side, price, qty, rank });
        else model.add({ id, side, price, qty, rank });
        const texts = (of: 'bid' | 'ask'): TextQueue[] =>
          sideOf(model.queues(), of).map((queue) => [String(queue.price), queue.orders.map((order) => String(order.qty))]);
        const checksum = checksumOf(krakenL3ChecksumText(texts('ask'), texts('bid')));
        const list = `[{"event":"${event}","order_id":"${id}","limit_price":${price},"order_qty":${qty},"timestamp":"2026-01-01T00:00:00.00000000${rank}Z"}]`;
        const sides = side === 'bid' ? `"bids":${list},"asks":[]` : `"bids":[],"asks":${list}`;
        const status = rig.frame(`{"channel":"level3","type":"update","data":[{"symbol":"T",${sides},"checksum":${checksum}}]}`);
        if (isFull) {
          expect(status).toBe(STATUS_OVERSIZED);
          expect(rig.frame(snapshot)).toBe(STATUS_SNAPSHOT);
          model = new Model();
        } else {
          // A crossed book is applied as well; what counts here is that it is the same.
          expect(status).not.toBe(STATUS_OVERSIZED);
        }
        expectSame(rig, model);
      }
    }),
  );
});

const coinbaseEvent = fc.record({
  type: fc.constantFrom('open', 'open', 'match', 'done', 'change', 'received'),
  id: fc.constantFrom(...IDS),
  side: fc.constantFrom<'buy' | 'sell'>('buy', 'sell'),
  price: fc.integer({ min: 1, max: 4 }),
  qty: fc.integer({ min: 0, max: 3 }),
  moves: fc.boolean(),
});

test('Coinbase: any events, and arrival alone decides the queue', () => {
  fc.assert(
    fc.property(fc.array(coinbaseEvent, { maxLength: 60 }), (events) => {
      const rig = new Rig(DECODER_COINBASE_FULL, [{ symbol: 'T', priceScale: 0, qtyScale: 0, orders: IDS.length, capacity: 20 }]);
      const model = new Model();
      expect(rig.snapshot('T', '{"sequence":10,"bids":[],"asks":[]}')).toBe(STATUS_SNAPSHOT);
      let sequence = 10;
      for (const { type, id, side, price, qty, moves } of events) {
        sequence++;
        const known = model.find(id);
        const order = { id, side: side === 'buy' ? 'bid' : 'ask', price, qty, rank: 0 } as const;
        if (type === 'open') {
          model.remove(id);
          if (qty > 0) model.add(order);
        } else if (type === 'done') {
          model.remove(id);
        } else if (type === 'match' && known !== undefined) {
          if (known.qty > qty) model.replace({ ...known, qty: known.qty - qty });
          else model.remove(id);
        } else if (type === 'change' && known !== undefined) {
          const to = moves ? price : known.price;
          if (qty === 0) model.remove(id);
          else if (to === known.price && qty <= known.qty) model.replace({ ...known, qty });
          else model.add({ ...known, price: to, qty });
        }
        const sizes: Record<string, string> = {
          open: `"remaining_size":"${qty}","price":"${price}"`,
          match: `"maker_order_id":"${id}","size":"${qty}","price":"${price}","trade_id":${sequence}`,
          change: moves ? `"old_price":"1","new_price":"${price}","new_size":"${qty}"` : `"price":"1","new_size":"${qty}"`,
        };
        const more = sizes[type] ?? '"reason":"canceled"';
        const status = rig.frame(
          `{"type":"${type}","product_id":"T","sequence":${sequence},"order_id":"${id}","side":"${side}",${more}}`,
        );
        expect([STATUS_APPLIED, STATUS_CROSSED]).toContain(status);
        expectSame(rig, model);
      }
    }),
  );
});
