// Goal: the engine finds what is planted and falls into no trap, and whoever breaks that is caught. Method: whole seeds; then the same
// seeds with a detector from which one thing is taken away, which the judge must see in the right figure.
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/strategy/capital.js';
import type { DetectorSettings } from './detector.js';
import { ENGINE } from './engine-settings.js';
import { type Figures, figuresOf, misses } from './figures.js';
import { NOTHING, sumOf, type Verdict } from './judge.js';
import { type PlainSettings, PlainStrategy } from './plain-strategy.js';
import { runSeed } from './seed.js';

const SEEDS = [1, 2, 3];
const PLAIN: PlainSettings = { minNet: 0.0025, holdUs: 5_000, grossMax: 0.3, byTouch: false };

function plain(change: Partial<PlainSettings> = {}): DetectorSettings {
  return {
    minNet: PLAIN.minNet,
    maxQuoteAgeUs: 1_000_000,
    feeBps: ({ takerFeeBps }) => takerFeeBps,
    strategies: (universe) => [
      { name: 'plain', strategy: new PlainStrategy(universe, { ...PLAIN, ...change }), budget: new Budget(1e9) },
    ],
  };
}

async function run(settings: DetectorSettings): Promise<{ readonly sum: Verdict; readonly figures: Figures }> {
  let sum = NOTHING;
  for (const seed of SEEDS) sum = sumOf(sum, await runSeed(seed, settings));
  return { sum, figures: figuresOf(SEEDS.length, sum) };
}

/** Kinds of the traps that were taken. */
function taken({ faults }: Verdict): string[] {
  return [...new Set(faults.flatMap((fault) => /taken at [\d.]+: ([\w-]+)/.exec(fault)?.[1] ?? []))].sort();
}

describe('the engine', () => {
  it('finds what is planted, falls into no trap and tells the signals', async () => {
    const { sum, figures } = await run(ENGINE);
    expect(misses(figures)).toEqual([]);
    expect(figures.planted).toBeGreaterThan(100);
    expect(figures.trapsPlanted).toBeGreaterThan(100);
    expect(sum.signalsPlanted).toBeGreaterThan(20);
    // It trades: otherwise no trap would be one.
    expect(sum.intents).toBeGreaterThan(figures.planted / 2);
    expect(sum.strayIntents).toBe(0);
  });
});

describe('the judge sees what is wrong with a detector', () => {
  it('that ignores fees', async () => {
    const { sum, figures } = await run({ ...plain(), feeBps: () => 0 });
    expect(taken(sum)).toContain('fee-eats-profit');
    expect(figures.profitErrorBpMax).toBeGreaterThan(10);
  });

  it('that trades on quotes of any age', async () => {
    const { sum } = await run({ ...plain(), maxQuoteAgeUs: 1e12 });
    expect(taken(sum)).toEqual(['stale-book']);
  });

  it('that believes in a wall at first sight', async () => {
    expect(taken((await run(plain({ holdUs: 0 }))).sum)).toEqual(['fake-wall']);
  });

  it('that takes another asset of the same name for a profit', async () => {
    const credulous = { ...plain({ grossMax: Number.POSITIVE_INFINITY }), listingRatioMax: Number.POSITIVE_INFINITY };
    expect(taken((await run(credulous)).sum)).toContain('other-asset');
  });

  it('that believes in the touch alone', async () => {
    expect(taken((await run(plain({ byTouch: true }))).sum)).toEqual(expect.arrayContaining(['below-minimum', 'too-thin']));
  });

  it('that never looks at one of the venues', async () => {
    const blind = await run({ ...plain(), feeBps: ({ venue, takerFeeBps }) => (venue === 'gateio' ? 9_000 : takerFeeBps) });
    const whole = await run(plain());
    expect(blind.sum.planted).toBe(whole.sum.planted);
    expect(blind.figures.foundRatio).toBeLessThan(whole.figures.foundRatio - 0.2);
  });

  it('and nothing where nothing is wrong', async () => {
    const { sum, figures } = await run(plain());
    expect(taken(sum)).toEqual([]);
    expect(figures.foundRatio).toBe(1);
    expect(sum.strayIntents).toBe(0);
    expect(figures.profitErrorBpMax).toBeLessThan(1e-6);
    expect(figures.signalRecall).toBeGreaterThan(0.95);
    expect(figures.signalFalseRatio).toBeLessThan(0.05);
  });
});
