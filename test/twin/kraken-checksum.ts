import { crc32 } from './crc32.js';

/** Levels that take part in a Kraken checksum, per side. */
export const CHECKSUM_LEVELS = 10;

/** Price and quantity as sent. */
export type TextLevel = readonly [price: string, qty: string];

/** One price with the quantities of its orders in queue order, as sent. */
export type TextQueue = readonly [price: string, quantities: readonly string[]];

/** A number as the checksum sees it: no point, no leading zeros. "0.05005" is "5005", "0.00000500" is "500". */
export function checksumToken(text: string): string {
  return text.replace('.', '').replace(/^0+/, '');
}

/** The text whose CRC-32 Kraken sends for an L2 book (v1 and v2): best ten asks, then best ten bids, both best first. */
export function krakenChecksumText(asks: readonly TextLevel[], bids: readonly TextLevel[]): string {
  const side = (levels: readonly TextLevel[]): string =>
    levels
      .slice(0, CHECKSUM_LEVELS)
      .map(([price, qty]) => checksumToken(price) + checksumToken(qty))
      .join('');
  return side(asks) + side(bids);
}

/** The same for single orders: every order of the best ten prices adds its price and its quantity. */
export function krakenL3ChecksumText(asks: readonly TextQueue[], bids: readonly TextQueue[]): string {
  const side = (queues: readonly TextQueue[]): string =>
    queues
      .slice(0, CHECKSUM_LEVELS)
      .flatMap(([price, quantities]) => quantities.map((qty) => checksumToken(price) + checksumToken(qty)))
      .join('');
  return side(asks) + side(bids);
}

/** CRC-32 of a checksum text. */
export function checksumOf(text: string): number {
  return crc32(Buffer.from(text, 'latin1'));
}
