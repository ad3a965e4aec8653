// Where everything lies in the shared memory. Plain constants in syntax that both AssemblyScript and TypeScript compile,
// so that the kernel and src/kernel read one and the same file. All offsets are bytes.
//
// Address space: [static data of the module][control][dirty bits][feeds][symbol tables][books][ladders][threads]
// The addresses of the regions are computed once by src/kernel/plan.ts and handed to every thread.

// Tables that every instance fills with the same bytes. They lie behind the module's static data: that is written anew, zeros
// first, whenever a thread starts, which would pull the tables away from under the threads at work.
/** f64 powers of ten, and byte shuffles for digits; see decode/number.ts. */
export const TABLE_POWERS = 65536;
export const TABLE_SHUFFLES = 65792;
/** u32 tables of CRC-32; see book/crc.ts and book/digits.ts. */
export const TABLE_CRC_SLICES = 69888;
export const TABLE_DIGIT_PAIRS = 78080;
export const TABLE_CRC_STEPS = 81920;
/** Masks and factors for digits; see decode/number.ts. */
export const TABLE_FRONT = 344064;
export const TABLE_CONSTANTS = 344096;

/** First byte the plan may use; the module's static data and the tables lie below. */
export const REGION_BASE = 393216;

// --- control block: one per memory, each word on its own cache line ------------------------------------------------

/** i32, bumped and notified after books changed; the engine waits on it. */
export const CONTROL_WAKE = 0;
/** i32, 1 once everything is asked to stop. */
export const CONTROL_STOP = 64;
/** f64, added to a monotonic microsecond reading to get microseconds since the epoch; written once by the main thread. */
export const CONTROL_EPOCH_OFFSET_US = 128;
/** i32, engine turns made so far. */
export const CONTROL_TURNS = 192;
export const CONTROL_BYTES = 256;

// --- feed descriptor: one venue and market, with its symbol table and its counters --------------------------------

/** i32, which decoder reads this feed's frames (DECODER_...). */
export const FEED_DECODER = 0;
/** u32, address of the symbol table. */
export const FEED_SYMBOLS = 4;
/** i32, entries in the symbol table minus one; the table is a power of two long. */
export const FEED_SYMBOL_MASK = 8;
/** i32, index of this feed. */
export const FEED_ID = 12;
/** f64 counters, one writer: the worker of the feed's venue. */
export const FEED_FRAMES = 64;
export const FEED_BYTES_IN = 72;
export const FEED_UNKNOWN_FRAMES = 80;
export const FEED_UNKNOWN_SYMBOLS = 88;
export const FEED_MALFORMED = 96;
export const FEED_OVERSIZED = 104;
export const FEED_LEVELS = 112;
/** f64 counters written by TypeScript on the same worker. */
export const FEED_CONNECTS = 128;
export const FEED_DISCONNECTS = 136;
export const FEED_RESYNCS = 144;
export const FEED_RECORDER_DROPS = 152;
export const FEED_BYTES_OUT = 160;
export const FEED_EVENT_LOOP_DELAY_US = 168;
export const FEED_WATCHDOG_TRIPS = 176;
/** i32, state of the venue's circuit breaker: 0 closed, 1 half open, 2 open. */
export const FEED_BREAKER = 184;
export const FEED_STRIDE = 256;

export const DECODER_BINANCE_SPOT = 0;
export const DECODER_BINANCE_USDM = 1;
export const DECODER_COINBASE_EXCHANGE = 2;
export const DECODER_COINBASE_ADVANCED = 3;
export const DECODER_COINBASE_FULL = 4;
export const DECODER_KRAKEN = 5;
export const DECODER_KRAKEN_L3 = 6;
export const DECODER_MEXC_SPOT = 7;
export const DECODER_MEXC_CONTRACT = 8;
export const DECODER_GATEIO_SPOT = 9;
export const DECODER_GATEIO_FUTURES = 10;

// --- symbol table entry: open addressing, linear probing -----------------------------------------------------------

/** u64, hash of the name (0 means free). */
export const SYMBOL_HASH = 0;
/** u32 address and i32 length of the name's bytes. */
export const SYMBOL_NAME = 8;
export const SYMBOL_LENGTH = 12;
/** u32, address of the book's header. */
export const SYMBOL_BOOK = 16;
export const SYMBOL_STRIDE = 24;
/** A name longer than this is never one of ours. */
export const SYMBOL_LENGTH_MAX = 64;

