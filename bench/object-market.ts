interface Level {
  readonly price: number;
  qty: number;
}

/** A book as a list of level objects a side, best first. */
interface Book {
  readonly bids: Level[];
  readonly asks: Level[];
}

const MULTIPLIERS = [1, 2, 5, 10];
const MIN_NET = 0.01;
const LEAST_QUOTE = 5;

/** The market as a program keeps it that parses frames into objects on its main thread: what decisions are compared with. */
export class ObjectMarket {
  private readonly books: readonly Book[];
  private readonly numbers = new Map<string, number>();

  /** @param venues books of a row, one after the other */
  constructor(
    books: readonly {
      readonly bids: readonly (readonly [string, string])[];
      readonly asks: readonly (readonly [string, string])[];
    }[],
    private readonly venues: number,
    private readonly fee: number,
  ) {
    const plain = (levels: readonly (readonly [string, string])[]): Level[] =>
      levels.map(([price, qty]) => ({ price: Number(price), qty: Number(qty) }));
    this.books = books.map(({ bids, asks }) => ({ bids: plain(bids), asks: plain(asks) }));
  }

  /** Takes a frame of a book in. @returns whether its row now has something to trade */
  take(book: number, text: string): boolean {
    const frame = JSON.parse(text) as {
      readonly u: number;
      readonly s: string;
      readonly b: [string, string][];
      readonly a: [string, string][];
    };
    this.numbers.set(frame.s, frame.u);
    const { bids, asks } = this.books[book] as Book;
    for (const [price, qty] of frame.b) apply(bids, Number(price), Number(qty), -1);
    for (const [price, qty] of frame.a) apply(asks, Number(price), Number(qty), 1);
    return this.decide(Math.floor(book / this.venues));
  }

  /** Whether a row has something to trade now. */
  decide(row: number): boolean {
    const first = row * this.venues;
    let best = Number.NEGATIVE_INFINITY;
    let pair: readonly [Book, Book] | undefined;
    for (let buy = first; buy < first + this.venues; buy++) {
      for (let sell = first; sell < first + this.venues; sell++) {
        const [from, to] = [this.books[buy] as Book, this.books[sell] as Book];
        const [ask, bid] = [from.asks[0]?.price ?? 0, to.bids[0]?.price ?? 0];
        if (buy === sell || ask === 0 || bid === 0) continue;
        const net = (bid * (1 - this.fee)) / (ask * (1 + this.fee)) - 1;
        if (net > best) {
          best = net;
          pair = [from, to];
        }
      }
    }
    if (pair === undefined || best < MIN_NET) return false;
    const [from, to] = pair;
    const ask = from.asks[0]?.price ?? 1;
    const profits = MULTIPLIERS.map((multiplier) => {
      const base = Math.ceil((LEAST_QUOTE * multiplier) / ask / 0.01) * 0.01;
      return walk(to.bids, base) * (1 - this.fee) - walk(from.asks, base) * (1 + this.fee);
    });
    return Math.max(...profits) > 0;
  }
}

function apply(side: Level[], price: number, qty: number, sign: 1 | -1): void {
  const at = side.findIndex((level) => sign * (level.price - price) >= 0);
  const found = at < 0 ? undefined : side[at];
  if (found?.price === price) {
    if (qty === 0) side.splice(at, 1);
    else found.qty = qty;
  } else if (qty > 0) side.splice(at < 0 ? side.length : at, 0, { price, qty });
}

function walk(levels: readonly Level[], base: number): number {
  let left = base;
  let quote = 0;
  for (const { price, qty } of levels) {
    const taken = Math.min(left, qty);
    quote += price * taken;
    left -= taken;
    if (left <= 0) break;
  }
  return quote;
}
