import type { SeededRandom } from '../../src/domain/random.js';

interface Change {
  readonly isBid: boolean;
  readonly price: number;
  readonly qty: number;
}

/** The plainest venue there is: a book of whole units, numbered changes, and every state it was ever in. */
export class ModelVenue {
  /** The state after each update id, written as SessionRig.read writes it. */
  readonly states = new Map<number, string>();
  sequence = 100;
  private readonly bids = new Map<number, number>();
  private readonly asks = new Map<number, number>();
  private readonly snapshots = new Map<number, string>();

  constructor(
    readonly symbol: string,
    private readonly random: SeededRandom,
  ) {
    for (let i = 0; i < 5; i++) {
      this.bids.set(990 - i, 100 + i);
      this.asks.set(1010 + i, 200 + i);
    }
    this.remember();
  }

  /** The next update as a Binance spot diff; it covers one to three ids. */
  binanceDelta(): string {
    const first = this.sequence + 1;
    const changes = this.change();
    this.sequence = first + this.random.below(3);
    this.remember();
    const side = (isBid: boolean): string =>
      JSON.stringify(changes.filter((change) => change.isBid === isBid).map(({ price, qty }) => [decimal(price), decimal(qty)]));
    return `{"stream":"x","data":{"e":"depthUpdate","E":1767225600000,"s":"${this.symbol}","U":${first},"u":${this.sequence},"b":${side(true)},"a":${side(false)}}}`;
  }

  /** GET /api/v3/depth as it was when `sequence` was the last update. */
  binanceSnapshot(sequence = this.sequence): string {
    return this.snapshots.get(sequence) ?? '';
  }

  /** The next update as a Coinbase l2update. */
  coinbaseUpdate(): string {
    const changes = this.change().map(({ isBid, price, qty }) => [isBid ? 'buy' : 'sell', decimal(price), decimal(qty)]);
    this.sequence++;
    this.remember();
    return JSON.stringify({ type: 'l2update', product_id: this.symbol, changes, time: '2026-01-01T00:00:00.000000Z' });
  }

  coinbaseSnapshot(): string {
    return JSON.stringify({ type: 'snapshot', product_id: this.symbol, bids: rows(this.bids), asks: rows(this.asks) });
  }

  /** The state now. */
  get sides(): string {
    return this.states.get(this.sequence) ?? '';
  }

  private change(): Change[] {
    return Array.from({ length: 1 + this.random.below(3) }, () => {
      const isBid = this.random.below(2) === 0;
      const price = isBid ? 980 + this.random.below(15) : 1005 + this.random.below(15);
      const side = isBid ? this.bids : this.asks;
      // The last level of a side stays, so that the model never has an empty side.
      const qty = side.size > 1 && this.random.below(3) === 0 ? 0 : 1 + this.random.below(500);
      if (qty === 0 && side.has(price)) side.delete(price);
      else if (qty !== 0) side.set(price, qty);
      return { isBid, price, qty };
    });
  }

  private remember(): void {
    this.states.set(this.sequence, `${text(this.bids, -1)} | ${text(this.asks, 1)}`);
    this.snapshots.set(
      this.sequence,
      JSON.stringify({ lastUpdateId: this.sequence, bids: rows(this.bids), asks: rows(this.asks) }),
    );
  }
}

function decimal(units: number): string {
  return (units / 100).toFixed(2);
}

function rows(side: ReadonlyMap<number, number>): string[][] {
  return [...side].map(([price, qty]) => [decimal(price), decimal(qty)]);
}

function text(side: ReadonlyMap<number, number>, order: 1 | -1): string {
  return [...side]
    .sort(([a], [b]) => order * (a - b))
    .map(([price, qty]) => `${price}:${qty}`)
    .join(' ');
}
