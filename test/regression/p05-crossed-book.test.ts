import { expect, test } from 'vitest';
import { STATE_BUFFERING, STATE_CROSSED } from '../../assembly/memory/layout.js';
import { coinbaseSpot } from '../../src/venues/coinbase/feed.js';
import { SessionRig } from '../feeds/session-rig.js';

const snapshot = '{"type":"snapshot","product_id":"AAA-USD","bids":[["9.90","1.00"]],"asks":[["10.10","2.00"]]}';
const change = (side: string, price: string, qty: string): string =>
  JSON.stringify({ type: 'l2update', product_id: 'AAA-USD', changes: [[side, price, qty]], time: '2026-01-01T00:00:00.000000Z' });

// P5: a crossed book passed every check and was traded on.
test('P5: a crossed book is out of trading at once; crossed for longer than allowed, it is synchronised again', () => {
  const rig = new SessionRig(coinbaseSpot(), ['AAA-USD'], { crossedMsMax: 500 });
  rig.pass(250);
  rig.open();
  rig.frame(snapshot);
  rig.frame(change('buy', '10.20', '1.00'));
  expect(rig.state('AAA-USD')).toBe(STATE_CROSSED);
  rig.frame(change('buy', '10.20', '0'));
  expect(rig.isSynced('AAA-USD')).toBe(true); // a short crossing mends itself

  rig.frame(change('buy', '10.20', '1.00'));
  rig.transport.sent.splice(0);
  rig.pass(500);
  expect(rig.state('AAA-USD')).toBe(STATE_CROSSED);
  rig.pass(250);
  expect(rig.state('AAA-USD')).toBe(STATE_BUFFERING);
  expect(rig.transport.sent.map(({ text }) => (JSON.parse(text) as { type: string }).type)).toEqual(['unsubscribe', 'subscribe']);
  rig.frame(change('buy', '10.30', '1.00')); // still of the old subscription
  expect(rig.isSynced('AAA-USD')).toBe(false);
  rig.frame(snapshot);
  expect(rig.isSynced('AAA-USD')).toBe(true);
});
