// Raw feeds of Tardis.dev as recordings of frames. Tardis keeps what the exchange sent, untouched, and adds books that its recorder asked
// for over REST, in frames of their own ("generated"). These become the HTTP answers that they were, so that the session joins them with
// the stream by the venue's own rule.
import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { InvalidInputError } from '../../domain/errors.js';
import type { Catalogue } from '../../history/catalogue.js';
import { readSlices, sliceFiles } from '../../history/fetch/tardis-slices.js';
import type { ImportReport } from '../../history/import/importer.js';
import { importFrames } from './capture-import.js';
import type { CaptureRecord } from './format.js';
import type { FrameSource, RecordedEvent } from './frame-source.js';
import { isObject, tryParse } from './json.js';

/** How the messages of one of Tardis' exchanges are to be read. */
interface RawFeed {
  /** Where its messages came over; the decoder is found by it. */
  readonly connection: string;
  /** What the recorder sent first, where the messages do not say what was subscribed to. */
  readonly subscription?: string;
  /** What a generated frame is called, and the answer that it was. */
  readonly generated?: GeneratedFrames;
}

interface GeneratedFrames {
  readonly mark: string;
  answer(message: Readonly<Record<string, unknown>>): Answer | undefined;
}

interface Answer {
  readonly url: string;
  readonly body: unknown;
}

function binanceDepth(path: string): GeneratedFrames {
  return {
    mark: '@depthSnapshot"',
    answer: ({ stream, data }) =>
      typeof stream === 'string' && isObject(data)
        ? { url: `${path}?symbol=${(stream.split('@')[0] ?? '').toUpperCase()}`, body: data }
        : undefined,
  };
}

/** By Tardis' own names. What Tardis calls "mexc" (spot) is decoded by Tardis and no longer as the venue sent it. */
const RAW_FEEDS: Readonly<Record<string, RawFeed>> = {
  binance: {
    connection: 'wss://stream.binance.com:9443/stream',
    generated: binanceDepth('https://api.binance.com/api/v3/depth'),
  },
  'binance-futures': {
    connection: 'wss://fstream.binance.com/stream',
    generated: binanceDepth('https://fapi.binance.com/fapi/v1/depth'),
  },
  coinbase: {
    connection: 'wss://ws-feed.exchange.coinbase.com',
    generated: {
      mark: '"full_snapshot"',
      answer: (message) =>
        typeof message['product_id'] === 'string'
          ? { url: `https://api.exchange.coinbase.com/products/${message['product_id']}/book?level=3`, body: message }
          : undefined,
    },
  },
  kraken: {
    connection: 'wss://ws.kraken.com',
    // Tardis asks for the deepest book; books of the second interface do not say how deep they are.
    subscription: '{"method":"subscribe","params":{"channel":"book","depth":1000}}',
  },
  'gate-io': { connection: 'wss://api.gateio.ws/ws/v4/' },
  'gate-io-futures': { connection: 'wss://fx-ws.gateio.ws/v4/ws/usdt' },
  'mexc-futures': { connection: 'wss://contract.mexc.com/edge' },
};

/**
 * Brings the slices of one day of a raw feed into a catalogue, as one recording: quotes, books and trades as of captures. Slices that are
 * missing between two are a lost connection. When more slices of the day are there later, the day replaces itself.
 * @param folder as `TardisClient.downloadFeeds` leaves it: <exchange>-<filters>/<date>
 * @throws InvalidInputError for an exchange whose messages are not decoded, or files that are no slices
 */
export async function importRawDay(catalogue: Catalogue, folder: string): Promise<ImportReport> {
  const feed = basename(dirname(folder));
  const hash = createHash('sha256')
    .update(`${feed} ${basename(folder)}`)
    .digest('hex')
    .slice(0, 16);
  return importFrames(catalogue, rawDaySource(folder), hash);
}

/** The slices of a day as a recording of frames; see `importRawDay`. */
function rawDaySource(folder: string): FrameSource {
  const exchange = /^(.+)-[0-9a-f]{12}$/.exec(basename(dirname(folder)))?.[1] ?? '';
  const feed = RAW_FEEDS[exchange];
  if (feed === undefined) {
    const known = Object.keys(RAW_FEEDS).join(', ');
    throw new InvalidInputError(
      exchange === ''
        ? `${folder} is in no folder of a raw feed, such as binance-0123456789ab`
        : `raw feeds of ${exchange} are not decoded; known are ${known}`,
      { folder },
    );
  }
  return { path: folder, name: exchange, format: 'Tardis raw feed', read: () => readDay(folder, feed) };
}

async function* readDay(folder: string, feed: RawFeed): AsyncGenerator<RecordedEvent> {
  const { connection, subscription } = feed;
  const shared = { kind: 'ws', conn: connection, url: null } as const;
  let line = 0;
  for await (const event of readSlices(await sliceFiles(folder))) {
    if (event.kind === 'disconnect') {
      yield { line, record: null };
      continue;
    }
    const t = event.localUs / 1000;
    if (line++ === 0 && subscription !== undefined) yield { line: 0, record: { ...shared, t, dir: 'out', raw: subscription } };
    yield { line, record: answerOf(feed, t, event.raw) ?? { ...shared, t, dir: 'in', raw: event.raw } };
  }
}

function answerOf({ generated, connection }: RawFeed, t: number, raw: string): CaptureRecord | undefined {
  if (generated === undefined || !raw.includes(generated.mark)) return undefined;
  const message = tryParse(raw);
  const answer = isObject(message) ? generated.answer(message) : undefined;
  if (answer === undefined) return undefined;
  return { t, dir: 'in', kind: 'http', conn: connection, url: answer.url, raw: JSON.stringify(answer.body) };
}
