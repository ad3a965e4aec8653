// Trades of Gate.io: one object on spot, a list of them on futures, where a negative size means that the taker sold.
import { BOOK_PRICE_SCALE, BOOK_QTY_SCALE } from '../memory/layout';
import { findSymbol } from '../memory/symbols';
import { eventCount } from '../memory/thread';
import { commitTrades, listTrade } from './events';
import {
  at, fail, failed, firstElement, firstKey, keyOf, nextElement, nextKey, peek, readText, resumeAt, skipValue, text, textIs,
  textLength,
} from './json';
import { countAt, once, plainAt, textAt, unitsAt } from './noted';
import { failedEventFrame, unknownSymbol } from './outcome';
import { unitsOfText } from './protobuf';

const ID = keyOf('id');
const CREATE_TIME = keyOf('create_time');
const CREATE_TIME_MS = keyOf('create_time_ms');
const PRICE = keyOf('price');
const SPOT_SYMBOL = keyOf('currency_pair');
const SPOT_SIDE = keyOf('side');
const SPOT_AMOUNT = keyOf('amount');
const FUTURES_SYMBOL = keyOf('contract');
const FUTURES_SIZE = keyOf('size');

const BUY = keyOf('buy');
const SELL = keyOf('sell');

let unknownTrades: bool;

/** Reads one trade. One of a symbol that is not ours is passed over. */
function readTrade(feed: usize, futures: bool): void {
  let book: usize = 0;
  let named = false;
  let idAt: usize = 0;
  let priceAt: usize = 0;
  let sizeAt: usize = 0;
  let sizeEnd: usize = 0;
  let sideAt: usize = 0;
  let secondsAt: usize = 0;
  let millisecondsAt: usize = 0;
  const symbolKey = futures ? FUTURES_SYMBOL : SPOT_SYMBOL;
  const sizeKey = futures ? FUTURES_SIZE : SPOT_AMOUNT;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == symbolKey) {
      if (named) fail();
      if (readText()) book = findSymbol(feed, text, textLength);
      named = true;
    } else if (key == ID) idAt = once(idAt);
    else if (key == PRICE) priceAt = once(priceAt);
    else if (key == sizeKey) {
      sizeAt = once(sizeAt);
      sizeEnd = at;
    } else if (key == SPOT_SIDE) sideAt = once(sideAt);
    else if (key == CREATE_TIME) secondsAt = once(secondsAt);
    else if (key == CREATE_TIME_MS) millisecondsAt = once(millisecondsAt);
    else skipValue();
  }
  if (!named || sizeAt == 0) fail();
  if (failed) return;
  if (book == 0) {
    unknownTrades = true;
    return;
  }
  const after = at;
  const quoted = <usize>(load<u8>(sizeAt) == 0x22);
  let negative = false;
  let side: f64 = 0;
  if (futures) {
    negative = load<u8>(sizeAt + quoted) == 0x2d;
    side = negative ? -1 : 1;
  } else if (textAt(sideAt)) {
    if (textIs(BUY, 3)) side = 1;
    else if (textIs(SELL, 4)) side = -1;
    else fail();
  }
  const qty = unitsOfText(sizeAt + quoted + <usize>negative, sizeEnd - quoted, load<i32>(book, BOOK_QTY_SCALE));
  const price = unitsAt(priceAt, load<i32>(book, BOOK_PRICE_SCALE));
  const id = countAt(idAt);
  // Milliseconds may have a fraction, and old frames have seconds only.
  const time = millisecondsAt != 0 ? plainAt(millisecondsAt) * 1000 : plainAt(secondsAt) * 1000000;
  const tsUs: f64 = time > 0 ? nearest(time) : 0;
  if (failed || !listTrade(book, price, qty, id, tsUs, side)) fail();
  resumeAt(after);
}

/** Reads the trades at `resultAt`, a list or a single one, of a frame that is known to be whole. */
export function readGateTrades(feed: usize, resultAt: usize, futures: bool): i32 {
  if (resultAt == 0) return failedEventFrame(feed);
  unknownTrades = false;
  resumeAt(resultAt);
  if (peek() != 0x5b) readTrade(feed, futures);
  else if (firstElement()) {
    do {
      readTrade(feed, futures);
    } while (!failed && nextElement());
  }
  if (failed) return failedEventFrame(feed);
  return unknownTrades && eventCount() == 0 ? unknownSymbol(feed) : commitTrades();
}
