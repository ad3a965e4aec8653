import { describe, expect, test } from 'vitest';
import {
  STATE_SYNCED,
  STATUS_APPLIED,
  STATUS_CHECKSUM,
  STATUS_CROSSED,
  STATUS_EVENT,
  STATUS_SNAPSHOT,
} from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { corrupt, HARMLESS, rewrite } from '../frames/corrupt.js';
import type { FrameStream } from '../frames/frame-stream.js';
import { STREAMS } from '../frames/index.js';
import { viewOf } from '../twin/compare.js';
import { type TwinResult, TwinSession } from '../twin/session.js';

function sessionOf(stream: FrameStream): TwinSession {
  const specs = stream.instruments.map((spec) => ({
    ...spec,
    capacity: 2000,
    depth: stream.depth,
    rule: stream.rule,
    isL3: stream.isL3,
  }));
  return new TwinSession(stream.decoder, specs);
}

function feed(session: TwinSession, frame: FrameStream['frames'][number], bytes = frame.bytes): TwinResult[] {
  return frame.kind === 'rest' ? [session.snapshot(frame.symbol, bytes)] : session.frame(bytes);
}

const WANTED = {
  rest: STATUS_SNAPSHOT,
  snapshot: STATUS_SNAPSHOT,
  delta: STATUS_APPLIED,
  trades: STATUS_EVENT,
  ticker: STATUS_EVENT,
  mark: STATUS_EVENT,
};

describe.each(Object.keys(STREAMS))('generated stream %s', (name) => {
  const make = STREAMS[name];
  const stream = (seed: number, frames = 300): FrameStream => make?.({ seed, frames, levels: 60 }) ?? expect.unreachable();

  // Goal: the frames are what they claim to be, with no gap, no bad checksum and no crossed book on the way.
  test('is followed without a complaint', () => {
    const generated = stream(1);
    const session = sessionOf(generated);
    for (const frame of generated.frames) {
      const statuses = feed(session, frame).map(({ status }) => status);
      const wanted = frame.kind === 'other' ? STATUS_APPLIED : WANTED[frame.kind];
      expect({ text: frame.bytes.toString('latin1'), status: statuses[0] }).toEqual({
        text: frame.bytes.toString('latin1'),
        status: wanted,
      });
    }
    for (const { symbol } of generated.instruments) {
      const { state, bids, asks } = viewOf(session.book(symbol));
      expect([state, bids.length > 0, asks.length > 0]).toEqual([STATE_SYNCED, true, true]);
    }
  });

  test('is the same for the same seed', () => {
    const bytes = (seed: number): string => Buffer.concat(stream(seed, 50).frames.map((frame) => frame.bytes)).toString('latin1');
    expect(bytes(7)).toBe(bytes(7));
    expect(bytes(7)).not.toBe(bytes(8));
  });

  // Goal: key order and white space mean nothing. Method: the rewritten stream ends in the same books.
  test('means the same when it is written differently', () => {
    const generated = stream(2, 120);
    const random = new SeededRandom(99);
    const [plain, rewritten] = [sessionOf(generated), sessionOf(generated)];
    for (const frame of generated.frames) {
      expect(feed(rewritten, frame, rewrite(frame.bytes, random))).toEqual(feed(plain, frame));
    }
    for (const { symbol } of generated.instruments) expect(viewOf(rewritten.book(symbol))).toEqual(viewOf(plain.book(symbol)));
  });

  // Goal: nothing a frame holds makes the referee throw, and a frame that is refused changes no levels.
  test('can be damaged in any way', () => {
    const generated = stream(3, 200);
    const random = new SeededRandom(5);
    const session = sessionOf(generated);
    for (const frame of generated.frames) {
      const before = generated.instruments.map(({ symbol }) => viewOf(session.book(symbol)));
      const results = feed(session, frame, corrupt(frame.bytes, random));
      expect(results.length).toBeGreaterThanOrEqual(0);
      if (
        results.some(
          ({ status }) =>
            status === STATUS_APPLIED || status === STATUS_SNAPSHOT || status === STATUS_CROSSED || status === STATUS_CHECKSUM,
        )
      )
        continue;
      generated.instruments.forEach(({ symbol }, index) => {
        const after = viewOf(session.book(symbol));
        expect([after.bids, after.asks, after.sequence]).toEqual([
          before[index]?.bids,
          before[index]?.asks,
          before[index]?.sequence,
        ]);
      });
    }
  });
});

test('every harmless rewriting leaves frames that are not JSON alone', () => {
  const frame = Buffer.from([0x0a, 0x03, 0x61, 0x62, 0x63]);
  for (const mutation of Object.values(HARMLESS)) expect(mutation(frame, new SeededRandom(1))).toEqual(frame);
});