// --- book header -----------------------------------------------------------------------------------------------------

/** i32 seqlock: odd while the one writer, the venue's feed worker, changes the book. */
export const BOOK_LOCK = 0;
/** i32, STATE_... */
export const BOOK_STATE = 4;
/** f64, the venue's update id, or a count of applied messages where the venue numbers nothing. */
export const BOOK_SEQUENCE = 8;
/** f64, best levels in whole units; 0 where the side is empty. */
export const BOOK_BID_PRICE = 16;
export const BOOK_BID_QTY = 24;
export const BOOK_ASK_PRICE = 32;
export const BOOK_ASK_QTY = 40;
/** f64, monotonic microseconds at which the frame was received. */
export const BOOK_RECEIVE_US = 48;
/** f64, microseconds since the epoch by the venue's clock; 0 where it sends none. */
export const BOOK_EXCHANGE_US = 56;

/** The two sides, one after the other, each of SIDE_STRIDE bytes. */
export const BOOK_BIDS = 64;
export const BOOK_ASKS = 96;
/** u32, address of the side's level buffer. */
export const SIDE_BUFFER = 0;
/** i32, index of the worst level in the buffer. */
export const SIDE_START = 4;
/** i32, levels held. */
export const SIDE_COUNT = 8;
/** i32, levels that fell off since the last snapshot (also those cut to the subscribed depth). */
export const SIDE_TRUNCATED = 12;
/** i32, places in use from SIDE_START on: the levels held, and between them vacant ones. The last of them is the best level. */
export const SIDE_SLOTS = 16;
export const SIDE_STRIDE = 32;

/** i32, levels a side may hold. */
export const BOOK_CAPACITY = 1216;
/** i32, levels its buffer has room for; more than the capacity, so that the window can slide. */
export const BOOK_ROOM = 1220;
/** i32, decimals kept: a unit is 10^-scale. */
export const BOOK_PRICE_SCALE = 1224;
export const BOOK_QTY_SCALE = 1228;
/** i32, BOOK_RULE_...: how book frames of this feed replace or extend one another. */
export const BOOK_RULE = 1232;
/** u32, address of the feed. */
export const BOOK_FEED = 1236;
/** i32, index of this book, and of its dirty bit. */
export const BOOK_ID = 1240;
/** i32, levels the subscription carries; both sides are cut to it after every message. 0: no cut. */
export const BOOK_DEPTH = 1244;

/** i32, PHASE_... */
export const BOOK_PHASE = 128;
/** i32, decimals of the venue's texts, needed for checksums; -1 until a snapshot tells. */
export const BOOK_WIRE_PRICE_DECIMALS = 132;
export const BOOK_WIRE_QTY_DECIMALS = 136;
/** i32, what a bad checksum does: CHECKSUM_... */
export const BOOK_CHECKSUM_POLICY = 140;
/** u32, last checksum received. */
export const BOOK_CHECKSUM = 144;
/** u32, address of the L3 store, 0 for an L2 book. */
export const BOOK_L3 = 148;
/** u32, address of the dirty bits. */
export const BOOK_DIRTY_BITS = 152;
/** u32, address of the control block. */
export const BOOK_CONTROL = 156;

/** f64 counters of this book. */
export const BOOK_APPLIED = 160;
export const BOOK_STALE = 168;
export const BOOK_GAPS = 176;
export const BOOK_CHECKSUM_GOOD = 184;
export const BOOK_CHECKSUM_BAD = 192;
export const BOOK_CROSSINGS = 200;
export const BOOK_PRECISION_ERRORS = 208;
export const BOOK_MALFORMED = 216;
export const BOOK_SNAPSHOTS = 224;
export const BOOK_UNKNOWN_DELETES = 232;
export const BOOK_RESYNCS = 240;
/** f64, frames of a book channel that this book does not follow. */
export const BOOK_OTHER_CHANNEL = 248;

