// The cross-venue scan: for every instrument the two venues between which its touch is worth most after taker fees. Each book is
// read under its seqlock, all that is used of it in one look. One thread alone scans; the layout says what lies where.
import {
  BOOK_SEQUENCE, BOOK_STATE, SCAN_BOOK_TABLE, SCAN_BOOKS, SCAN_DIRTY_BITS, SCAN_LIST, SCAN_ROW_ASK_PRICE, SCAN_ROW_ASK_QTY,
  SCAN_ROW_BID_PRICE, SCAN_ROW_BID_QTY, SCAN_ROW_BOOKS, SCAN_ROW_BUY, SCAN_ROW_BUY_RECEIVE_US, SCAN_ROW_BUY_SEQUENCE, SCAN_ROW_FEES,
  SCAN_ROW_GROSS, SCAN_ROW_NET, SCAN_ROW_SELL, SCAN_ROW_SELL_RECEIVE_US, SCAN_ROW_SELL_SEQUENCE, SCAN_ROW_STRIDE, SCAN_ROW_TABLE,
  SCAN_ROW_TURN, SCAN_ROW_VENUES, SCAN_ROWS, SCAN_TOUCHES, SCAN_TOUCH_STRIDE, SCAN_TURN, STATE_SYNCED,
} from '../memory/layout';
import { beginRead, endRead, loadShared } from '../memory/seqlock';

/** Looks at a busy book before the scan goes on without it; its writer sets the dirty bit again when it is done. */
const TRIES_MAX: i32 = 64;

/** Offsets in a copied touch: the book's first line from BOOK_SEQUENCE on. */
const TOUCH_SEQUENCE = 0;
const TOUCH_BID_PRICE = 8;
const TOUCH_BID_QTY = 16;
const TOUCH_ASK_PRICE = 24;
const TOUCH_ASK_QTY = 32;
const TOUCH_RECEIVE_US = 40;

/** Fraction that is left of buying at `ask` and selling at `bid` (prices in one unit), taker fees being fractions of quote. */
export function netSpread(ask: f64, buyFee: f64, bid: f64, sellFee: f64): f64 {
  const cost = ask * (1 + buyFee);
  return (bid * (1 - sellFee) - cost) / cost;
}

/** As `netSpread`, without fees. */
export function grossSpread(ask: f64, bid: f64): f64 {
  return (bid - ask) / ask;
}

/** Copies a book's touch to `touch`. @returns whether it is whole, synchronised and not older than `oldestUs` */
// @ts-ignore: decorator
@inline
function copyTouch(book: usize, touch: usize, oldestUs: f64): bool {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const before = beginRead(book);
    if (before & 1) continue;
    const state = atomic.load<i32>(book, BOOK_STATE);
    const source = book + BOOK_SEQUENCE;
    store<f64>(touch, loadShared(source));
    store<f64>(touch, loadShared(source + 8), 8);
    store<f64>(touch, loadShared(source + 16), 16);
    store<f64>(touch, loadShared(source + 24), 24);
    store<f64>(touch, loadShared(source + 32), 32);
    store<f64>(touch, loadShared(source + 40), 40);
    if (endRead(book, before)) return state == STATE_SYNCED && load<f64>(touch, TOUCH_RECEIVE_US) >= oldestUs;
  }
  return false;
}

/**
 * Finds the best pair of a row. The least cost and the greatest proceeds make it, unless one venue has both; then the second best
 * of either side has to do. Ties: the greater gross spread, then the lower venue to buy at, then to sell at.
 */
function scanRow(scan: usize, row: usize, oldestUs: f64): void {
  const venues = load<i32>(row, SCAN_ROW_VENUES);
  const touches = scan + SCAN_TOUCHES;
  let buy = -1, cost: f64 = Infinity, ask: f64 = Infinity;
  let nextBuy = -1, nextCost: f64 = Infinity, nextAsk: f64 = Infinity;
  let sell = -1, proceeds: f64 = -Infinity, bid: f64 = 0;
  let nextSell = -1, nextProceeds: f64 = -Infinity, nextBid: f64 = 0;
  for (let venue = 0; venue < venues; venue++) {
    const book = <usize>load<u32>(row + (<usize>venue << 2), SCAN_ROW_BOOKS);
    const touch = touches + <usize>venue * SCAN_TOUCH_STRIDE;
    if (book == 0 || !copyTouch(book, touch, oldestUs)) continue;
    const fee = load<f64>(row + (<usize>venue << 3), SCAN_ROW_FEES);
    const askHere = load<f64>(touch, TOUCH_ASK_PRICE);
    if (askHere > 0) {
      const costHere = askHere * (1 + fee);
      if (costHere < cost || (costHere == cost && askHere < ask)) {
        nextBuy = buy; nextCost = cost; nextAsk = ask;
        buy = venue; cost = costHere; ask = askHere;
      } else if (costHere < nextCost || (costHere == nextCost && askHere < nextAsk)) {
        nextBuy = venue; nextCost = costHere; nextAsk = askHere;
      }
    }
    const bidHere = load<f64>(touch, TOUCH_BID_PRICE);
    if (bidHere > 0) {
      const proceedsHere = bidHere * (1 - fee);
      if (proceedsHere > proceeds || (proceedsHere == proceeds && bidHere > bid)) {
        nextSell = sell; nextProceeds = proceeds; nextBid = bid;
        sell = venue; proceeds = proceedsHere; bid = bidHere;
      } else if (proceedsHere > nextProceeds || (proceedsHere == nextProceeds && bidHere > nextBid)) {
        nextSell = venue; nextProceeds = proceedsHere; nextBid = bidHere;
      }
    }
  }
  if (buy == sell && buy >= 0) {
    // Both ratios times both costs: proceeds / nextCost against nextProceeds / cost.
    const other = proceeds * cost, same = nextProceeds * nextCost;
    const otherGross = bid * ask, sameGross = nextBid * nextAsk;
    if (nextBuy >= 0 && (nextSell < 0 || other > same
      || (other == same && (otherGross > sameGross || (otherGross == sameGross && nextBuy < buy))))) buy = nextBuy;
    else sell = nextSell;
  }
  if (buy < 0 || sell < 0) {
    store<i32>(row, -1, SCAN_ROW_BUY);
    store<i32>(row, -1, SCAN_ROW_SELL);
    return;
  }
  writePair(row, touches, buy, sell);
}

