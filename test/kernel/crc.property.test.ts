import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DECODER_KRAKEN, THREAD_INPUT } from '../../assembly/memory/layout.js';
import { crc32Bitwise } from '../twin/crc32.js';
import { Rig } from './kraken-rig.js';

const rig = new Rig(DECODER_KRAKEN, [{ symbol: 'BTC/USD', priceScale: 1, qtyScale: 8 }]);

function crc32(bytes: Uint8Array): number {
  const { kernel } = rig;
  kernel.input.set(bytes);
  return kernel.exports.crc32(kernel.int32At(kernel.thread + THREAD_INPUT), bytes.length) >>> 0;
}

test('the check value of CRC-32', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

test('any bytes have the CRC that the definition gives them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(crc32(bytes)).toBe(crc32Bitwise(bytes));
    }),
  );
});
