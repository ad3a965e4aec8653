import { SeededRandom } from '../../src/domain/random.js';
import { allocateSpreadRing, SPREAD_COLUMNS, SpreadRingWriter } from '../../src/market/spread-ring.js';
import type { DeltaReport, ParameterNews } from '../../src/ops/delta-report.js';
import type { SharedSpreads } from '../../src/ops/spread-api.js';

const SECOND_US = 1_000_000;
const CHANGE_S = 300;

/** Thresholds of each five minutes. */
const THRESHOLDS = [
  [0.5, 0.1],
  [0.44, 0.12],
  [0.47, 0.11],
  [0.41, 0.15],
  [0.38, 0.14],
] as const;

/**
 * A pair whose spread swings, second by second up to `endUs`: rows as the engine writes them, with a gap of forty seconds ten minutes
 * before the end.
 */
export function fakeSpreads(endUs: number, seconds = 1500): SharedSpreads {
  const buffer = allocateSpreadRing(seconds);
  const writer = new SpreadRingWriter(buffer);
  const random = new SeededRandom(3);
  const row = new Float64Array(SPREAD_COLUMNS.length);
  let away = 0;
  for (let second = 0; second < seconds; second++) {
    away = 0.97 * away + 0.03 * random.normal();
    const isGap = second >= seconds - 600 && second < seconds - 560;
    const [entry, exit] = THRESHOLDS[Math.floor(second / CHANGE_S) % THRESHOLDS.length] ?? THRESHOLDS[0];
    const futures = 100 * (1 + (0.28 + away) / 100);
    const spotAsk = isGap ? Number.NaN : 100;
    row.set([endUs - (seconds - 1 - second) * SECOND_US, 99.99, 2, spotAsk, 3, futures, 4, futures + 0.01, 5, entry, exit]);
    writer.write(row);
  }
  return [{ strategy: 'delta', rings: [buffer, allocateSpreadRing(1)] }];
}

/** The report that goes with them: an update every five minutes, of which one was declined and one failed. */
export function fakeDelta(endUs: number): DeltaReport {
  const end = (age: number, facts: Partial<ParameterNews>): ParameterNews => ({
    epochUs: endUs - age * CHANGE_S * SECOND_US,
    outcome: 'updated',
    entryThresholdPct: THRESHOLDS[THRESHOLDS.length - age]?.[0] ?? 0.5,
    exitThresholdPct: THRESHOLDS[THRESHOLDS.length - age]?.[1] ?? 0.1,
    confidenceScore: 0.62 + age / 20,
    message: null,
    ...facts,
  });
  const nothing = { entryThresholdPct: null, exitThresholdPct: null, confidenceScore: null };
  return {
    strategy: 'delta',
    pairs: ['mexc BTCUSDT / gateio BTC_USDT perpetual', 'kraken BTC/USDT / gateio BTC_USDT perpetual'],
    pair: 0,
    parameters: {
      entryThresholdPct: 0.38,
      exitThresholdPct: 0.14,
      positionMultiplier: 1,
      confidenceScore: 0.67,
      optimizationTimestamp: endUs / 1000 - 300_000,
    },
    schedule: {
      state: 'waiting',
      intervalMs: 300_000,
      lastStartMs: endUs / 1000 - 80_000,
      lastEndMs: endUs / 1000 - 79_500,
      lastOutcome: 'failed',
      nextUpdateMs: endUs / 1000 + 220_000,
      counts: { updated: 3, declined: 1, refused: 0, failed: 1 },
    },
    lookbackHours: 24,
    news: [
      end(0.25, { outcome: 'failed', ...nothing, message: 'the update took longer than 60000 ms' }),
      end(1, {}),
      end(1.5, {
        outcome: 'declined',
        entryThresholdPct: 1,
        exitThresholdPct: 0.05,
        confidenceScore: 0.11,
        message: 'low-confidence',
      }),
      end(2, {}),
      end(3, {}),
    ],
  };
}