/** f64, trades: the last one and running sums, in units. */
export const BOOK_TRADES = 256;
export const BOOK_TRADE_PRICE = 264;
export const BOOK_TRADE_QTY = 272;
export const BOOK_TRADE_US = 280;
export const BOOK_TRADE_BUY_QTY = 288;
export const BOOK_TRADE_SELL_QTY = 296;
/** f64, the venue's own top-of-book channel. */
export const BOOK_TICKERS = 320;
export const BOOK_TICKER_BID_PRICE = 328;
export const BOOK_TICKER_BID_QTY = 336;
export const BOOK_TICKER_ASK_PRICE = 344;
export const BOOK_TICKER_ASK_QTY = 352;
export const BOOK_TICKER_SEQUENCE = 360;
/** f64, derivatives: plain numbers, not units; NaN until told. */
export const BOOK_MARK_PRICE = 384;
export const BOOK_INDEX_PRICE = 392;
export const BOOK_FUNDING_RATE = 400;
export const BOOK_NEXT_FUNDING_US = 408;
export const BOOK_MARKS = 416;
/** f64, monotonic microseconds at which the book became crossed; 0 while it is not. */
export const BOOK_CROSSED_SINCE_US = 448;
/** Digits of the ten best levels of both sides as they stood at the last checksum; see book/checksum.ts. */
export const BOOK_CHECKSUM_CACHE = 512;
/** i32, 1 where levels are read in place, for checksums and orders: then no vacant level may lie between them. */
export const BOOK_DENSE = 1248;
/** u32, address of the book's signals (memory/signal-layout.ts), 0 where none are computed. */
export const BOOK_SIGNALS = 1252;
export const BOOK_STRIDE = 1280;

/** One level: price units f64, quantity units f64. */
export const LEVEL_STRIDE = 16;

export const STATE_EMPTY = 0;
export const STATE_BUFFERING = 1;
export const STATE_SYNCED = 2;
export const STATE_STALE = 3;
export const STATE_GAP = 4;
export const STATE_CROSSED = 5;
export const STATE_CHECKSUM = 6;
export const STATE_PRECISION = 7;
export const STATE_MALFORMED = 8;
/** Resynchronising failed too often; an operator has to look. */
export const STATE_BROKEN = 9;

/** A snapshot, then deltas. */
export const BOOK_RULE_DELTAS = 0;
/** Every frame replaces the book (partial depth channels). */
export const BOOK_RULE_REPLACE = 1;

/** No snapshot yet: deltas must be kept by the caller. */
export const PHASE_WAITING = 0;
/** Snapshot applied, the first delta after it has the looser rule. */
export const PHASE_FIRST = 1;
export const PHASE_RUNNING = 2;

export const CHECKSUM_ENFORCE = 0;
export const CHECKSUM_REPORT = 1;
export const CHECKSUM_OFF = 2;

// --- what a decoder answers -----------------------------------------------------------------------------------------

/** Not a frame the kernel reads; nothing was changed. TypeScript takes it. */
export const STATUS_UNKNOWN = 0;
/** A delta was applied and published. */
export const STATUS_APPLIED = 1;
/** A whole book was replaced and published. */
export const STATUS_SNAPSHOT = 2;
/** Older than the book; ignored. */
export const STATUS_STALE = 3;
/** The book waits for its snapshot; the caller keeps the frame. */
export const STATUS_BUFFER = 4;
/** A trade, ticker, mark price or funding frame was read. */
export const STATUS_EVENT = 5;
/** A message is missing; the book is not tradable until it is synchronised again. */
export const STATUS_GAP = 6;
export const STATUS_CHECKSUM = 7;
export const STATUS_PRECISION = 8;
export const STATUS_MALFORMED = 9;
/** A hot frame of a symbol that is not in the table. */
export const STATUS_UNKNOWN_SYMBOL = 10;
/** Applied, and the book is crossed. */
export const STATUS_CROSSED = 11;
/** More bytes, levels or orders than there is room for. */
export const STATUS_OVERSIZED = 12;
/** A book channel that this book does not follow. */
export const STATUS_OTHER_CHANNEL = 13;

// --- scratch of one thread ------------------------------------------------------------------------------------------

