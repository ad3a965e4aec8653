// The four-stage pipeline on one instrument at three venues: a quarter of a minute of an ordinary market, then takers and orders lean
// up at one venue. Prints what every stage said with its numbers, the intent, and the exit. Run after a build: node build/examples/hifa.js
import { DEFAULT_SIGNAL_RULES } from '../src/kernel/signal-plan.js';
import { type Level, Rig } from '../src/sim/lab/rig.js';
import { hifaDefinition } from '../src/strategy/hifa/definition.js';
import type { BookInfo } from '../src/strategy/universe.js';

const rig = new Rig({
  rows: [(['mexc', 'gateio', 'kraken'] as const).map((venue) => ({ venue, takerFeeBps: 1 }))],
  memory: { signals: DEFAULT_SIGNAL_RULES },
  assumeFills: true,
});
rig.run(rig.make(hifaDefinition, { plan: { alpha: 2.5 } }));

const LEVELS = [1, 2, 3, 4, 5, 6];
const shown = new Map<number, number>();

/** Moves a book to a mid, in ticks of 0.0001, with `bidQty` and `askQty` on every level. */
function quote(info: BookInfo, mid: number, bidQty: number, askQty: number): void {
  const side = (centre: number, sign: number, qty: string): Level[] =>
    LEVELS.map((level) => [((centre + sign * level) / 1e4).toFixed(4), qty] as const);
  const last = shown.get(info.book);
  shown.set(info.book, mid);
  const bids = side(mid, -1, String(bidQty));
  const asks = side(mid, 1, String(askQty));
  if (last === undefined) {
    rig.setBook(info, bids, asks);
    return;
  }
  const gone = (before: readonly Level[], now: readonly Level[]): Level[] =>
    before.filter(([price]) => now.every(([other]) => other !== price)).map(([price]) => [price, '0']);
  rig.update(info, [...gone(side(last, -1, '0'), bids), ...bids], [...gone(side(last, 1, '0'), asks), ...asks]);
}

/** Prints what was decided and sent since. */
let printed = 0;
let sent = 0;
function report(): void {
  for (const { stage, verdict, figures } of rig.decisions.slice(printed)) {
    const { name, verdicts, figures: names } = hifaDefinition.stages[stage] ?? { name: '', verdicts: [], figures: [] };
    console.log(`${name}: ${verdicts[verdict]}`);
    console.log(`  ${figures.map((figure, index) => `${names[index]} ${Number(figure.toPrecision(5))}`).join(', ')}`);
  }
  for (const { purpose, legs, expectedNet } of rig.intents.slice(sent)) {
    console.log(`intent to ${purpose}, expected to leave ${expectedNet.toFixed(4)} USDT`);
    for (const { book, targetUnits, limitPriceUnits, reduceOnly } of legs) {
      const { instrument } = rig.universe.books[book] as BookInfo;
      const limit = (limitPriceUnits / 1e4).toFixed(4);
      const only = reduceOnly ? ', reduce only' : '';
      console.log(`  ${instrument.venue}: to ${(targetUnits / 100).toFixed(2)} ABC, limit ${limit}${only}`);
    }
  }
  printed = rig.decisions.length;
  sent = rig.intents.length;
}

const [mexc, gateio, kraken] = rig.universe.books as [BookInfo, BookInfo, BookInfo];
// Seventeen seconds without a direction; gateio and kraken repeat mexc half a second later.
const mids = Array.from({ length: 68 }, (_, step) => 10_000 + Math.round(4 * Math.sin(step * step)));
mids.forEach((mid, step) => {
  quote(mexc, mid, 300, 300);
  quote(gateio, mids[Math.max(0, step - 2)] ?? mid, 200, 200);
  quote(kraken, mids[Math.max(0, step - 2)] ?? mid, 100, 100);
  rig.turn(250_000);
});
// Then mexc rises, orders pile up below it, and takers buy.
const mid = mids.at(-1) ?? 10_000;
for (let step = 1; step <= 4; step++) {
  quote(mexc, mid + 3 * step, 500, 60);
  for (let trade = 0; trade < 3; trade++) rig.trade(mexc, 'buy', ((mid + 3 * step + 1) / 1e4).toFixed(4), '20');
  quote(gateio, mid + step, 220, 160);
  quote(kraken, mid + step, 110, 80);
  rig.turn(250_000);
}
report();
// The position is held for its five seconds while the others catch up.
for (let step = 1; step <= 21; step++) {
  quote(mexc, mid + 14, 300, 300);
  quote(gateio, mid + Math.min(14, 4 + step), 200, 200);
  quote(kraken, mid + Math.min(14, 4 + step), 100, 100);
  rig.turn(250_000);
}
console.log('after the horizon:');
report();
console.log(`${rig.context.budget.committedQuote} USDT of the budget are still committed`);
