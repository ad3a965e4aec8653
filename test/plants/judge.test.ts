// Goal: the judge finds what it is there to find. Method: truths and words of detectors made up by hand, right and wrong by one thing each.
import { describe, expect, it } from 'vitest';
import type { PlantedTruth, ProfitPlant, SignalPlant, SizeTruth, TrapPlant } from '../../src/sim/plants/truth.js';
import { figuresOf, misses } from './figures.js';
import { judge, NOTHING, sumOf, type Verdict } from './judge.js';
import type { Found, Observed, ObservedIntent, Onset } from './observed.js';

const WAY_US = 1_000;
const ROW = { market: 'spot', base: 'ABCD', quote: 'USDT' } as const;
const OTHER_ROW = { market: 'futures', base: 'ABCD', quote: 'USDT' } as const;

const size = (multiple: number, status: SizeTruth['status']): SizeTruth => ({
  multiple,
  status,
  base: '1',
  cost: '1',
  net: '0.1',
});
const PROFIT: ProfitPlant = {
  kind: 'profit',
  row: ROW,
  pair: { buy: 'mexc', sell: 'kraken' },
  startUs: 10_000,
  endUs: 20_000,
  still: true,
  sizes: [size(1, 'feasible'), size(2, 'feasible'), size(5, 'too-thin'), size(10, 'too-thin')],
};
const FOUND: Found = {
  row: ROW,
  pair: PROFIT.pair,
  atUs: 11_000,
  sizes: [1, 2].map((multiple) => ({ multiple, base: '1', net: 0.1 })),
};
const TRAP: TrapPlant = { kind: 'stale-book', row: ROW, venue: 'gateio', pair: null, startUs: 50_000, endUs: 90_000, sizes: [] };
const intent = (atUs: number, buy: 'mexc' | 'gateio' | 'binance', sell: 'kraken' | 'gateio' | 'binance'): ObservedIntent => ({
  atUs,
  expectedNet: 0.1,
  legs: [
    { row: ROW, venue: buy, side: 'buy', base: '1' },
    { row: ROW, venue: sell, side: 'sell', base: '1' },
  ],
});
const SIGNAL: SignalPlant = { kind: 'wall', row: ROW, venue: 'mexc', up: true, startUs: 100_000, endUs: 200_000, counts: true };
const ONSET: Onset = { kind: 'wall', row: ROW, venue: 'mexc', up: true, atUs: 101_000 };

function verdict(truth: Partial<PlantedTruth>, observed: Partial<Observed>, errorsBp: readonly number[] = []): Verdict {
  return judge(
    { profits: [], traps: [], signals: [], ...truth },
    { found: [], intents: [], onsets: [], ...observed },
    WAY_US,
    errorsBp,
  );
}

describe('profits', () => {
  const profits = [PROFIT];
  const countFound = (found: Found): number => verdict({ profits }, { found: [found] }).found;

  it('are found by the pair with every size that can be traded, while they live', () => {
    expect(verdict({ profits }, { found: [FOUND] })).toMatchObject({ planted: 1, found: 1, faults: [] });
    expect(countFound({ ...FOUND, atUs: PROFIT.endUs + WAY_US })).toBe(1);
  });

  it('are not found too late, elsewhere, the other way round, or without one of the sizes', () => {
    expect(countFound({ ...FOUND, atUs: PROFIT.endUs + WAY_US + 1 })).toBe(0);
    expect(countFound({ ...FOUND, atUs: PROFIT.startUs - 1 })).toBe(0);
    expect(countFound({ ...FOUND, row: OTHER_ROW })).toBe(0);
    expect(countFound({ ...FOUND, pair: { buy: 'kraken', sell: 'mexc' } })).toBe(0);
    expect(countFound({ ...FOUND, sizes: FOUND.sizes.slice(0, 1) })).toBe(0);
    expect(verdict({ profits }, {}).faults).toEqual(['not found: profit ABCD spot at mexc to kraken from 10000 for 10000 us']);
  });

  it('do not count when they last five milliseconds or less', () => {
    expect(verdict({ profits: [{ ...PROFIT, endUs: PROFIT.startUs + 5_000 }] }, {}).planted).toBe(0);
    expect(verdict({ profits: [{ ...PROFIT, endUs: PROFIT.startUs + 5_001 }] }, {}).planted).toBe(1);
  });

  it('are predicted as badly as at the worst of all trades', () => {
    expect(verdict({}, {}, [0.1, 0.7, 0.2]).profitErrorBpMax).toBe(0.7);
  });
});

