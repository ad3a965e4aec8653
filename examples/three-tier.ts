// The three-tier strategy on one thin instrument at three venues: a spread that only flickers, then one that stands and is traded.
// Prints every decision with its numbers, the intent, and what is left of the opportunities. Run after a build:
// node build/examples/three-tier.js

import { BUY } from '../src/kernel/pricing.js';
import { type Level, Rig } from '../src/sim/lab/rig.js';
import { Budget } from '../src/strategy/capital.js';
import { MinimalOrderCalculator } from '../src/strategy/three-tier/minimal-order-calculator.js';
import { PriceImpactAnalyzer } from '../src/strategy/three-tier/price-impact-analyzer.js';
import { ThreeTierStrategy, threeTierDefinition } from '../src/strategy/three-tier/three-tier-strategy.js';

const rig = new Rig({
  rows: [
    [
      { venue: 'mexc', takerFeeBps: 5, rules: { minQuoteAmount: '1' } },
      { venue: 'gateio', takerFeeBps: 20, rules: { minQuoteAmount: '3' } },
      { venue: 'binance', takerFeeBps: 10 },
    ],
  ],
  assumeFills: true,
});
const strategy = new ThreeTierStrategy(threeTierDefinition.config.parse({}), rig.universe);
rig.run({ name: 'three-tier', strategy, budget: new Budget(1000) });
const [mexc, gateio, binance] = [rig.book('mexc'), rig.book('gateio'), rig.book('binance')];

/** One turn later; what was decided in it is printed. */
function turn(afterUs: number): void {
  const decided = rig.decisions.length;
  rig.turn(afterUs);
  for (const { stage, verdict, figures, tsUs } of rig.decisions.slice(decided)) {
    const { name, verdicts, figures: names } = threeTierDefinition.stages[stage] ?? { name: '', verdicts: [], figures: [] };
    console.log(`${(tsUs - 1_000_000) / 1000} ms, ${name}: ${verdicts[verdict]}`);
    console.log(`  ${figures.map((figure, index) => `${names[index]} ${Number(figure.toPrecision(6))}`).join(', ')}`);
  }
}
const bid = (price: string): Level[] => [
  [price, '30'],
  ['1.0300', '500'],
];

const sizes = new MinimalOrderCalculator().calculateOrderSizes(mexc.instrument, gateio.instrument, '1.0000');
console.log(`sizes: ${sizes.map(({ multiplier, amount, value }) => `${multiplier}x ${amount} ABC worth ${value}`).join(', ')}`);

rig.setBook(
  mexc,
  [['0.9900', '200']],
  [
    ['1.0000', '8'],
    ['1.0050', '200'],
  ],
);
rig.setBook(binance, [['1.0000', '100']], [['1.0200', '100']]);
console.log('a bid that is there for a millisecond:');
rig.setBook(gateio, bid('1.0600'), [['1.0700', '50']]);
turn(1000);
rig.setBook(gateio, [['1.0000', '30']], [['1.0700', '50']]);
turn(1000);
console.log('a bid that stays:');
rig.setBook(gateio, bid('1.0500'), [['1.0700', '50']]);
turn(1000);
const impact = new PriceImpactAnalyzer(rig.views, rig.costs).calculateExecutionPrice(mexc, BUY, 50);
console.log(
  `buying 50 ABC at mexc: ${impact.averagePrice.toFixed(4)} on average, ${impact.slippageBps.toFixed(1)} bps from the touch`,
);
turn(3000);
for (const { expectedNet, legs, fallbackBook } of rig.intents) {
  console.log(`intent, expected to leave ${expectedNet.toFixed(4)} USDT`);
  for (const { book, targetUnits, limitPriceUnits } of legs) {
    const venue = rig.universe.books[book]?.instrument.venue;
    console.log(`  ${venue}: to ${(targetUnits / 100).toFixed(2)} ABC, limit ${(limitPriceUnits / 1e4).toFixed(4)}`);
  }
  console.log(`  hedged at ${rig.universe.books[fallbackBook]?.instrument.venue} if need be`);
}
rig.setBook(gateio, [['1.0000', '30']], [['1.0700', '50']]);
turn(1000);
const { opened, confirmed, attempted, succeeded } = strategy.history.ofRow(0);
console.log(`opportunities: ${opened} opened, ${confirmed} confirmed, ${attempted} plans, ${succeeded} succeeded`);
for (const { id, openedUs, closedUs, isConfirmed, bestNetQuote } of strategy.record.newest(10)) {
  const stoodMs = ((closedUs ?? openedUs) - openedUs) / 1000;
  console.log(
    `  number ${id}: stood ${stoodMs} ms, ${isConfirmed ? 'confirmed' : 'not confirmed'}, at best ${bestNetQuote.toFixed(4)} USDT`,
  );
}
