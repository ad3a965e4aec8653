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