describe('traps', () => {
  const traps = [TRAP];

  it('are taken by an intent with the lying venue on either side, while they last', () => {
    expect(verdict({ traps }, { intents: [intent(60_000, 'gateio', 'kraken')] })).toMatchObject({
      trapsPlanted: 1,
      trapsTaken: 1,
    });
    expect(verdict({ traps }, { intents: [intent(60_000, 'mexc', 'gateio')] }).trapsTaken).toBe(1);
    expect(verdict({ traps }, { intents: [intent(90_000 + WAY_US, 'mexc', 'gateio')] }).trapsTaken).toBe(1);
  });

  it('are not taken by seeing them, by another pair, in another row or at another time', () => {
    expect(verdict({ traps }, { found: [{ ...FOUND, atUs: 60_000, pair: { buy: 'gateio', sell: 'kraken' } }] }).trapsTaken).toBe(
      0,
    );
    expect(verdict({ traps }, { intents: [intent(60_000, 'mexc', 'kraken')] }).trapsTaken).toBe(0);
    expect(verdict({ traps }, { intents: [intent(95_000, 'mexc', 'gateio')] }).trapsTaken).toBe(0);
    expect(verdict({ traps: [{ ...TRAP, row: OTHER_ROW }] }, { intents: [intent(60_000, 'mexc', 'gateio')] }).trapsTaken).toBe(0);
  });

  it('of one pair are taken by this pair in this direction only', () => {
    const paired = [{ ...TRAP, pair: { buy: 'mexc', sell: 'gateio' } as const }];
    expect(verdict({ traps: paired }, { intents: [intent(60_000, 'mexc', 'gateio')] }).trapsTaken).toBe(1);
    expect(verdict({ traps: paired }, { intents: [intent(60_000, 'gateio', 'kraken')] }).trapsTaken).toBe(0);
  });

  it('are not all that is wrong: an intent without any plant is told', () => {
    expect(verdict({ profits: [PROFIT] }, { intents: [intent(15_000, 'mexc', 'kraken')] }).strayIntents).toBe(0);
    expect(verdict({ profits: [PROFIT] }, { intents: [intent(30_000, 'mexc', 'kraken')] }).strayIntents).toBe(1);
    expect(verdict({ profits: [PROFIT] }, { intents: [intent(15_000, 'binance', 'kraken')] }).strayIntents).toBe(1);
  });
});

describe('signals', () => {
  const signals = [SIGNAL];
  const counts = ({ signalsPlanted, signalsFound, onsets, falseOnsets }: Verdict): number[] => [
    signalsPlanted,
    signalsFound,
    onsets,
    falseOnsets,
  ];

  it('are told by their kind, direction and book, with a short delay after their end', () => {
    expect(counts(verdict({ signals }, { onsets: [ONSET] }))).toEqual([1, 1, 1, 0]);
    expect(counts(verdict({ signals }, { onsets: [{ ...ONSET, atUs: 250_000 }] }))).toEqual([1, 1, 1, 0]);
    expect(counts(verdict({ signals }, {}))).toEqual([1, 0, 0, 0]);
  });

  it('are false at another book, the other way round, and when nothing was planted', () => {
    expect(counts(verdict({ signals }, { onsets: [{ ...ONSET, venue: 'kraken' }] }))).toEqual([1, 0, 1, 1]);
    expect(counts(verdict({ signals }, { onsets: [{ ...ONSET, up: false }] }))).toEqual([1, 0, 1, 1]);
    expect(counts(verdict({ signals }, { onsets: [{ ...ONSET, atUs: 300_000 }] }))).toEqual([1, 0, 1, 1]);
    expect(counts(verdict({ signals: [{ ...SIGNAL, counts: false }] }, { onsets: [ONSET] }))).toEqual([0, 0, 1, 1]);
  });

  it('of trades and moves may be told twice, since the last of them still count a moment later', () => {
    const volume = [{ ...SIGNAL, kind: 'volume' } as const];
    const again = (atUs: number, up = true): Onset[] => [
      { ...ONSET, kind: 'volume' },
      { ...ONSET, kind: 'volume', atUs, up },
    ];
    expect(counts(verdict({ signals: volume }, { onsets: again(1_100_000) }))).toEqual([1, 1, 2, 0]);
    expect(counts(verdict({ signals: volume }, { onsets: again(1_300_000) }))).toEqual([1, 1, 2, 1]);
    expect(counts(verdict({ signals: volume }, { onsets: again(1_100_000, false) }))).toEqual([1, 1, 2, 1]);
    expect(counts(verdict({ signals: volume }, { onsets: again(1_100_000).slice(1) }))).toEqual([1, 0, 1, 0]);
  });

  it('of another kind that follow from a plant are neither found nor false', () => {
    expect(counts(verdict({ signals }, { onsets: [{ ...ONSET, kind: 'imbalance' }] }))).toEqual([1, 0, 1, 0]);
  });

  it('do not count in rows where none is planted', () => {
    expect(counts(verdict({ signals }, { onsets: [{ ...ONSET, row: OTHER_ROW }] }))).toEqual([1, 0, 0, 0]);
  });
});

describe('figures', () => {
  const good: Verdict = {
    ...NOTHING,
    planted: 200,
    found: 199,
    trapsPlanted: 50,
    signalsPlanted: 40,
    signalsFound: 39,
    onsets: 50,
    falseOnsets: 2,
  };

  it('are shares of sums', () => {
    expect(figuresOf(3, sumOf(good, good))).toEqual({
      seeds: 3,
      planted: 400,
      found: 398,
      foundRatio: 0.995,
      trapsPlanted: 100,
      trapsTaken: 0,
      profitErrorBpMax: 0,
      signalRecall: 0.975,
      signalFalseRatio: 0.04,
    });
    expect(misses(figuresOf(1, good))).toEqual([]);
  });

  it('miss their bounds one by one', () => {
    const missed = (change: Partial<Verdict>): string[] => misses(figuresOf(1, { ...good, ...change }));
    expect(missed({ found: 197 })).toEqual(['foundRatio 0.985 is below 0.99']);
    expect(missed({ trapsTaken: 1 })).toEqual(['trapsTaken 1 is above 0']);
    expect(missed({ profitErrorBpMax: 1.5 })).toEqual(['profitErrorBpMax 1.5 is above 1']);
    expect(missed({ profitErrorBpMax: Number.POSITIVE_INFINITY })).toHaveLength(1);
    expect(missed({ signalsFound: 37 })).toEqual(['signalRecall 0.925 is below 0.95']);
    expect(missed({ falseOnsets: 3 })).toEqual(['signalFalseRatio 0.06 is above 0.05']);
  });
});
