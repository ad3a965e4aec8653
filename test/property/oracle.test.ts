import { Decimal } from 'decimal.js';
import { describe, expect, test } from 'vitest';
import { CHECKSUM_REPORT, DECODER_KRAKEN } from '../../assembly/memory/layout.js';
import { checksumOf, krakenChecksumText, krakenL3ChecksumText, type TextLevel, type TextQueue } from '../twin/kraken-checksum.js';
import {
  type AmountMode,
  crossVenueTouch,
  depthWithin,
  imbalance,
  microprice,
  pressure,
  slippage,
  type TakerSide,
  type TextBook,
  type TouchVenue,
  takenSide,
  walk,
} from '../twin/pricing.js';
import { TwinSession } from '../twin/session.js';
import { dataFolder, readData } from './captured.js';

type Tolerance = 'exact' | { readonly rel: number; readonly abs: number; readonly fields?: Readonly<Record<string, Tolerance>> };

interface Case<Input> {
  readonly name: string;
  readonly input: Input;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly tolerance: Tolerance;
}

interface Family<Input> {
  readonly books?: Readonly<Record<string, TextBook>>;
  readonly cases: readonly Case<Input>[];
}

interface WalkInput {
  readonly type?: string;
  readonly book: string;
  readonly side: TakerSide;
  readonly mode: AmountMode;
  readonly amount: string;
  readonly reference: 'mid' | 'best';
  readonly pct: string;
  readonly levels: number;
}

function family<Input>(name: string): Family<Input> {
  return JSON.parse(readData(`oracle/pricing/${name}.json`).toString('utf8')) as Family<Input>;
}

/** Differences between a result and what a reference expects, under its tolerance. */
function differences(got: unknown, wanted: unknown, tolerance: Tolerance, path: string): string[] {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(got) || got.length !== wanted.length) return [`${path}: length`];
    return wanted.flatMap((item, index) => differences(got[index], item, tolerance, `${path}[${index}]`));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    return Object.entries(wanted).flatMap(([key, value]) => {
      const field = tolerance === 'exact' ? undefined : tolerance.fields?.[key];
      const own =
        field === undefined || field === 'exact' || tolerance === 'exact' ? field : { ...field, fields: tolerance.fields ?? {} };
      return differences((got as Record<string, unknown> | null)?.[key], value, own ?? tolerance, `${path}.${key}`);
    });
  }
  if (got instanceof Decimal && typeof wanted === 'string') {
    const allowed =
      tolerance === 'exact' ? new Decimal(0) : Decimal.max(tolerance.abs, new Decimal(wanted).abs().times(tolerance.rel));
    return got.minus(wanted).abs().lte(allowed) ? [] : [`${path}: ${got.toString()} is not ${wanted}`];
  }
  return got === wanted ? [] : [`${path}: ${String(got)} is not ${String(wanted)}`];
}

function check<Input>(cases: readonly Case<Input>[], compute: (input: Input) => unknown): void {
  const found = cases.flatMap(({ name, input, expected, tolerance }) => {
    const got = compute(input);
    return differences(typeof got === 'string' ? { error: got } : got, expected, tolerance, name);
  });
  expect(cases.length).toBeGreaterThan(0);
  expect(found).toEqual([]);
}

// Goal: the pricing and checksum twins agree with references that were computed independently of them.
describe.skipIf(dataFolder === undefined)('twins against the reference results', () => {
  test('vwap', () => {
    const { books = {}, cases } = family<WalkInput>('vwap');
    check(cases, ({ book, side, mode, amount }) => walk(takenSide(books[book] ?? { bids: [], asks: [] }, side), mode, amount));
  });

  test('impact', () => {
    const { books = {}, cases } = family<WalkInput>('impact');
    check(cases, (input) => {
      const book = books[input.book] ?? { bids: [], asks: [] };
      switch (input.type) {
        case 'slippage':
          return slippage(book, input.side, input.mode, input.amount);
        case 'depth':
          return depthWithin(book, input.reference, input.pct);
        case 'imbalance':
          return { value: imbalance(book, input.levels) };
        case 'microprice':
          return { value: microprice(book, input.levels) };
        default:
          return { value: pressure(book, input.levels) };
      }
    });
  });

  // The sized profits belong to another part of the project; every case has a touch.
  test('cross venue, at the touch', () => {
    const { cases } = family<{ readonly venues: readonly TouchVenue[] }>('cross_venue');
    const touches = cases.map((each) => ({ ...each, expected: { best: each.expected.best, pairs: each.expected.pairs } }));
    check(touches, ({ venues }) => crossVenueTouch(venues));
  });

  test('kraken checksums', () => {
    const { cases } = family<KrakenInput>('kraken_crc');
    check(cases, (input) => {
      if (input.type === 'replay') return replay(input);
      const text =
        input.type === 'l3' ? krakenL3ChecksumText(input.asks, input.bids) : krakenChecksumText(input.asks, input.bids);
      return { crc: checksumOf(text), text };
    });
  });
});

type KrakenInput =
  | { readonly type: 'book'; readonly asks: readonly TextLevel[]; readonly bids: readonly TextLevel[] }
  | { readonly type: 'l3'; readonly asks: readonly TextQueue[]; readonly bids: readonly TextQueue[] }
  | ReplayInput;

interface ReplayInput {
  readonly type: 'replay';
  readonly depth: number;
  readonly priceDecimals: number;
  readonly qtyDecimals: number;
  readonly frames: readonly string[];
}

/** Runs the frames through a session that counts bad checksums and goes on, as the reference does. */
function replay({ depth, priceDecimals, qtyDecimals, frames }: ReplayInput): unknown {
  const symbol = /"symbol":"([^"]+)"/.exec(frames[0] ?? '')?.[1] ?? '';
  const scales = { priceScale: priceDecimals, qtyScale: qtyDecimals };
  const session = new TwinSession(DECODER_KRAKEN, [
    { symbol, ...scales, capacity: depth * 4, depth, checksumPolicy: CHECKSUM_REPORT },
  ]);
  const book = session.book(symbol);
  const crc: number[] = [];
  const match: boolean[] = [];
  for (const frame of frames) {
    const badBefore = book.counters.checksumBad;
    session.frame(Buffer.from(frame));
    match.push(book.counters.checksumBad === badBefore);
    crc.push(checksumOf(book.checksumTexts()[0] ?? ''));
  }
  const texts = (side: 'bid' | 'ask'): string[][] =>
    book
      .ladder(side)
      .top(10)
      .map(({ priceText, qtyText }) => [priceText, qtyText]);
  return { crc, match, final: { asks: texts('ask'), bids: texts('bid') } };
}
