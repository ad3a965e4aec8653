import { BOOK_RULE_DELTAS, DECODER_COINBASE_FULL } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { writeUnits } from './book-model.js';
import { type FrameStream, type GeneratedFrame, isoOf, pick, START_MS, type StreamOptions, textFrame } from './frame-stream.js';
import { instruments } from './instruments.js';
import { type ModelOrder, type ModelOrderEvent, OrderModel, uuid } from './order-model.js';

/** One product of the full channel. */
class FullLane {
  readonly frames: GeneratedFrame[] = [];
  private sequence = 51_000_123_456;
  private timeMs = START_MS;
  private tradeId = 900_100;

  constructor(
    readonly model: OrderModel,
    private readonly random: SeededRandom,
  ) {}

  /** Body of the REST level 3 book. */
  rest(): GeneratedFrame {
    const rows = (side: 'bid' | 'ask'): string =>
      this.model
        .top(side)
        .map((order) => `["${this.price(order)}","${this.size(order.qty)}","${order.id}"]`)
        .join(',');
    const text = `{"sequence":${this.sequence},"bids":[${rows('bid')}],"asks":[${rows('ask')}],"auction_mode":false,"auction":null,"time":"${isoOf(this.timeMs)}"}`;
    return textFrame('rest', this.model.spec.symbol, text);
  }

  /** The frames of one event, numbered on from the last. */
  event(event: ModelOrderEvent): GeneratedFrame[] {
    const { order } = event;
    const id = `"order_id":"${order.id}"`;
    const side = `"side":"${order.side === 'bid' ? 'buy' : 'sell'}"`;
    const price = `"price":"${this.price(order)}"`;
    switch (event.type) {
      case 'open':
        return [
          this.frame('other', 'received', `${id},"size":"${this.size(order.qty)}",${price},${side},"order_type":"limit"`),
          this.frame('delta', 'open', `${id},${side},${price},"remaining_size":"${this.size(order.qty)}"`),
        ];
      case 'fill': {
        const taker = uuid(this.random);
        const match = `"trade_id":${++this.tradeId},"maker_order_id":"${order.id}","taker_order_id":"${taker}","size":"${this.size(event.qty)}",${price},${side}`;
        const takerSide = `"side":"${order.side === 'bid' ? 'sell' : 'buy'}"`;
        const frames = [
          this.frame('other', 'received', `"order_id":"${taker}","funds":"100.00",${takerSide},"order_type":"market"`),
          this.frame('delta', 'match', match),
        ];
        if (event.leftQty === 0)
          frames.push(this.frame('delta', 'done', `${id},"reason":"filled",${side},${price},"remaining_size":"0"`));
        // A market order is done without price and size, and was never on the book.
        frames.push(this.frame('delta', 'done', `"order_id":"${taker}","reason":"filled",${takerSide}`));
        return frames;
      }
      case 'shrink': {
        const sizes = `"old_size":"${this.size(order.qty)}","new_size":"${this.size(event.qty)}"`;
        return [this.frame('delta', 'change', `${id},"reason":"STP",${side},${price},${sizes}`)];
      }
      case 'cancel':
        return [
          this.frame('delta', 'done', `${id},"reason":"canceled",${side},${price},"remaining_size":"${this.size(order.qty)}"`),
        ];
    }
  }

  private frame(kind: 'delta' | 'other', type: string, members: string): GeneratedFrame {
    this.timeMs += this.random.below(20);
    const { symbol } = this.model.spec;
    const head = `"type":"${type}","time":"${isoOf(this.timeMs, this.random.below(1000))}","product_id":"${symbol}","sequence":${++this.sequence}`;
    return textFrame(kind, symbol, `{${head},${members}}`);
  }

  private price(order: ModelOrder): string {
    return writeUnits(order.price, this.model.spec.priceScale, 'fixed');
  }

  private size(qty: number): string {
    return writeUnits(qty, this.model.spec.qtyScale, 'shortest');
  }
}

/** The full channel of three products, each after its REST level 3 book. `frames` counts events, most of which are 2 frames. */
export function coinbaseFullStream(options: StreamOptions): FrameStream {
  const random = new SeededRandom(options.seed);
  const lanes = instruments((base) => `${base}-USD`).map((spec) => {
    const fork = random.fork(spec.symbol);
    return new FullLane(new OrderModel(fork, spec, uuid, options.levels ?? 200), fork);
  });
  const frames = lanes.map((lane) => lane.rest());
  for (let i = 0; i < options.frames; i++) {
    const lane = pick(random, lanes);
    frames.push(...lane.event(lane.model.step()));
  }
  return {
    decoder: DECODER_COINBASE_FULL,
    instruments: lanes.map(({ model }) => model.spec),
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    isL3: true,
    frames,
  };
}
