// The basis strategy on spot and a perpetual: it waits, opens when the distance pays for four trades, and closes at the fair value.
// Run after a build: node build/examples/basis.js

import { Rig } from '../src/sim/lab/rig.js';
import { basisDefinition } from '../src/strategy/basis/basis-strategy.js';
import { SpotFuturesArbitrageDetector } from '../src/strategy/basis/detector.js';

const rig = new Rig({
  rows: [
    [{ venue: 'binance', takerFeeBps: 10, priceDecimals: 2 }],
    [{ venue: 'binance', market: 'futures', takerFeeBps: 5, priceDecimals: 2, qtyDecimals: 0, contractSize: '0.1' }],
  ],
  assumeFills: true,
});
rig.run(rig.make(basisDefinition, { maxPositionQuote: 500, minNetBps: 10, horizonHours: 24 }));
const spot = rig.book('binance');
const perpetual = rig.book('binance', 'futures');
rig.setMark(perpetual, { fundingRate: 0.0002, nextFundingUs: rig.nowUs + rig.epochOffsetUs + 4 * 3_600_000_000 });

/** One turn with spot at 99.99 to 100.00 and the perpetual one cent wide. */
function turn(futuresBid: number): void {
  rig.setBook(spot, [['99.99', '50']], [['100.00', '50']]);
  rig.setBook(perpetual, [[futuresBid.toFixed(2), '500']], [[(futuresBid + 0.01).toFixed(2), '500']]);
  const decided = rig.decisions.length;
  for (const { purpose, legs } of rig.turn(1_000_000)) {
    for (const { book, positionUnits, targetUnits, limitPriceUnits, reduceOnly } of legs) {
      const { instrument, qtyScale, priceUnit } = rig.universe.books[book] ?? spot;
      const held = positionUnits / 10 ** qtyScale;
      const target = targetUnits / 10 ** qtyScale;
      const limit = (limitPriceUnits * priceUnit).toFixed(2);
      console.log(
        `${purpose} ${instrument.symbol}: from ${held} to ${target}, limit ${limit}${reduceOnly ? ', reduce only' : ''}`,
      );
    }
  }
  for (const { stage, verdict, figures } of rig.decisions.slice(decided)) {
    const { name, verdicts, figures: names } = basisDefinition.stages[stage] ?? { name: '', verdicts: [], figures: [] };
    console.log(`${name}: ${verdicts[verdict]}`);
    console.log(figures.map((figure, index) => `  ${names[index]} ${Number(figure.toFixed(4))}`).join('\n'));
  }
}

turn(100.2);
turn(100.6);
turn(100.3);
turn(99.9);
turn(99.9);
for (const { kind, facts } of rig.events) console.log(kind, JSON.stringify(facts));

// The same question without a market: what is this funding worth, and when has it paid for the trades?
const { contract } = perpetual.instrument;
if (contract === null) throw new Error('a perpetual has a contract');
const { annualisedPct, costBps, breakEvenPayments } = new SpotFuturesArbitrageDetector().analyzeFundingArbitrage(
  contract,
  '0.0002',
);
console.log(`funding of 2 bp is ${annualisedPct} % a year; ${costBps} bp of costs are paid for by ${breakEvenPayments} payments`);
