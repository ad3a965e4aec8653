// Where everything lies in a book's signals, and in the rules that all books share. As layout.ts: syntax that AssemblyScript and
// TypeScript share. A block: [state][history]. The state is copied with the book; the history is read where it lies.

// --- rules, f64 each -------------------------------------------------------------------------------------------------

/** Best levels of a side that are looked at. */
export const RULE_LEVELS = 0;
/** Buckets of history that a micro-move is measured over, and that volume is summed over beside the open one. */
export const RULE_MOVE_BUCKETS = 8;
export const RULE_VOLUME_BUCKETS = 16;
/** Trades that a volume imbalance needs at least. */
export const RULE_VOLUME_TRADES = 24;
/** One for every kind: strength at which it begins and below which it ends, and for how long it must stand before it counts. */
export const RULE_KINDS = 64;
export const KIND_ON = 0;
export const KIND_OFF = 8;
export const KIND_HOLD_US = 16;
export const KIND_STRIDE = 32;
export const SIGNAL_RULES_BYTES = 192;

// --- kinds and directions ----------------------------------------------------------------------------------------------

/** Quantities of the bids against those of the asks. */
export const SIGNAL_IMBALANCE = 0;
/** One level far larger than its neighbours. */
export const SIGNAL_WALL = 1;
/** The mid moved within moments. */
export const SIGNAL_MICRO_MOVE = 2;
/** Takers of one side. */
export const SIGNAL_VOLUME = 3;
export const SIGNAL_KINDS = 4;
/** Where it points: more bids, a wall of bids, a rise, takers that buy; or the other way. */
export const SIGNAL_UP = 0;
export const SIGNAL_DOWN = 1;

// --- state, f64 each -------------------------------------------------------------------------------------------------

/** (bids - asks) / (bids + asks) over the best levels' quantities, each side without its largest level, in [-1, 1]. */
export const SIGNAL_STATE_IMBALANCE = 0;
/** Running sum of order flow at the touch (Cont, Kukanov and Stoikov 2014), in quantity units. */
export const SIGNAL_STATE_FLOW = 8;
/** Running sums of what takers bought and sold, in quantity units, and of trades. */
export const SIGNAL_STATE_BOUGHT = 16;
export const SIGNAL_STATE_SOLD = 24;
export const SIGNAL_STATE_TRADES = 32;
/** Mid in price units; 0 while a side is empty. */
export const SIGNAL_STATE_MID = 40;
/** How far the mid is from what it was a moment ago, in basis points. */
export const SIGNAL_STATE_MOVE_BPS = 48;
/** (bought - sold) / (bought + sold) over the last moments; 0 with too few trades. */
export const SIGNAL_STATE_VOLUME = 56;
/** The largest level of each side: price and quantity units, and multiples of the mean of the others; bids, then asks. */
export const SIGNAL_STATE_BID_WALL = 64;
export const SIGNAL_STATE_ASK_WALL = 88;
export const WALL_PRICE = 0;
export const WALL_QTY = 8;
export const WALL_RATIO = 16;
/** Number of the open bucket (monotonic microseconds divided by HISTORY_BUCKET_US), 0 before the first update; and of the first. */
export const SIGNAL_STATE_BUCKET = 112;
export const SIGNAL_STATE_FIRST_BUCKET = 120;
/** The touch of the last message, for the order flow; a price of 0 where there is none. */
export const SIGNAL_STATE_BID_PRICE = 128;
export const SIGNAL_STATE_BID_QTY = 136;
export const SIGNAL_STATE_ASK_PRICE = 144;
export const SIGNAL_STATE_ASK_QTY = 152;
/** Address of the rules, as a number. */
export const SIGNAL_STATE_RULES = 160;
/** One for every kind and direction (kind * 2 + direction): ... */
export const SIGNAL_STATE_ONSETS = 192;
/** ... how often it has begun; ... */
export const ONSET_COUNT = 0;
/** ... 1 while it stands; ... */
export const ONSET_ACTIVE = 8;
/** ... its strength now and at its strongest since it last began; ... */
export const ONSET_STRENGTH = 16;
export const ONSET_PEAK = 24;
/** ... monotonic microseconds since when it has been strong enough, 0 when it is not; and when it last began. */
export const ONSET_SINCE_US = 32;
export const ONSET_US = 40;
export const ONSET_STRIDE = 48;
export const SIGNAL_STATE_BYTES = 576;

// --- history: what stood at the end of the last buckets of time ---------------------------------------------------------
// A bucket that is complete never changes, until its place is used again HISTORY_BUCKETS later. Whoever has copied the state may
// therefore read, without a lock, those buckets before the open one that are younger than that by a margin.

export const HISTORY_BUCKET_US = 250000;
export const HISTORY_BUCKETS = 64;
/** f64 each: mid, and the running sums as in the state. */
export const HISTORY_MID = 0;
export const HISTORY_FLOW = 8;
export const HISTORY_BOUGHT = 16;
export const HISTORY_SOLD = 24;
export const HISTORY_TRADES = 32;
export const HISTORY_IMBALANCE = 40;
export const HISTORY_STRIDE = 48;
export const SIGNAL_HISTORY = 576;
export const SIGNAL_STRIDE = 3648;
