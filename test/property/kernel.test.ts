import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/domain/random.js';
import { corrupt, rewrite } from '../frames/corrupt.js';
import type { GeneratedFrame } from '../frames/frame-stream.js';
import { STREAMS } from '../frames/index.js';
import { Duel, type Round } from './duel.js';

/** What a reader of a failed test needs to see. */
function told({ symbol, agreement, status, refereeStatuses, kernel, referee }: Round, frame: Buffer, bytes: Buffer): string {
  const states = `kernel status ${status} state ${kernel.state} sequence ${kernel.sequence}`;
  const wanted = `referee statuses ${refereeStatuses.join()} state ${referee.state} sequence ${referee.sequence}`;
  const changedAt = bytes.findIndex((byte, index) => byte !== frame[index]);
  const part = bytes.subarray(Math.max(0, changedAt - 60), changedAt < 0 ? 400 : changedAt + 60).toString('latin1');
  return `${symbol} ${agreement}: ${states}; ${wanted}; from byte ${changedAt}, near ${JSON.stringify(part)}`;
}

// Goal: the kernel's books are the referee's, or flagged. `npm run fuzz` does the same for longer and with recorded frames.
describe.each(Object.entries(STREAMS))('kernel against the referee: %s', (_, make) => {
  test('a clean stream gives the same books', () => {
    const stream = make({ seed: 1, frames: 200, levels: 60 });
    const duel = new Duel(stream);
    for (const frame of stream.frames) {
      const unequal = duel.play(frame).filter(({ agreement }) => agreement !== 'equal');
      expect(unequal.map((round) => told(round, frame.bytes, frame.bytes))).toEqual([]);
    }
  });

  test('a rewritten stream gives the same books', () => {
    const stream = make({ seed: 2, frames: 100, levels: 60 });
    const duel = new Duel(stream);
    const random = new SeededRandom(2);
    for (const frame of stream.frames) {
      const bytes = rewrite(frame.bytes, random);
      const unequal = duel.play(frame, bytes).filter(({ agreement }) => agreement !== 'equal');
      expect(unequal.map((round) => told(round, frame.bytes, bytes))).toEqual([]);
    }
  });

  // Method: before each frame two damaged copies of it; after each, both sides are brought back by the frames so far.
  test.each([
    { seed: 1, capacity: 500 },
    { seed: 2, capacity: 12 },
  ])('damaged frames never give a wrong book (seed $seed, $capacity levels)', ({ seed, capacity }) => {
    const stream = make({ seed, frames: 40, levels: 20, changes: 4 });
    const duel = new Duel(stream, capacity);
    const random = new SeededRandom(seed);
    const history: GeneratedFrame[] = [];
    const wrong: string[] = [];
    for (const frame of stream.frames) {
      for (let copy = 0; copy < 2; copy++) {
        const bytes = corrupt(frame.bytes, random);
        const rounds = duel.play(frame, bytes);
        wrong.push(
          ...rounds
            .filter(({ agreement }) => agreement === 'wrong' || agreement === 'missed')
            .map((round) => told(round, frame.bytes, bytes)),
        );
        for (const { symbol } of stream.instruments) duel.restore(symbol, history);
      }
      history.push(frame);
      duel.play(frame);
    }
    expect(wrong).toEqual([]);
  });
});
