// Where everything lies in the store of a book's single orders. As layout.ts: syntax that AssemblyScript and TypeScript share.
//
// A store: [header][order table][level table][orders][levels]. Orders and levels are named by their number, which starts at 1,
// so that 0 is nobody. Both tables are open addressing with linear probing, at most half full.

/** i32, orders there is room for; written by the plan. There is room for as many levels. */
export const L3_CAPACITY = 0;
/** i32, orders and levels held. */
export const L3_ORDERS = 4;
export const L3_LEVELS = 8;
/** i32, heads of the lists of free records; 0 for none. */
export const L3_FREE_ORDER = 12;
export const L3_FREE_LEVEL = 16;
/** i32, records used at least once: those behind them have never been touched. */
export const L3_ORDERS_TOUCHED = 20;
export const L3_LEVELS_TOUCHED = 24;
export const L3_HEADER_BYTES = 64;

/** Table entry: u32 hash, i32 number of the record (0 means free). */
export const L3_ENTRY_STRIDE = 8;

/** i32, neighbours in the queue of the level; a free record's next is the next free one. */
export const ORDER_NEXT = 0;
export const ORDER_PREVIOUS = 4;
/** i32, the level it stands on. */
export const ORDER_LEVEL = 8;
/** i32, length of a text id; 0 for a UUID, which is packed into 16 bytes. */
export const ORDER_ID_LENGTH = 12;
/** The id, filled up with zeros. */
export const ORDER_ID = 16;
export const ORDER_ID_BYTES = 40;
/** f64, quantity units. */
export const ORDER_QTY = 56;
/** u64, nanoseconds since the epoch by which the queue is sorted; 0 where arrival alone decides. */
export const ORDER_RANK = 64;
/** u32 and i32: CRC of its price and quantity digits as sent, and how many they are. */
export const ORDER_CRC = 72;
export const ORDER_DIGITS = 76;
/** u32, hash of the id. */
export const ORDER_HASH = 80;
/** i32, digits behind the point of the quantity as sent: with the units they give its text back. */
export const ORDER_QTY_DECIMALS = 84;
/** f64, how many orders had arrived before it. */
export const ORDER_ARRIVAL = 88;
export const ORDER_STRIDE = 96;

/** f64, price units, and the sum of its orders' quantities. */
export const QUEUE_PRICE = 0;
export const QUEUE_QTY = 8;
/** i32, first and last order of the queue; a free record's first is the next free one. */
export const QUEUE_HEAD = 16;
export const QUEUE_TAIL = 20;
/** i32, orders in the queue. */
export const QUEUE_ORDERS = 24;
/** i32, 1 for bids, -1 for asks. */
export const QUEUE_SIGN = 28;
/** u32 and i32: CRC of all its orders' digits in queue order, and how many they are; valid while QUEUE_KNOWN is 1. */
export const QUEUE_CRC = 32;
export const QUEUE_DIGITS = 36;
export const QUEUE_KNOWN = 40;
export const QUEUE_HASH = 44;
export const QUEUE_STRIDE = 48;

/** f64 at this offset of the header: orders that arrived so far. */
export const L3_ARRIVALS = 32;
