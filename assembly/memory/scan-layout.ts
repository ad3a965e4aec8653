// Where everything lies that a scan of the books reads and writes. As layout.ts: syntax that AssemblyScript and TypeScript share.

// --- views: the engine's own copies of the books, one a book, in the order of the books (pricing/views.ts) --------------

/** i32, the book's lock word when the copy was taken: which of its versions this is. */
export const VIEW_VERSION = 0;
/** i32, STATE_... */
export const VIEW_STATE = 4;
/** f64, the rest of the book's first line, at the same offsets as in the book. */
export const VIEW_SEQUENCE = 8;
export const VIEW_BID_PRICE = 16;
export const VIEW_BID_QTY = 24;
export const VIEW_ASK_PRICE = 32;
export const VIEW_ASK_QTY = 40;
export const VIEW_RECEIVE_US = 48;
export const VIEW_EXCHANGE_US = 56;
/** i32, levels copied of each side. */
export const VIEW_BID_LEVELS = 64;
export const VIEW_ASK_LEVELS = 68;
/** f64, versions of the book that were never copied, since a newer one was there first. */
export const VIEW_CONFLATED = 72;
/** f64, copies taken. */
export const VIEW_REFRESHES = 80;
/** f64, the book's trades: count, last price, quantity and time, sums that takers bought and sold. */
export const VIEW_TRADES = 96;
export const VIEW_TRADE_PRICE = 104;
export const VIEW_TRADE_QTY = 112;
export const VIEW_TRADE_US = 120;
export const VIEW_TRADE_BUY_QTY = 128;
export const VIEW_TRADE_SELL_QTY = 136;
/** f64, mark price, index price, funding rate and time of the next funding. */
export const VIEW_MARK_PRICE = 144;
export const VIEW_INDEX_PRICE = 152;
export const VIEW_FUNDING_RATE = 160;
export const VIEW_NEXT_FUNDING_US = 168;
/** Copied bids, then (SCAN_VIEW_LEVELS levels on) asks, best first; behind them the book's signal state. */
export const VIEW_LEVELS = 192;

// --- scan rows: the books of one instrument at its venues, and the best pair of them (pricing/scan.ts) ---------------

/** Header: i32 rows, i32 books, u32 addresses of the rows, of the book table, of the list of scanned rows and of the dirty bits. */
export const SCAN_ROWS = 0;
export const SCAN_BOOKS = 4;
export const SCAN_ROW_TABLE = 8;
/** i32 for every book id: its row plus one, 0 for none. */
export const SCAN_BOOK_TABLE = 12;
/** i32 row indices that the last scan looked at. */
export const SCAN_LIST = 16;
export const SCAN_DIRTY_BITS = 20;
/** i32, scans made; marks the rows that a scan has already looked at. */
export const SCAN_TURN = 24;
/** u32 address of the first book, and of the first view; i32 bytes of a view and levels that one holds of each side. */
export const SCAN_FIRST_BOOK = 28;
export const SCAN_VIEWS = 32;
export const SCAN_VIEW_STRIDE = 36;
export const SCAN_VIEW_LEVELS = 40;
/** i32, bytes of signal state in a view; 0 where none are computed. */
export const SCAN_SIGNAL_BYTES = 44;
/** u32 address of the i32 ids of the books that the last scan copied, and i32 how many they are. */
export const SCAN_CHANGED = 48;
export const SCAN_CHANGED_COUNT = 52;
export const SCAN_HEADER_BYTES = 64;

