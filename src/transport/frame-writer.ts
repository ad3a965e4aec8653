import { CONTROL_PAYLOAD_BYTES_MAX, OPCODE_TEXT } from './frame-reader.js';

/** Gives `size` unpredictable bytes. RFC 6455 wants a fresh one for every frame, so that no page can shape a client's traffic. */
export type RandomBytes = (size: number) => Uint8Array;

/** Bytes that are drawn at once, as one draw costs as much as writing a frame. */
const STOCK_BYTES = 4_096;

/** The same bytes from a stock, each given out once. What is given stays as it is until the next is asked for. */
export function stocked(randomBytes: RandomBytes): RandomBytes {
  let stock: Uint8Array = new Uint8Array(0);
  let given = 0;
  return (size) => {
    if (given + size > stock.length) {
      stock = randomBytes(Math.max(size, STOCK_BYTES));
      given = 0;
    }
    given += size;
    return stock.subarray(given - size, given);
  };
}

const FINAL = 0x80;
const MASKED = 0x80;
const KEY_BYTES = 4;
/** The most bytes of a client's control frame: header, mask key, payload. */
export const CONTROL_FRAME_BYTES_MAX = 2 + KEY_BYTES + CONTROL_PAYLOAD_BYTES_MAX;

/** A whole text message as one masked frame. */
export function encodeText(text: string, randomBytes: RandomBytes): Buffer {
  const length = Buffer.byteLength(text);
  const payload = (length < 126 ? 2 : length < 65_536 ? 4 : 10) + KEY_BYTES;
  const frame = Buffer.allocUnsafe(payload + length);
  frame[0] = FINAL | OPCODE_TEXT;
  if (length < 126) {
    frame[1] = MASKED | length;
  } else if (length < 65_536) {
    frame[1] = MASKED | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = MASKED | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, payload);
  mask(frame, payload, length, randomBytes);
  return frame;
}

/**
 * Writes a masked control frame to the beginning of `frame`, which has room for CONTROL_FRAME_BYTES_MAX bytes.
 * @returns its length
 */
export function encodeControl(
  frame: Uint8Array,
  opcode: number,
  payload: Uint8Array,
  payloadBytes: number,
  randomBytes: RandomBytes,
): number {
  const start = 2 + KEY_BYTES;
  frame[0] = FINAL | opcode;
  frame[1] = MASKED | payloadBytes;
  for (let i = 0; i < payloadBytes; i++) frame[start + i] = payload[i] as number;
  mask(frame, start, payloadBytes, randomBytes);
  return start + payloadBytes;
}

/** Puts a fresh key before the payload and applies it. */
function mask(frame: Uint8Array, start: number, length: number, randomBytes: RandomBytes): void {
  const key = randomBytes(KEY_BYTES);
  for (let i = 0; i < KEY_BYTES; i++) frame[start - KEY_BYTES + i] = key[i] as number;
  for (let i = 0; i < length; i++) frame[start + i] = (frame[start + i] as number) ^ (key[i & 3] as number);
}
