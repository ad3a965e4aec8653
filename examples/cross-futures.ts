// One perpetual on three venues with contracts of different sizes: bought where it is cheap, sold where it is dear, closed when they agree.
// Run after a build: node build/examples/cross-futures.js
import type { Market, VenueId } from '../src/domain/venue.js';
import { Rig } from '../src/sim/lab/rig.js';
import { CrossExchangeFuturesArbitrage } from '../src/strategy/cross-futures/arbitrage.js';
import { crossFuturesDefinition } from '../src/strategy/cross-futures/cross-futures-strategy.js';
import { Funds } from '../src/strategy/hedged/funds.js';
import { marginTable } from '../src/strategy/hedged/margin-terms.js';

const perpetual = (venue: VenueId, contractSize: string, takerFeeBps: number) => {
  const market: Market = 'futures';
  return { venue, market, contractSize, takerFeeBps, priceDecimals: 2, qtyDecimals: 0 };
};
const rig = new Rig({
  rows: [[perpetual('mexc', '0.1', 2), perpetual('gateio', '0.01', 5), perpetual('binance', '1', 5)]],
  assumeFills: true,
});
// Believed at first sight: what stands here for a moment stands for good.
const parameters = { maxPositionQuote: 1000, minNetBps: 20, leverage: 5, confirmMs: 0 };
rig.run(rig.make(crossFuturesDefinition, parameters));

/** One turn: the best bid of each venue, one cent wide; mexc is thin. */
function turn(mexc: number, gateio: number, binance: number): void {
  for (const [venue, bid, contracts] of [
    ['mexc', mexc, '40'],
    ['gateio', gateio, '90000'],
    ['binance', binance, '90'],
  ] as const) {
    rig.setBook(rig.book(venue, 'futures'), [[bid.toFixed(2), contracts]], [[(bid + 0.01).toFixed(2), contracts]]);
  }
  const decided = rig.decisions.length;
  for (const { purpose, legs } of rig.turn(1_000_000)) {
    for (const { book, positionUnits, targetUnits } of legs) {
      const { instrument } = rig.universe.books[book] ?? rig.book('mexc', 'futures');
      console.log(
        `${purpose} ${instrument.venue}: from ${positionUnits} to ${targetUnits} contracts of ${instrument.contractSize}`,
      );
    }
  }
  for (const { stage, verdict, figures } of rig.decisions.slice(decided)) {
    const { name, verdicts, figures: names } = crossFuturesDefinition.stages[stage] ?? { name: '', verdicts: [], figures: [] };
    console.log(`${name}: ${verdicts[verdict]}`);
    console.log(figures.map((figure, index) => `  ${names[index]} ${Number(figure.toFixed(4))}`).join('\n'));
  }
}

turn(99.99, 101, 100);
// What the same prices need in margin, and how 500 at each venue are best spread.
const config = crossFuturesDefinition.config.parse(parameters);
const arbitrage = new CrossExchangeFuturesArbitrage(config, rig.universe);
const funds = new Funds(rig.universe.accounts, marginTable(rig.universe, config));
const found = arbitrage.scanCrossExchangeOpportunities({ market: rig.market, context: rig.context, funds });
const capital = { mexc: '50', gateio: '150', binance: '500' };
for (const opportunity of found) {
  const { initialMargin, marginUtilization, liquidationBuffer, maxPositionSize } = arbitrage.calculateMarginRequirements(
    opportunity,
    capital,
  );
  console.log(
    `margin ${Number(initialMargin).toFixed(2)}, ${marginUtilization.toFixed(2)} of what the tightest venue has, so at most ${maxPositionSize}`,
  );
  console.log(`liquidation at least ${(liquidationBuffer * 100).toFixed(1)} % away`);
}
const { allocations, expectedProfit } = arbitrage.optimizeLeverageAllocation(found, capital);
for (const { sizeBase, legs } of allocations) {
  console.log(
    `allocated ${sizeBase}: ${legs.map(({ venue, leverage, margin }) => `${venue} ${margin} at ${leverage.toFixed(2)}x`).join(', ')}`,
  );
}
console.log(`expected profit ${expectedProfit.toFixed(4)}`);
turn(100.4, 100.6, 100.4);
turn(100.5, 100.49, 100.5);
turn(100.5, 100.49, 100.5);
for (const { kind, facts } of rig.events) console.log(kind, JSON.stringify(facts));
