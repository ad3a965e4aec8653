import { BASE, BUY, Pricing } from '../src/kernel/pricing.js';
import { binanceStream } from '../test/frames/binance.js';
import { type BenchResult, compared, type Effort, race, type Suite, sink } from './measure.js';
import { Stage } from './stage.js';

const LEVELS = 20;

interface Level {
  readonly price: number;
  readonly qty: number;
}

/** Average price of a quantity that all but empties 20 copied levels. */
export const vwapSuite: Suite = {
  ids: ['vwap.20levels.vs.ts', 'vwap.20levels.vs.typed'],
  run,
};

async function run(effort: Effort): Promise<BenchResult[]> {
  const stage = new Stage(binanceStream('spot', { seed: 5, frames: 1, levels: 100 }));
  stage.begin();
  const symbol = stage.stream.instruments[0]?.symbol ?? '';
  const { asks } = stage.top(symbol, LEVELS);
  const objects = asks.map(([price, qty]): Level => ({ price, qty }));
  const typed = Float64Array.from(asks.flat());
  const qty = Math.floor(objects.reduce((sum, level) => sum + level.qty, 0) * 0.97);
  const pricing = new Pricing(stage.kernel);
  pricing.copy(stage.book(symbol), LEVELS);
  pricing.vwap(BUY, BASE, qty);
  const answers = [pricing.averagePriceUnits, vwapObjects(objects, qty), vwapTyped(typed, qty)];
  if (answers.some((answer) => Math.abs(answer / (answers[0] ?? 0) - 1) > 1e-12)) throw new Error(`they disagree: ${answers}`);
  const calls = effort.quick ? 10 : 2000;
  const [own = 0, plain = 0, array = 0] = (
    await race(
      [
        {
          name: 'kernel',
          run: () => {
            for (let i = 0; i < calls; i++) {
              pricing.vwap(BUY, BASE, qty - i);
              sink.total += pricing.averagePriceUnits;
            }
          },
        },
        {
          name: 'objects',
          run: () => {
            for (let i = 0; i < calls; i++) sink.total += vwapObjects(objects, qty - i);
          },
        },
        {
          name: 'typed array',
          run: () => {
            for (let i = 0; i < calls; i++) sink.total += vwapTyped(typed, qty - i);
          },
        },
      ],
      effort,
    )
  ).map((ns) => ns / calls);
  return [
    compared('vwap.20levels.vs.ts', 'ns', own, 'TypeScript loop over level objects', plain),
    compared('vwap.20levels.vs.typed', 'ns', own, 'TypeScript loop over a Float64Array', array),
  ];
}

function vwapObjects(levels: readonly Level[], qty: number): number {
  let left = qty;
  let quote = 0;
  for (const level of levels) {
    const part = level.qty < left ? level.qty : left;
    quote += part * level.price;
    left -= part;
    if (left === 0) break;
  }
  return quote / (qty - left);
}

function vwapTyped(levels: Float64Array, qty: number): number {
  let left = qty;
  let quote = 0;
  for (let i = 0; i < levels.length && left > 0; i += 2) {
    const held = levels[i + 1] ?? 0;
    const part = held < left ? held : left;
    quote += part * (levels[i] ?? 0);
    left -= part;
  }
  return quote / (qty - left);
}