/** f64, monotonic microseconds at which the frame in the input area was received; written before every decode. */
export const THREAD_RECEIVE_US = 0;
/** u32, i32: the input area. INPUT_SLACK bytes behind it may be read by SIMD loads and hold anything. */
export const THREAD_INPUT = 8;
export const THREAD_INPUT_BYTES = 12;
/** u32, i32: levels parsed out of a frame before they are applied. Bids grow from the front, asks have a buffer of their own. */
export const THREAD_BIDS = 16;
export const THREAD_ASKS = 20;
export const THREAD_LEVELS_MAX = 24;
/** u32, i32: where readers copy book sides to: bids, then asks, each COPY_LEVELS_MAX levels, best first. */
export const THREAD_COPY = 28;
export const THREAD_COPY_LEVELS_MAX = 32;
/** u32, i32: trades of the last frame, EVENT_STRIDE bytes each. */
export const THREAD_EVENTS = 36;
export const THREAD_EVENTS_MAX = 40;
/** i32, trades written by the last decode. */
export const THREAD_EVENT_COUNT = 44;
/** i32, books the last decode touched, and (u32 book, i32 status) for each. */
export const THREAD_RESULT_COUNT = 48;
export const THREAD_RESULTS = 64;
export const THREAD_RESULTS_MAX = 24;
export const RESULT_STRIDE = 8;
export const RESULT_BOOK = 0;
export const RESULT_STATUS = 4;
/** u32, i32: where this thread's sockets receive; INPUT_SLACK bytes behind it may be written to while a frame is decoded in place. */
export const THREAD_RECEIVE = 56;
export const THREAD_RECEIVE_BYTES = 60;
/** u32, 64 bytes that may be written to and are never read. */
export const THREAD_SPARE = 52;
/** f64, first and last sequence of the last book message (for the caller's log). */
export const THREAD_SEQUENCE_FIRST = 256;
export const THREAD_SEQUENCE_LAST = 264;
/** i32, levels in the last book message. */
export const THREAD_MESSAGE_LEVELS = 272;
/** f64 answers of a copy; see book/copy.ts. */
export const THREAD_ANSWER = 320;
/** f64 answers of pricing calls: a walk (pricing/walk.ts), ... */
export const THREAD_FILLED_BASE = 400;
export const THREAD_FILLED_QUOTE = 408;
export const THREAD_AVERAGE_PRICE = 416;
export const THREAD_WORST_PRICE = 424;
export const THREAD_LEVELS_USED = 432;
/** ... its impact (pricing/impact.ts) ... */
export const THREAD_BEST_BPS = 440;
export const THREAD_MID_BPS = 448;
export const THREAD_WORST_BPS = 456;
/** ... and depth: base, quote and levels of each side (pricing/depth.ts). */
export const THREAD_BID_DEPTH_BASE = 464;
export const THREAD_ASK_DEPTH_BASE = 488;
/** 80 bytes, where a protobuf text is put between quotes for the reader of long numbers. */
export const THREAD_QUOTED = 512;
/** u32 each, books that the frame under way has named so far, at most THREAD_RESULTS_MAX. */
export const THREAD_NAMED_BOOKS = 592;
export const THREAD_HEADER_BYTES = 704;
export const INPUT_SLACK = 64;

/**
 * One assumed book: its address (u32); then f64: sequence, middle, half the spread, distance of two levels, quantity of the best level, and
 * the grid of prices. Price and quantity units of the book; only prices on the grid and whole quantities come of them.
 */
export const LADDER_BOOK = 0;
export const LADDER_SEQUENCE = 8;
export const LADDER_MIDDLE = 16;
export const LADDER_HALF = 24;
export const LADDER_STEP = 32;
export const LADDER_DEPTH = 40;
export const LADDER_TICK = 48;
export const LADDER_STRIDE = 56;

/** One trade: price units, quantity units, id (0 when not a number), exchange time in us, side (1 taker bought, -1 taker sold, 0 unknown). */
export const EVENT_PRICE = 0;
export const EVENT_QTY = 8;
export const EVENT_ID = 16;
export const EVENT_US = 24;
export const EVENT_SIDE = 32;
/** u32, address of the book whose instrument was traded. */
export const EVENT_BOOK = 40;
export const EVENT_STRIDE = 48;

// --- latency histogram: log2 buckets with 16 linear steps each ------------------------------------------------------

/** u64 counts; bucket of v nanoseconds: see memory/histogram.ts. */
export const HISTOGRAM_BUCKETS = 512;
export const HISTOGRAM_COUNT = 0;
export const HISTOGRAM_MAX_NS = 8;
export const HISTOGRAM_SUM_NS = 16;
export const HISTOGRAM_COUNTS = 64;
export const HISTOGRAM_STRIDE = 4160;
