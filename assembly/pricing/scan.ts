// The cross-venue scan: for every instrument the two venues between which its touch is worth most after all costs, and what the
// sizes of that pair come to. All of it is read from the views; one thread alone scans; the layout says what lies where.
import { BOOK_STRIDE } from '../memory/layout';
import { SCAN_BOOK_TABLE, SCAN_BOOKS, SCAN_CHANGED, SCAN_CHANGED_COUNT, SCAN_DIRTY_BITS, SCAN_FIRST_BOOK, SCAN_LIST, SCAN_ROW_ASK_PRICE, SCAN_ROW_ASK_QTY, SCAN_ROW_BEST_SIZE, SCAN_ROW_BID_PRICE, SCAN_ROW_BID_QTY, SCAN_ROW_BUY, SCAN_ROW_BUY_RECEIVE_US, SCAN_ROW_BUY_SEQUENCE, SCAN_ROW_EXTRAS, SCAN_ROW_FEES, SCAN_ROW_GROSS, SCAN_ROW_NET, SCAN_ROW_SELL, SCAN_ROW_SELL_RECEIVE_US, SCAN_ROW_SELL_SEQUENCE, SCAN_ROW_SIZES, SCAN_ROW_SIZES_FROM, SCAN_ROW_STRIDE, SCAN_ROW_TABLE, SCAN_ROW_TURN, SCAN_ROW_VENUES, SCAN_ROW_VIEWS, SCAN_ROWS, SCAN_TURN, SCAN_VIEW_LEVELS, SCAN_VIEW_STRIDE, SCAN_VIEWS, VIEW_ASK_PRICE, VIEW_ASK_QTY, VIEW_BID_PRICE, VIEW_BID_QTY, VIEW_RECEIVE_US, VIEW_SEQUENCE } from '../memory/scan-layout';
import { priceSizes } from './sizes';
import { isTradable, refreshView } from './views';

/** Fraction that is left of buying at `ask` and selling at `bid` (prices in one unit), taker fees being fractions of quote. */
export function netSpread(ask: f64, buyFee: f64, bid: f64, sellFee: f64): f64 {
  const cost = ask * (1 + buyFee);
  return (bid * (1 - sellFee) - cost) / cost;
}

/** As `netSpread`, without fees. */
export function grossSpread(ask: f64, bid: f64): f64 {
  return (bid - ask) / ask;
}

/** What taking costs at a venue of the row: its fee and whatever else, as a fraction of the value. */
// @ts-ignore: decorator
@inline
function costOf(row: usize, venue: i32): f64 {
  return load<f64>(row + (<usize>venue << 3), SCAN_ROW_FEES) + load<f64>(row + (<usize>venue << 3), SCAN_ROW_EXTRAS);
}

/**
 * Finds the best pair of a row, and prices its sizes when that is worth it. The least cost and the greatest proceeds make it, unless one venue has both; then the second best
 * of either side has to do. Ties: the greater gross spread, then the lower venue to buy at, then to sell at.
 */
