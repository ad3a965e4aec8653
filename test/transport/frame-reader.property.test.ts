import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OPCODE_BINARY, OPCODE_CONTINUATION, OPCODE_PING, OPCODE_PONG, OPCODE_TEXT } from '../../src/transport/frame-reader.js';
import { type FrameEvent, readInChunks, serverFrame } from './frames.js';

/** Lengths round every change of the header's form, and ordinary ones. */
const payload = fc
  .oneof(fc.nat({ max: 300 }), fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, 70_000))
  .chain((length) => fc.nat({ max: 255 }).map((seed) => Uint8Array.from({ length }, (_, i) => (seed + i * 7) & 255)));
const control = fc.record({ ping: fc.boolean(), payload: fc.uint8Array({ maxLength: 125 }) });
const message = fc.record({
  binary: fc.boolean(),
  payload,
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  controls: fc.array(control, { maxLength: 3 }),
});
const chunkSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 70_000 })), {
  minLength: 1,
  maxLength: 6,
});

/** The wire form of a message in fragments, with control frames between them, and what a reader must make of it. */
function encode({ binary, payload, cuts, controls }: typeof message extends fc.Arbitrary<infer T> ? T : never) {
  const bounds = [0, ...cuts.map((cut) => Math.floor(cut * payload.length)).sort((a, b) => a - b), payload.length];
  const frames: Buffer[] = [];
  const events: FrameEvent[] = [];
  for (let i = 0; i + 1 < bounds.length; i++) {
    const opcode = i > 0 ? OPCODE_CONTINUATION : binary ? OPCODE_BINARY : OPCODE_TEXT;
    frames.push(serverFrame(opcode, payload.subarray(bounds[i], bounds[i + 1]), i + 2 === bounds.length));
    const between = i + 2 === bounds.length ? undefined : controls[i];
    if (between === undefined) continue;
    frames.push(serverFrame(between.ping ? OPCODE_PING : OPCODE_PONG, between.payload));
    if (between.ping) events.push(['ping', Buffer.from(between.payload).toString('hex')]);
  }
  events.push(['message', binary, Buffer.from(payload).toString('hex')]);
  return { stream: Buffer.concat(frames), events };
}

// Goal: neither the fragmentation of messages nor the chunking of bytes changes what is read.
test('any messages, fragments and chunks give the same messages', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), chunkSizes, (messages, sizes) => {
      const parts = messages.map(encode);
      const recorder = readInChunks(Buffer.concat(parts.map((part) => part.stream)), sizes);
      expect(recorder.events).toEqual(parts.flatMap((part) => part.events));
    }),
    { numRuns: 300 },
  );
});

// Goal: hostile bytes end in at most one violation, whatever the chunking, and never in an exception.
test('any bytes give the same events in any chunking', () => {
  // Bytes that often form valid headers reach deeper than uniform ones.
  const byte = fc.oneof(
    fc.constantFrom(0x81, 0x82, 0x01, 0x00, 0x80, 0x88, 0x89, 0x8a, 126, 127),
    fc.nat({ max: 9 }),
    fc.nat({ max: 255 }),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 200 }), chunkSizes, (bytes, sizes) => {
      const stream = Uint8Array.from(bytes);
      const whole = readInChunks(stream, [Math.max(1, stream.length)], 1_000).events;
      expect(readInChunks(stream, sizes, 1_000).events).toEqual(whole);
      const ends = whole.findIndex(([kind]) => kind === 'violation' || kind === 'close');
      expect(ends === -1 || ends === whole.length - 1).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

// Method: every cut of one stream that holds each kind of frame.
test('a stream cut at every boundary gives the same messages', () => {
  const stream = Buffer.concat([
    serverFrame(OPCODE_TEXT, Buffer.from('first')),
    serverFrame(OPCODE_BINARY, Buffer.alloc(300, 1)),
    serverFrame(OPCODE_PING, Buffer.from('are you there')),
    serverFrame(OPCODE_TEXT, Buffer.from('sec'), false),
    serverFrame(OPCODE_PONG, Buffer.alloc(0)),
    serverFrame(OPCODE_CONTINUATION, Buffer.from('ond')),
    serverFrame(OPCODE_TEXT, Buffer.alloc(0)),
  ]);
  const whole = readInChunks(stream, [stream.length]);
  expect(whole.events.map(([kind]) => kind)).toEqual(['message', 'message', 'ping', 'message', 'message']);
  for (let cut = 1; cut < stream.length; cut++) expect(readInChunks(stream, [cut, stream.length]).events).toEqual(whole.events);
});
