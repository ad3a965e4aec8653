// Goal: ledger and reconciler know the same fills in the same order, whoever is told of them first: what closing part of a position
// brings depends on it, and a difference between them would be booked as a drift of the venue.
// Method: a whole desk turns a position round; the stream loses the fill that closes it, so that execution fetches it.
import { describe, expect, it } from 'vitest';
import type { AccountEvent } from '../../src/gateway/events.js';
import { DeskRig } from './desk-rig.js';

describe('a position that is turned round', () => {
  it('comes to the same for ledger, reconciler and venue, though the closing fill is told last', async () => {
    const rig = await new DeskRig().start();
    await rig.trade(rig.short(20));
    const gateio = rig.account('gateio', 'futures');
    const { listener } = gateio;
    const late: AccountEvent[] = [];
    gateio.listener = (event) => {
      if (event.kind === 'fill') late.push(event);
      else listener(event);
    };
    // Closes; execution asks for what the stream did not tell.
    await rig.trade(rig.short(-20));
    expect(rig.desk.ledger.memory.books.contracts('gateio', 'ABCUSDT-PERP').isZero()).toBe(true);
    gateio.listener = listener;
    // Opens the other way, at another price.
    for (const book of rig.prices.keys()) rig.prices.set(book, 101);
    await rig.run(300);
    await rig.trade(rig.short(-20));
    for (const event of late) listener(event);
    await rig.run(60_000);
    expect(rig.kinds()).not.toContain('drift');
    expect(rig.entries('reconciliation')).toEqual([]);
    const held = rig.desk.ledger.memory.books.holding('gateio', 'futures', 'USDT');
    expect(held.toFixed()).toBe(gateio.wallet.get('USDT')?.toFixed());
  });
});