function scanRow(scan: usize, row: usize, oldestUs: f64): void {
  store<i32>(row, 0, SCAN_ROW_SIZES);
  store<i32>(row, -1, SCAN_ROW_BEST_SIZE);
  const venues = load<i32>(row, SCAN_ROW_VENUES);
  let buy = -1, cost: f64 = Infinity, ask: f64 = Infinity;
  let nextBuy = -1, nextCost: f64 = Infinity, nextAsk: f64 = Infinity;
  let sell = -1, proceeds: f64 = -Infinity, bid: f64 = 0;
  let nextSell = -1, nextProceeds: f64 = -Infinity, nextBid: f64 = 0;
  for (let venue = 0; venue < venues; venue++) {
    const view = <usize>load<u32>(row + (<usize>venue << 2), SCAN_ROW_VIEWS);
    if (view == 0 || !isTradable(view, oldestUs)) continue;
    const fee = costOf(row, venue);
    const askHere = load<f64>(view, VIEW_ASK_PRICE);
    if (askHere > 0) {
      const costHere = askHere * (1 + fee);
      if (costHere < cost || (costHere == cost && askHere < ask)) {
        nextBuy = buy; nextCost = cost; nextAsk = ask;
        buy = venue; cost = costHere; ask = askHere;
      } else if (costHere < nextCost || (costHere == nextCost && askHere < nextAsk)) {
        nextBuy = venue; nextCost = costHere; nextAsk = askHere;
      }
    }
    const bidHere = load<f64>(view, VIEW_BID_PRICE);
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
  writePair(row, buy, sell);
  if (load<f64>(row, SCAN_ROW_NET) >= load<f64>(row, SCAN_ROW_SIZES_FROM)) priceSizes(row, load<i32>(scan, SCAN_VIEW_LEVELS));
}

// @ts-ignore: decorator
@inline
function writePair(row: usize, buy: i32, sell: i32): void {
  const buyView = <usize>load<u32>(row + (<usize>buy << 2), SCAN_ROW_VIEWS);
  const sellView = <usize>load<u32>(row + (<usize>sell << 2), SCAN_ROW_VIEWS);
  const ask = load<f64>(buyView, VIEW_ASK_PRICE);
  const bid = load<f64>(sellView, VIEW_BID_PRICE);
  store<i32>(row, buy, SCAN_ROW_BUY);
  store<i32>(row, sell, SCAN_ROW_SELL);
  store<f64>(row, netSpread(ask, costOf(row, buy), bid, costOf(row, sell)), SCAN_ROW_NET);
  store<f64>(row, grossSpread(ask, bid), SCAN_ROW_GROSS);
  store<f64>(row, ask, SCAN_ROW_ASK_PRICE);
  store<f64>(row, load<f64>(buyView, VIEW_ASK_QTY), SCAN_ROW_ASK_QTY);
  store<f64>(row, bid, SCAN_ROW_BID_PRICE);
  store<f64>(row, load<f64>(sellView, VIEW_BID_QTY), SCAN_ROW_BID_QTY);
  store<f64>(row, load<f64>(buyView, VIEW_SEQUENCE), SCAN_ROW_BUY_SEQUENCE);
  store<f64>(row, load<f64>(sellView, VIEW_SEQUENCE), SCAN_ROW_SELL_SEQUENCE);
  store<f64>(row, load<f64>(buyView, VIEW_RECEIVE_US), SCAN_ROW_BUY_RECEIVE_US);
  store<f64>(row, load<f64>(sellView, VIEW_RECEIVE_US), SCAN_ROW_SELL_RECEIVE_US);
}

/** Address of the view of the book with this id. */
// @ts-ignore: decorator
@inline
function viewOf(scan: usize, book: i32): usize {
  return <usize>load<u32>(scan, SCAN_VIEWS) + <usize>book * <usize>load<i32>(scan, SCAN_VIEW_STRIDE);
}

/**
 * Takes all dirty bits, copies those books into their views and lists them. A bit is cleared before its book is read, so that a
 * change in between is seen now or marked again.
 */
function copyDirty(scan: usize): i32 {
  const words = (load<i32>(scan, SCAN_BOOKS) + 31) >> 5;
  const dirtyBits = <usize>load<u32>(scan, SCAN_DIRTY_BITS);
  const changed = <usize>load<u32>(scan, SCAN_CHANGED);
  const firstBook = <usize>load<u32>(scan, SCAN_FIRST_BOOK);
  let copied = 0;
  for (let word = 0; word < words; word++) {
    const address = dirtyBits + (<usize>word << 2);
    if (atomic.load<i32>(address) == 0) continue;
    let bits = atomic.xchg<i32>(address, 0);
    while (bits != 0) {
      const book = (word << 5) + ctz(bits);
      bits &= bits - 1;
      refreshView(scan, viewOf(scan, book), firstBook + <usize>book * BOOK_STRIDE);
      store<i32>(changed + (<usize>copied << 2), book);
      copied++;
    }
  }
  store<i32>(scan, copied, SCAN_CHANGED_COUNT);
  return copied;
}

/**
 * Copies the books that changed, and scans every row.
 * @param nowUs monotonic microseconds; a book received more than `maxAgeUs` before is left out
 * @returns rows scanned, all of them in the list
 */
export function scanAll(scan: usize, nowUs: f64, maxAgeUs: f64): i32 {
  copyDirty(scan);
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
 * Copies the books that changed, and scans their rows, each once.
 * @param nowUs as in `scanAll`
 * @returns rows scanned, their indices in the list, in no particular order
 */
export function scanDirty(scan: usize, nowUs: f64, maxAgeUs: f64): i32 {
  const copied = copyDirty(scan);
  const list = <usize>load<u32>(scan, SCAN_LIST);
  const rowTable = <usize>load<u32>(scan, SCAN_ROW_TABLE);
  const bookTable = <usize>load<u32>(scan, SCAN_BOOK_TABLE);
  const changed = <usize>load<u32>(scan, SCAN_CHANGED);
  const turn = load<i32>(scan, SCAN_TURN) + 1;
  const oldestUs = nowUs - maxAgeUs;
  store<i32>(scan, turn, SCAN_TURN);
  let scanned = 0;
  for (let place = 0; place < copied; place++) {
    const book = load<i32>(changed + (<usize>place << 2));
    const index = load<i32>(bookTable + (<usize>book << 2)) - 1;
    if (index < 0) continue;
    const row = rowTable + <usize>index * SCAN_ROW_STRIDE;
    if (load<i32>(row, SCAN_ROW_TURN) == turn) continue;
    store<i32>(row, turn, SCAN_ROW_TURN);
    scanRow(scan, row, oldestUs);
    store<i32>(list + (<usize>scanned << 2), index);
    scanned++;
  }
  return scanned;
}
