// Goal: chances are the counts one makes by hand, forecasts never look ahead, and their scores tell a good model from a naive one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalculationError } from '../../../src/domain/calculation-error.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { MarketRegime } from '../../../src/history/quality/market-condition.js';
import { RegimeForecaster, scoreForecasts } from '../../../src/research/regimes/regime-forecast.js';
import { REGIMES } from '../../../src/research/regimes/regime-names.js';

const { RANGING, CRISIS, TRENDING_UP } = MarketRegime;
const at = (regime: MarketRegime): number => REGIMES.indexOf(regime);

function having(regimes: readonly MarketRegime[]): RegimeForecaster {
  const forecaster = new RegimeForecaster();
  for (const regime of regimes) forecaster.observe(regime);
  return forecaster;
}

describe('a forecast', () => {
  it('counts stays at the same age and changes to each other regime', () => {
    const { chances, mostLikely } = having([RANGING, RANGING, CRISIS, RANGING]).forecast();
    // RANGING: one stay at age 1, one end at age 2. Overall (1 + 4 * 0.8) / (2 + 4) = 0.7; at age 1: (1 + 20 * 0.7) / (1 + 20) = 15 / 21.
    expect(chances[at(RANGING)]).toBeCloseTo(15 / 21, 12);
    // One change, to CRISIS: (1 + 1/5) / 2 of the rest, the others (1/5) / 2 each.
    expect(chances[at(CRISIS)]).toBeCloseTo((6 / 21) * 0.6, 12);
    expect(chances[at(TRENDING_UP)]).toBeCloseTo((6 / 21) * 0.1, 12);
    expect(mostLikely).toBe(RANGING);
    expect(() => new RegimeForecaster().forecast()).toThrow(CalculationError);
  });

  it('has chances that add up, and a matrix whose rows do', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...REGIMES), { minLength: 1, maxLength: 80 }), (regimes) => {
        const forecaster = having(regimes);
        const { chances, expectedStepsLeft } = forecaster.forecast();
        for (const row of [chances, ...forecaster.transitionMatrix()]) {
          expect(row.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12);
          expect(Math.min(...row)).toBeGreaterThan(0);
        }
        expect(expectedStepsLeft).toBeGreaterThan(0);
      }),
    );
  });

  it('knows how long regimes last', () => {
    const cycle = Array.from({ length: 400 }, (_, step) => (step % 8 < 6 ? RANGING : CRISIS));
    const forecaster = having(cycle);
    const durations = forecaster.meanDurations();
    expect(durations[at(RANGING)]).toBeCloseTo(6, 1);
    expect(durations[at(CRISIS)]).toBeCloseTo(2, 1);
    expect(durations[at(TRENDING_UP)]).toBeNaN();
    // In the second step of a CRISIS: it ends now.
    expect(forecaster.forecast().mostLikely).toBe(RANGING);
    forecaster.observe(RANGING);
    expect(forecaster.forecast().mostLikely).toBe(RANGING);
    expect(forecaster.forecast().expectedStepsLeft).toBeGreaterThan(3);
  });
});

describe('scores', () => {
  it('are those of the chances before each step', () => {
    const { steps, model, naive } = scoreForecasts([RANGING, RANGING, CRISIS], 1);
    expect(steps).toBe(2);
    // Nothing seen: stay 0.8; then one stay: overall (1 + 3.2) / 5 = 0.84, age 2 unseen: 0.84, so 0.16 / 5 for each other regime.
    const [first, second] = [0.8, 0.16 / 5];
    expect(model.logScore).toBeCloseTo((Math.log(first) + Math.log(second)) / 2, 12);
    const brier = [0.2 ** 2 + 5 * 0.04 ** 2, 0.84 ** 2 + (1 - second) ** 2 + 4 * second ** 2];
    expect(model.brier).toBeCloseTo(((brier[0] as number) + (brier[1] as number)) / 2, 12);
    expect(model.hitRate).toBe(0.5);
    expect(naive.logScore).toBeCloseTo(model.logScore, 12); // one regime alone: the same counts
    expect(() => scoreForecasts([RANGING], 0)).toThrow(CalculationError);
  });

  it('favour the model where durations and changes have a pattern', () => {
    const random = new SeededRandom(3);
    const regimes: MarketRegime[] = [];
    while (regimes.length < 3_000) {
      // Long calm, then two steps of crisis, which always lead into a trend.
      for (let calm = 0; calm < 6 + random.below(6); calm++) regimes.push(RANGING);
      regimes.push(CRISIS, CRISIS, TRENDING_UP, TRENDING_UP, TRENDING_UP);
    }
    const { model, naive, isBetter } = scoreForecasts(regimes);
    expect(isBetter).toBe(true);
    expect(model.hitRate).toBeGreaterThan(naive.hitRate + 0.05);
  });

  it('do not favour it where there is none', () => {
    const random = new SeededRandom(4);
    let regime: MarketRegime = RANGING;
    const regimes = Array.from({ length: 4_000 }, () => {
      if (random.next() < 0.1) regime = REGIMES[random.below(REGIMES.length)] as MarketRegime;
      return regime;
    });
    const { model, naive } = scoreForecasts(regimes);
    // Learning what is not there costs a little, and gains nothing.
    expect(model.logScore).toBeLessThan(naive.logScore + 0.002);
    expect(model.logScore).toBeGreaterThan(naive.logScore - 0.02);
    expect(model.hitRate).toBeCloseTo(naive.hitRate, 2);
  });

  it('do not depend on what comes later', () => {
    const sequence = fc.array(fc.constantFrom(...REGIMES), { minLength: 3, maxLength: 40 });
    fc.assert(
      fc.property(sequence, sequence, (known, later) => {
        const whole = having([...known, ...later]);
        const again = having(known);
        const before = again.forecast();
        for (const regime of later) again.observe(regime);
        expect(having(known).forecast()).toEqual(before);
        expect(again.forecast()).toEqual(whole.forecast());
      }),
    );
  });
});
