import { expect } from 'vitest';
import { STATE_PRECISION } from '../../assembly/memory/layout.js';
import { readData } from '../property/captured.js';
import { Replay, type ReplayedBook } from './replay.js';

interface ExpectedBook {
  readonly lastSequence: number;
  readonly bidLevels: number;
  readonly askLevels: number;
  readonly bestBid: readonly [string, string];
  readonly bestAsk: readonly [string, string];
  readonly topDigest: { readonly lines: number; readonly hex: string };
}

/**
 * Replays a session and holds the end of each book against the file of expected results.
 * @param tooFine symbols whose quantities no scale can hold within 2^53 units: their books must say so
 * @returns the replay, for more questions
 */
export function expectSession(decoder: number, capture: string, tooFine: readonly string[] = []): Replay {
  const expected = JSON.parse(readData(`captures/expected/${capture}.json`).toString()) as {
    symbols: Record<string, { book: ExpectedBook }>;
  };
  const symbols = Object.keys(expected.symbols);
  expect(symbols.length).toBeGreaterThan(0);
  const replay = new Replay(decoder, capture, symbols);
  for (const symbol of symbols) {
    if (tooFine.includes(symbol)) expect(replay.feed.copy(symbol).state).toBe(STATE_PRECISION);
    else expect({ symbol, ...replay.result(symbol) }).toEqual({ symbol, ...wanted(expected.symbols[symbol]?.book) });
  }
  return replay;
}

function wanted(book: ExpectedBook | undefined): ReplayedBook | undefined {
  if (book === undefined) return undefined;
  const { lastSequence, bidLevels, askLevels, topDigest } = book;
  const plain = ([price, qty]: readonly [string, string]): [string, string] => [plainDecimal(price), plainDecimal(qty)];
  return {
    lastSequence,
    bidLevels,
    askLevels,
    bestBid: plain(book.bestBid),
    bestAsk: plain(book.bestAsk),
    topDigest: { lines: topDigest.lines, hex: topDigest.hex },
  };
}

function plainDecimal(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
