import { describe, expect, test } from 'vitest';
import { type FrameHandler, FrameReader } from '../../src/transport/frame-reader.js';
import { FrameRecorder, readInChunks, serverFrame } from './frames.js';

const text = (value: string) => serverFrame(1, Buffer.from(value));
const closeFrame = (code: number, reason = '') =>
  serverFrame(8, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));

describe('in place', () => {
  test('all messages that lie whole in a chunk are handed over without a copy, in one go', () => {
    const stream = Buffer.concat([
      text('one'),
      serverFrame(2, Buffer.alloc(760)),
      text('three'),
      serverFrame(1, Buffer.alloc(60_000)),
    ]);
    const recorder = new FrameRecorder(stream);
    new FrameReader(recorder, 65_536).push(stream, 0, stream.length);
    expect(recorder.events).toHaveLength(4);
    expect(recorder.inPlace).toBe(4);
  });

  test('a message cut by the end of the chunk is assembled, and the next ones are in place again', () => {
    const stream = Buffer.concat([text('first'), text('second'), text('third')]);
    const buffer = new Uint8Array(64);
    const recorder = new FrameRecorder(buffer);
    const reader = new FrameReader(recorder, 100);
    buffer.set(stream.subarray(0, 10));
    reader.push(buffer, 0, 10);
    buffer.set(stream.subarray(10));
    reader.push(buffer, 0, stream.length - 10);
    expect(recorder.events.map(([, , hex]) => Buffer.from(String(hex), 'hex').toString())).toEqual(['first', 'second', 'third']);
    expect(recorder.inPlace).toBe(2);
  });
});

describe('violations', () => {
  const cases: [name: string, stream: Buffer, code: number, text: RegExp][] = [
    ['RSV1', Buffer.from([0xc1, 0x00]), 1002, /reserved bit/],
    ['RSV3', Buffer.from([0x91, 0x00]), 1002, /reserved bit/],
    ['data opcode 3', Buffer.from([0x83, 0x00]), 1002, /opcode 3/],
    ['control opcode 11', Buffer.from([0x8b, 0x00]), 1002, /opcode 11/],
    ['masked', Buffer.from([0x81, 0x80]), 1002, /masked/],
    ['masked, with a 16-bit length', Buffer.from([0x81, 0xfe]), 1002, /masked/],
    ['fragmented ping', Buffer.from([0x09, 0x00]), 1002, /fragmented/],
    ['ping of 126 bytes', Buffer.from([0x89, 126]), 1002, /longer than 125/],
    ['continuation of nothing', Buffer.from([0x80, 0x00]), 1002, /without a message/],
    [
      'text inside a message',
      Buffer.concat([serverFrame(1, Buffer.alloc(3), false), serverFrame(1, Buffer.alloc(3))]),
      1002,
      /new message/,
    ],
    ['64-bit length with the sign bit', Buffer.from([0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 1]), 1002, /highest bit/],
    ['64-bit length past 2^53', Buffer.from([0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255]), 1009, /limit is 1000/],
    ['message over the limit', serverFrame(1, Buffer.alloc(1_001)), 1009, /at least 1001 bytes, the limit is 1000/],
    [
      'fragments over the limit',
      Buffer.concat([serverFrame(1, Buffer.alloc(600), false), serverFrame(0, Buffer.alloc(401))]),
      1009,
      /at least 1001/,
    ],
    ['close frame of one byte', serverFrame(8, Buffer.alloc(1)), 1002, /valid code/],
    ['close code 1005', closeFrame(1005), 1002, /valid code/],
    ['close code 999', closeFrame(999), 1002, /valid code/],
    ['close code 2000', closeFrame(2000), 1002, /valid code/],
  ];
  test.each(cases)('%s', (_name, stream, code, pattern) => {
    for (const size of [stream.length, 1]) {
      const after = Buffer.concat([stream, text('never read')]);
      const { events } = readInChunks(after, [size], 1_000);
      expect(events).toEqual([['violation', code, expect.stringMatching(pattern)]]);
    }
  });

  test('a message of exactly the limit passes', () => {
    expect(readInChunks(serverFrame(1, Buffer.alloc(1_000)), [77], 1_000).events).toHaveLength(1);
  });
});

describe('close', () => {
  test.each([1000, 1001, 1003, 1007, 1012, 3000, 4999])('code %i with its reason ends the reading', (code) => {
    expect(readInChunks(Buffer.concat([closeFrame(code, 'bye ✓'), text('late')]), [5]).events).toEqual([
      ['close', code, 'bye ✓'],
    ]);
  });

  test('a close frame without a code is 1005', () => {
    expect(readInChunks(serverFrame(8, Buffer.alloc(0)), [2]).events).toEqual([['close', 1005, '']]);
  });
});

test('stop() within a message ends the reading of the same chunk', () => {
  const stream = Buffer.concat([text('a'), text('b'), text('c')]);
  let count = 0;
  const ignore = () => {};
  const handler: FrameHandler = {
    onMessage: () => ++count === 2 && reader.stop(),
    onPing: ignore,
    onCloseFrame: ignore,
    onViolation: ignore,
  };
  const reader = new FrameReader(handler, 100);
  reader.push(stream, 0, stream.length);
  expect(count).toBe(2);
});
