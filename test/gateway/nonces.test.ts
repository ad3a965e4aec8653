// Goal: a key can be used again after the clock of the machine was ahead for a while: its numbers follow the venue's time.
import { expect, it } from 'vitest';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { Nonces } from '../../src/gateway/nonces.js';

it('follows the time that it is given, and never stands still or goes back', () => {
  const nonces = new Nonces(new VirtualTime());
  const venueUs = 1_700_000_000_000_000;
  expect([nonces.next(venueUs), nonces.next(venueUs), nonces.next(venueUs - 5_000), nonces.next(venueUs + 10)]).toEqual([
    venueUs,
    venueUs + 1,
    venueUs + 2,
    venueUs + 10,
  ]);
});

it('takes the time of the machine when it is given none', () => {
  const time = new VirtualTime();
  const nonces = new Nonces(time);
  expect(nonces.next()).toBe(Math.max(1, Math.floor(time.epochUs())));
});

it('never has to leap far while users of one key take turns, whatever the clock of their machine says', () => {
  const venueUs = (turn: number): number => 1_700_000_000_000_000 + turn * 20e6;
  let highest = venueUs(0) + 30e6;
  for (let turn = 1; turn < 100; turn++) {
    // Each is a process of its own, and the machine's clock is years behind the venue's.
    const nonces = new Nonces(new VirtualTime());
    let refusals = 0;
    for (let nonce = nonces.next(venueUs(turn)); nonce <= highest; nonce = nonces.next(venueUs(turn))) {
      refusals++;
      nonces.leap(venueUs(turn));
    }
    highest = nonces.next(venueUs(turn));
    expect(refusals).toBeLessThanOrEqual(1);
  }
});