// @ts-ignore: decorator
@inline
function writePair(row: usize, touches: usize, buy: i32, sell: i32): void {
  const buyTouch = touches + <usize>buy * SCAN_TOUCH_STRIDE;
  const sellTouch = touches + <usize>sell * SCAN_TOUCH_STRIDE;
  const ask = load<f64>(buyTouch, TOUCH_ASK_PRICE);
  const bid = load<f64>(sellTouch, TOUCH_BID_PRICE);
  const buyFee = load<f64>(row + (<usize>buy << 3), SCAN_ROW_FEES);
  const sellFee = load<f64>(row + (<usize>sell << 3), SCAN_ROW_FEES);
  store<i32>(row, buy, SCAN_ROW_BUY);
  store<i32>(row, sell, SCAN_ROW_SELL);
  store<f64>(row, netSpread(ask, buyFee, bid, sellFee), SCAN_ROW_NET);
  store<f64>(row, grossSpread(ask, bid), SCAN_ROW_GROSS);
  store<f64>(row, ask, SCAN_ROW_ASK_PRICE);
  store<f64>(row, load<f64>(buyTouch, TOUCH_ASK_QTY), SCAN_ROW_ASK_QTY);
  store<f64>(row, bid, SCAN_ROW_BID_PRICE);
  store<f64>(row, load<f64>(sellTouch, TOUCH_BID_QTY), SCAN_ROW_BID_QTY);
  store<f64>(row, load<f64>(buyTouch, TOUCH_SEQUENCE), SCAN_ROW_BUY_SEQUENCE);
  store<f64>(row, load<f64>(sellTouch, TOUCH_SEQUENCE), SCAN_ROW_SELL_SEQUENCE);
  store<f64>(row, load<f64>(buyTouch, TOUCH_RECEIVE_US), SCAN_ROW_BUY_RECEIVE_US);
  store<f64>(row, load<f64>(sellTouch, TOUCH_RECEIVE_US), SCAN_ROW_SELL_RECEIVE_US);
}

/**
 * Scans every row; dirty bits stay as they are.
 * @param nowUs monotonic microseconds; a book received more than `maxAgeUs` before is left out
 * @returns rows scanned, all of them in the list
 */
export function scanAll(scan: usize, nowUs: f64, maxAgeUs: f64): i32 {
  const rows = load<i32>(scan, SCAN_ROWS);
  const list = <usize>load<u32>(scan, SCAN_LIST);
  let row = <usize>load<u32>(scan, SCAN_ROW_TABLE);
  const oldestUs = nowUs - maxAgeUs;
  for (let index = 0; index < rows; index++) {
    scanRow(scan, row, oldestUs);
    store<i32>(list + (<usize>index << 2), index);
    row += SCAN_ROW_STRIDE;
  }
  return rows;
}

/**
 * Takes all dirty bits and scans the rows of those books, each once. A bit is cleared before its book is read, so that a change
 * in between is seen now or marked again.
 * @param nowUs as in `scanAll`
 * @returns rows scanned, their indices in the list, in no particular order
 */
export function scanDirty(scan: usize, nowUs: f64, maxAgeUs: f64): i32 {
  const words = (load<i32>(scan, SCAN_BOOKS) + 31) >> 5;
  const list = <usize>load<u32>(scan, SCAN_LIST);
  const rowTable = <usize>load<u32>(scan, SCAN_ROW_TABLE);
  const bookTable = <usize>load<u32>(scan, SCAN_BOOK_TABLE);
  const turn = load<i32>(scan, SCAN_TURN) + 1;
  const oldestUs = nowUs - maxAgeUs;
  store<i32>(scan, turn, SCAN_TURN);
  let scanned = 0;
  for (let word = 0; word < words; word++) {
    const address = <usize>load<u32>(scan, SCAN_DIRTY_BITS) + (<usize>word << 2);
    if (atomic.load<i32>(address) == 0) continue;
    let bits = atomic.xchg<i32>(address, 0);
    while (bits != 0) {
      const book = (word << 5) + ctz(bits);
      bits &= bits - 1;
      const index = load<i32>(bookTable + (<usize>book << 2)) - 1;
      if (index < 0) continue;
      const row = rowTable + <usize>index * SCAN_ROW_STRIDE;
      if (load<i32>(row, SCAN_ROW_TURN) == turn) continue;
      store<i32>(row, turn, SCAN_ROW_TURN);
      scanRow(scan, row, oldestUs);
      store<i32>(list + (<usize>scanned << 2), index);
      scanned++;
    }
  }
  return scanned;
}
