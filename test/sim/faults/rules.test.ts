import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random.js';
import { sampleMs } from '../../../src/sim/faults/distribution.js';
import { type DelayDistribution, parseFaultFile, parseFaultRule } from '../../../src/sim/faults/rules.js';

describe('fault rules', () => {
  it('are read from YAML and from JSON, with defaults', () => {
    const yaml = 'faults:\n  - venues: [kraken]\n    probability: 0.1\n    fault: { kind: drop }\n';
    const expected = { venues: ['kraken'], traffic: [], methods: [], probability: 0.1, fromMs: 0, fault: { kind: 'drop' } };
    expect(parseFaultFile('a.yaml', yaml)).toEqual([expected]);
    expect(parseFaultFile('a.json', JSON.stringify({ faults: [expected] }))).toEqual([expected]);
  });

  it.each([
    ['faults: [', 'f.yaml is no YAML'],
    ['[]', 'f.yaml: '],
    ['faults: [{ fault: { kind: dorp } }]', 'f.yaml: faults.0.fault.kind: '],
    ['faults: [{ fault: { kind: drop }, probabilty: 1 }]', 'f.yaml: faults.0: Unrecognized key: "probabilty"'],
    ['faults: [{ fault: { kind: drop }, probability: 2 }]', 'f.yaml: faults.0.probability: '],
    ['faults: [{ fault: { kind: drop }, path: "(" }]', 'f.yaml: faults.0.path: is no regular expression'],
    ['faults: [{ fault: { kind: drop }, fromMs: 5, untilMs: 5 }]', 'f.yaml: faults.0.untilMs: must be above fromMs'],
    ['faults: [{ fault: { kind: maintenance }, count: 1 }]', 'f.yaml: faults.0: clock-skew and maintenance'],
  ])('name the file and the key that cannot be used: %s', (text, message) => {
    expect(() => parseFaultFile('f.yaml', text)).toThrow(message);
  });

  it('come one by one as well', () => {
    expect(parseFaultRule({ fault: { kind: 'rate-limit' } }).fault).toEqual({ kind: 'rate-limit', status: 429, retryAfterS: 1 });
    expect(() => parseFaultRule(null)).toThrow('fault rule: ');
  });

  it.each([
    [{ distribution: 'fixed', ms: 7 }, 7, 7, 7],
    [{ distribution: 'uniform', minMs: 10, maxMs: 30 }, 20, 10, 30],
    [{ distribution: 'exponential', meanMs: 20 }, 20, 0, Number.POSITIVE_INFINITY],
    [{ distribution: 'lognormal', medianMs: 10, sigma: 0.5 }, 10 * Math.exp(0.125), 0, Number.POSITIVE_INFINITY],
  ] as [DelayDistribution, number, number, number][])('draw delays by their distribution: %j', (each, mean, min, max) => {
    const random = new SeededRandom(3);
    const samples = Array.from({ length: 20_000 }, () => sampleMs(each, random));
    expect(Math.min(...samples)).toBeGreaterThanOrEqual(min);
    expect(Math.max(...samples)).toBeLessThanOrEqual(max);
    expect(samples.reduce((sum, ms) => sum + ms) / samples.length / mean).toBeCloseTo(1, 1);
  });
});
