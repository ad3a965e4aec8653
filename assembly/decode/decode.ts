// The door of the decoders: which one reads a frame is written in the feed's descriptor.
import {
  BOOK_FEED, DECODER_BINANCE_SPOT, DECODER_BINANCE_USDM, DECODER_COINBASE_ADVANCED, DECODER_COINBASE_EXCHANGE, DECODER_COINBASE_FULL,
  DECODER_GATEIO_FUTURES, DECODER_GATEIO_SPOT, DECODER_KRAKEN, DECODER_KRAKEN_L3, DECODER_MEXC_CONTRACT, DECODER_MEXC_SPOT, FEED_BYTES_IN, FEED_DECODER, FEED_FRAMES, INPUT_SLACK, STATUS_UNKNOWN,
} from '../memory/layout';
import { count } from '../memory/counters';
import { beginAnswer, input, inputBytes, readInPlace, readInputArea } from '../memory/thread';
import { decodeBinance, decodeBinanceSnapshot } from './binance';
import { decodeCoinbase } from './coinbase';
import { decodeCoinbaseAdvanced } from './coinbase-advanced';
import { decodeCoinbaseFull, decodeCoinbaseFullSnapshot } from './coinbase-full';
import { decodeGate, decodeGateSnapshot } from './gateio';
import { begin } from './json';
import { decodeKraken } from './kraken';
import { decodeKrakenL3 } from './kraken-l3';
import { beginLevels } from './levels';
import { decodeMexcContract, decodeMexcContractSnapshot } from './mexc-contract';
import { decodeMexcSpot, decodeMexcSpotSnapshot } from './mexc-spot';
import { beginNumbers } from './number';
import { failedBookFrame, oversizedFrame } from './outcome';

/** Makes the readers ready for the frame that ends at `end`, with zeros behind it. */
function beginFrame(end: usize): void {
  for (let at = end; at < end + INPUT_SLACK; at += 16) v128.store(at, i64x2(0, 0));
  beginAnswer();
  beginNumbers();
  beginLevels();
  begin(input);
}

/**
 * Decodes the frame of `length` bytes in this thread's input area: finds its book, checks its sequence, applies and publishes.
 * @returns STATUS_...; the thread's scratch says which books were touched and which trades read
 */
export function decode(feed: usize, length: i32): i32 {
  count(feed + FEED_FRAMES);
  count(feed + FEED_BYTES_IN, <f64>length);
  readInputArea();
  if (length <= 0 || length > inputBytes) return oversizedFrame(feed);
  const end = input + <usize>length;
  beginFrame(end);
  return decodeFrame(feed, end);
}

/** As `decode`, for a frame that lies where the socket has put it, at `from`: nothing is copied, and all bytes stay as they are. */
export function decodeInPlace(feed: usize, from: usize, length: i32): i32 {
  count(feed + FEED_FRAMES);
  count(feed + FEED_BYTES_IN, <f64>length);
  if (length <= 0 || !readInPlace(from, length)) return oversizedFrame(feed);
  const end = from + <usize>length;
  // The readers stop at zeros; what stands there belongs to the next message.
  const a = v128.load(end);
  const b = v128.load(end, 16);
  const c = v128.load(end, 32);
  const d = v128.load(end, 48);
  beginFrame(end);
  const status = decodeFrame(feed, end);
  v128.store(end, a);
  v128.store(end, b, 16);
  v128.store(end, c, 32);
  v128.store(end, d, 48);
  return status;
}

function decodeFrame(feed: usize, end: usize): i32 {
  const decoder = load<i32>(feed, FEED_DECODER);
  if (decoder == DECODER_BINANCE_SPOT) return decodeBinance(feed, end, false);
  if (decoder == DECODER_BINANCE_USDM) return decodeBinance(feed, end, true);
  if (decoder == DECODER_COINBASE_EXCHANGE) return decodeCoinbase(feed, end);
  if (decoder == DECODER_COINBASE_ADVANCED) return decodeCoinbaseAdvanced(feed, end);
  if (decoder == DECODER_COINBASE_FULL) return decodeCoinbaseFull(feed, end);
  if (decoder == DECODER_KRAKEN) return decodeKraken(feed, end);
  if (decoder == DECODER_KRAKEN_L3) return decodeKrakenL3(feed, end);
  if (decoder == DECODER_MEXC_SPOT) return decodeMexcSpot(feed, end);
  if (decoder == DECODER_MEXC_CONTRACT) return decodeMexcContract(feed, end);
  if (decoder == DECODER_GATEIO_SPOT) return decodeGate(feed, end, false);
  if (decoder == DECODER_GATEIO_FUTURES) return decodeGate(feed, end, true);
  return STATUS_UNKNOWN;
}

/** Reads the REST snapshot of `length` bytes in the input area into `book`. @returns STATUS_SNAPSHOT, or why not */
export function decodeSnapshot(book: usize, length: i32): i32 {
  const feed = <usize>load<u32>(book, BOOK_FEED);
  count(feed + FEED_BYTES_IN, <f64>length);
  readInputArea();
  if (length <= 0 || length > inputBytes) return oversizedFrame(feed);
  const end = input + <usize>length;
  beginFrame(end);
  const decoder = load<i32>(feed, FEED_DECODER);
  if (decoder == DECODER_BINANCE_SPOT || decoder == DECODER_BINANCE_USDM) return decodeBinanceSnapshot(feed, book, end);
  if (decoder == DECODER_COINBASE_FULL) return decodeCoinbaseFullSnapshot(feed, book, end);
  if (decoder == DECODER_MEXC_SPOT) return decodeMexcSpotSnapshot(feed, book, end);
  if (decoder == DECODER_MEXC_CONTRACT) return decodeMexcContractSnapshot(feed, book, end);
  if (decoder == DECODER_GATEIO_SPOT || decoder == DECODER_GATEIO_FUTURES) return decodeGateSnapshot(feed, book, end);
  return failedBookFrame(feed, book);
}
