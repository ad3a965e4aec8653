import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shortClientOrderId, uuidClientOrderId } from '../../src/venues/client-order-id.js';

it('names an intent the same every time, and two intents differently, in the alphabet of the form', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      for (const form of [shortClientOrderId, uuidClientOrderId]) {
        expect(form(a)).toBe(form(a));
        expect(form(a) === form(b)).toBe(a === b);
      }
      expect(shortClientOrderId(a, 't-')).toMatch(/^t-[A-Za-z0-9_-]{22}$/);
      expect(uuidClientOrderId(a)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }),
  );
});
