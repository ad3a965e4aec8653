import { type FrameHandler, FrameReader } from '../../src/transport/frame-reader.js';

/** An unmasked frame as a server sends it. */
export function serverFrame(opcode: number, payload: Uint8Array, final = true): Buffer {
  const length = payload.length;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = (final ? 0x80 : 0) | opcode;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

/** What a reader told its handler, bytes copied, as text that compares and prints well. */
export type FrameEvent = readonly [kind: string, ...facts: (string | number | boolean)[]];

/** A handler that writes down all it is told. */
export class FrameRecorder implements FrameHandler {
  readonly events: FrameEvent[] = [];
  /** Messages that were handed over without a copy. */
  inPlace = 0;

  constructor(private readonly receiveBuffer: Uint8Array) {}

  onMessage(bytes: Uint8Array, start: number, end: number, binary: boolean): void {
    if (bytes === this.receiveBuffer) this.inPlace++;
    this.events.push(['message', binary, hex(bytes, start, end)]);
  }

  onPing(bytes: Uint8Array, start: number, end: number): void {
    this.events.push(['ping', hex(bytes, start, end)]);
  }

  onCloseFrame(code: number, text: string): void {
    this.events.push(['close', code, text]);
  }

  onViolation(code: number, text: string): void {
    this.events.push(['violation', code, text]);
  }
}

/** Feeds the stream through one reused buffer, cut into chunks of the given sizes, used in turn. */
export function readInChunks(stream: Uint8Array, sizes: readonly number[], messageBytesMax = 1 << 20): FrameRecorder {
  const buffer = new Uint8Array(Math.max(...sizes));
  const recorder = new FrameRecorder(buffer);
  const reader = new FrameReader(recorder, messageBytesMax);
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const chunk = stream.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
    const start = Math.min(turn % 3, buffer.length - chunk.length); // a chunk need not begin where the buffer does
    buffer.set(chunk, start);
    reader.push(buffer, start, start + chunk.length);
    buffer.fill(0xee);
    at += chunk.length;
  }
  return recorder;
}

function hex(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString('hex');
}