/** Most venues one row may list. */
export const VENUES_MAX = 8;
/** u32 for every venue: address of its view, 0 for none. */
export const SCAN_ROW_VIEWS = 0;
/** f64 for every venue: taker fee as a fraction. */
export const SCAN_ROW_FEES = 32;
/** i32, venues up to the last one in use. */
export const SCAN_ROW_VENUES = 96;
/** i32, SCAN_TURN of the last scan that looked at the row. */
export const SCAN_ROW_TURN = 100;
/** The best pair: i32 venues to buy at and to sell at, -1 when there is none; ... */
export const SCAN_ROW_BUY = 104;
export const SCAN_ROW_SELL = 108;
/** ... f64 spreads as fractions, after and before costs; ... */
export const SCAN_ROW_NET = 112;
export const SCAN_ROW_GROSS = 120;
/** ... f64 the touches they come from, in units, with their sequences and receive times. */
export const SCAN_ROW_ASK_PRICE = 128;
export const SCAN_ROW_ASK_QTY = 136;
export const SCAN_ROW_BID_PRICE = 144;
export const SCAN_ROW_BID_QTY = 152;
export const SCAN_ROW_BUY_SEQUENCE = 160;
export const SCAN_ROW_SELL_SEQUENCE = 168;
export const SCAN_ROW_BUY_RECEIVE_US = 176;
export const SCAN_ROW_SELL_RECEIVE_US = 184;
/** f64 for every venue: base assets in one quantity unit of its book. */
export const SCAN_ROW_MULTIPLIERS = 192;
/** f64 for every venue: what trading there costs beside the fee, as a fraction of the value. */
export const SCAN_ROW_EXTRAS = 256;
/** f64, touch net spread from which on sizes are priced; NaN where none are. */
export const SCAN_ROW_SIZES_FROM = 320;
/** i32, sizes priced for the best pair by the last scan, and the one with the greatest net profit; -1 when none is feasible. */
export const SCAN_ROW_SIZES = 328;
export const SCAN_ROW_BEST_SIZE = 332;
/** u32, address of the row's sizing block. */
export const SCAN_ROW_SIZING = 336;
export const SCAN_ROW_STRIDE = 384;

// --- sizing block of a row: what its venues demand of an order, and what the sizes of its best pair come to (pricing/sizes.ts).
// Base units are whole parts of the base asset that all quantity units of the row are multiples of; quote units are price units
// times base units. An amount of quote is high * 2^53 + low, as in pricing/walk.ts.

/** i32, sizes to price; i32, 1 where amounts are rounded up to the common lot and not down. */
export const SIZING_COUNT = 0;
export const SIZING_ROUND_UP = 4;
/** One for every venue: ... */
export const SIZING_VENUES = 64;
/** ... f64 base units in a quantity unit, least and greatest order in base units, least value as an amount of quote, ... */
export const SIZING_UNITS = 0;
export const SIZING_MIN = 8;
export const SIZING_MAX = 16;
export const SIZING_VALUE_HIGH = 24;
export const SIZING_VALUE_LOW = 32;
/** ... two f64 for every size: its multiple of the least value. */
export const SIZING_TARGETS = 40;
export const SIZES_MAX = 8;
export const SIZING_VENUE_STRIDE = 168;
/** f64 for every pair of venues (buy * VENUES_MAX + sell): the least common multiple of their lots in base units. */
export const SIZING_LOTS = 1408;
/** One for every size, in the order of the multipliers: ... */
export const SIZING_SIZES = 1920;
/** ... i32 SIZE_..., i32 bits of what failed, i32 levels taken of the buying and of the selling venue's book, ... */
export const SIZE_STATUS = 0;
export const SIZE_FAILING = 4;
export const SIZE_BUY_LEVELS = 8;
export const SIZE_SELL_LEVELS = 12;
/** ... f64 base units, quote units walked, worst price units of both books, ... */
export const SIZE_BASE = 16;
export const SIZE_BUY_QUOTE = 24;
export const SIZE_SELL_QUOTE = 32;
export const SIZE_BUY_WORST = 40;
export const SIZE_SELL_WORST = 48;
/** ... quote units paid and received after all costs, their difference, and that as a fraction of what is paid; ... */
export const SIZE_COST = 56;
export const SIZE_PROCEEDS = 64;
export const SIZE_NET = 72;
export const SIZE_NET_FRACTION = 80;
/** ... base units that the copied books hold, where that is too little. */
export const SIZE_BUY_AVAILABLE = 88;
export const SIZE_SELL_AVAILABLE = 96;
export const SIZE_STRIDE = 128;
export const SIZING_STRIDE = 2944;

export const SIZE_FEASIBLE = 1;
export const SIZE_OFF_GRID = 2;
export const SIZE_BELOW_MINIMUM = 3;
export const SIZE_ABOVE_MAXIMUM = 4;
export const SIZE_TOO_THIN = 5;
/** Bits of SIZE_FAILING for the buying venue; the selling venue's are FAILING_SELL_SHIFT higher. */
export const FAILING_MIN_QTY = 1;
export const FAILING_MIN_VALUE = 2;
export const FAILING_MAX_QTY = 4;
export const FAILING_DEPTH = 8;
export const FAILING_SELL_SHIFT = 4;
