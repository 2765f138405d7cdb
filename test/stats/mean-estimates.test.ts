import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSums, effectiveUnits, requestWeightedClusterSize } from '../../src/stats/sums/cluster-size.ts';
import { linearized, pairs, sample } from './samples.ts';
import {
  ownValue,
  pairedDifference,
  pairedRelativeDifference,
  servedDifference,
  servedRelativeDifference,
} from './in-memory.ts';

describe('cluster size', () => {
  it('counts equal units fully', () => expect(effectiveUnits(countSums(Float64Array.of(3, 3, 3, 3)))).toBe(4));
  it('counts one heavy unit among light ones as little more than one', () => {
    expect(effectiveUnits(countSums(Float64Array.of(97, 1, 1, 1)))).toBeCloseTo(10000 / 9412, 12);
  });
  it('weights the mean cluster by requests', () => {
    expect(requestWeightedClusterSize(countSums(Float64Array.of(1, 3)))).toBe(2.5);
  });
});

describe('an own value', () => {
  it('is the mean over requests', () => expect(linearized(ownValue(sample([1, 2, 1], [2, 6, 4]))).value).toBe(3));

  it('has the textbook standard error of a mean where every unit is one request', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    const mean = values.reduce((a, b) => a + b) / 8;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const found = linearized(
      ownValue(
        sample(
          values.map(() => 1),
          values,
        ),
      ),
    );
    // Leaving one out multiplies each residual by U / (U - 1), which turns (U - 1) / U into U / (U - 1): exactly s / sqrt(U).
    expect(found.standardError).toBeCloseTo(Math.sqrt(squares / 7 / 8), 12);
    expect(found.skewness).toBeCloseTo(
      values.reduce((sum, value) => sum + (value - mean) ** 3, 0) / squares ** 1.5,
      12,
    );
  });

  it('takes residuals as if their unit were left out', () => {
    // n = 4, theta = 2; r = (2 - 2) / (3/4), (2 - 4) / (1/2), (4 - 2) / (3/4), none
    const found = linearized(ownValue(sample([1, 2, 1], [2, 2, 4])));
    const squares = 0 + 16 + (8 / 3) ** 2;
    expect(found.standardError).toBeGreaterThanOrEqual(Math.sqrt(((2 / 3) * squares) / 16) - 1e-12);
  });

  it('is uncomputable where it cannot be known', () => {
    expect(ownValue(sample([], []))).toEqual({ kind: 'uncomputable', reason: 'there are no requests' });
    expect(ownValue(sample([5, 0], [5, 0]))).toMatchObject({ reason: 'one user made all the requests' });
    expect(ownValue(sample([1, 1], [Number.NaN, 1]))).toMatchObject({ reason: 'a value is not finite' });
    expect(ownValue(sample([1, 1], [Infinity, 1]))).toMatchObject({ kind: 'uncomputable' });
    expect(ownValue(sample([1, -1], [1, 1]))).toMatchObject({ kind: 'uncomputable' });
    expect(ownValue(sample([1, 0], [1, 3]))).toMatchObject({ kind: 'uncomputable' });
  });

  it('of a constant metric is uncomputable and not a bound without width', () => {
    expect(ownValue(sample([1, 2, 3], [0.1, 0.2, 0.1 + 0.2]))).toMatchObject({
      reason: 'every user has the same value',
    });
  });
});

describe('a paired difference', () => {
  it('is candidate minus baseline per request', () => {
    const found = linearized(pairedDifference(pairs([2, 2], [4, 6], [5, 9])));
    expect(found.value).toBe(1);
    expect(found.baseline).toBe(2.5);
    expect(found.candidate).toBe(3.5);
  });

  it('has the textbook standard error of paired differences where every unit is one request', () => {
    const found = linearized(pairedDifference(pairs([1, 1, 1, 1], [1, 2, 3, 4], [2, 2, 5, 4])));
    const squares = [1, 0, 2, 0].reduce((sum, difference) => sum + (difference - 0.75) ** 2, 0);
    expect(found.standardError).toBeCloseTo(Math.sqrt(squares / 3 / 4), 12);
  });

  it('of proportions keeps a width when no pair disagrees', () => {
    const found = linearized(pairedDifference(pairs([1, 1, 2], [0, 1, 1], [0, 1, 1]), { zeroOne: true }));
    expect(found.value).toBe(0);
    expect(found.standardError).toBeCloseTo((2 * 1.5) / 4, 12);
  });

  it('of latencies that never differ is uncomputable', () => {
    expect(pairedDifference(pairs([1, 1, 2], [3, 4, 9], [3, 4, 9]))).toMatchObject({ kind: 'uncomputable' });
  });
});

describe('a relative difference', () => {
  it('has the delta-method standard error of a ratio of means where every unit is one request', () => {
    const [baseline, candidate] = [
      [2, 3, 5, 4, 6, 3],
      [3, 3, 7, 4, 8, 2],
    ];
    const found = linearized(pairedRelativeDifference(pairs([1, 1, 1, 1, 1, 1], baseline, candidate)));
    const ratio = 27 / 23;
    expect(found.value).toBeCloseTo(ratio - 1, 12);
    const squares = baseline.reduce(
      (sum, b, unit) => sum + (((candidate[unit] ?? 0) - ratio * b) / (1 - b / 23)) ** 2,
      0,
    );
    expect(found.standardError).toBeCloseTo(Math.sqrt(((5 / 6) * squares) / 23 ** 2), 12);
  });

  it('to a baseline of zero is uncomputable', () => {
    expect(pairedRelativeDifference(pairs([1, 1], [0, 0], [1, 0]), { zeroOne: true })).toMatchObject({
      kind: 'uncomputable',
    });
    expect(servedRelativeDifference(sample([1, 1], [0, 0]), sample([1, 1], [1, 0]), { zeroOne: true })).toMatchObject({
      kind: 'uncomputable',
    });
  });

  it('to a baseline that one unit makes up is uncomputable', () => {
    expect(pairedRelativeDifference(pairs([1, 1, 1], [0, 1, 0], [1, 1, 0]), { zeroOne: true })).toMatchObject({
      kind: 'uncomputable',
    });
  });

  it('counts the effective units of a rare baseline by its events', () => {
    const events = Float64Array.from({ length: 200 }, (_, unit) => (unit < 5 ? 1 : 0));
    const found = linearized(
      pairedRelativeDifference(
        { requests: new Float64Array(200).fill(1), baseline: events, candidate: events },
        { zeroOne: true },
      ),
    );
    expect(found.effectiveUnits).toBe(5);
  });
});

describe('a served difference', () => {
  it('adds the variances of its groups', () => {
    const left = sample([1, 1, 1, 1], [1, 2, 3, 4]);
    const right = sample([1, 1, 1], [2, 5, 3]);
    const found = linearized(servedDifference(left, right));
    const parts = [linearized(ownValue(left)).standardError, linearized(ownValue(right)).standardError];
    expect(found.value).toBeCloseTo(10 / 3 - 2.5, 12);
    expect(found.standardError).toBeCloseTo(Math.hypot(...parts), 12);
    expect(found.effectiveUnits).toBe(3);
    expect(found.counted).toEqual({ units: 3, requests: 3 });
  });

  it('names the side that cannot be computed', () => {
    expect(servedDifference(sample([], []), sample([1, 1], [1, 2]))).toMatchObject({
      reason: 'baseline: there are no requests',
    });
  });

  it('turns the sign of its skewness with its sides', () => {
    const left = sample([1, 1, 1, 1], [1, 1, 1, 9]);
    const right = sample([1, 1, 1], [2, 5, 3]);
    const forth = linearized(servedDifference(left, right));
    const back = linearized(servedDifference(right, left));
    expect(forth.skewness).toBeCloseTo(-back.skewness, 12);
  });
});

const units = fc.array(
  fc.record({
    requests: fc.integer({ min: 1, max: 50 }),
    baseline: fc.integer({ min: 1, max: 1000 }),
    candidate: fc.integer({ min: 1, max: 1000 }),
  }),
  { minLength: 3, maxLength: 60 },
);

const columns = (rows: { requests: number; baseline: number; candidate: number }[], scale = 1, shift = 0) =>
  pairs(
    rows.map((row) => row.requests),
    rows.map((row) => scale * row.baseline + shift * row.requests),
    rows.map((row) => scale * row.candidate + shift * row.requests),
  );

describe('properties of estimates', () => {
  it('do not depend on the order of units', () => {
    fc.assert(
      fc.property(units, (rows) => {
        const forth = pairedDifference(columns(rows));
        const back = pairedDifference(columns(rows.toReversed()));
        fc.pre(forth.kind === 'linearized');
        expect(linearized(back).value).toBeCloseTo(forth.value, 9);
        expect(linearized(back).standardError / forth.standardError).toBeCloseTo(1, 9);
      }),
    );
  });

  it('scale with the metric, and do not see a constant on both sides', () => {
    fc.assert(
      fc.property(units, fc.double({ min: 0.01, max: 100, noNaN: true }), (rows, scale) => {
        const plain = pairedDifference(columns(rows));
        const moved = pairedDifference(columns(rows, scale, 7));
        fc.pre(plain.kind === 'linearized');
        expect(linearized(moved).value / scale).toBeCloseTo(plain.value, 6);
        expect(linearized(moved).standardError / scale / plain.standardError).toBeCloseTo(1, 6);
      }),
    );
  });

  it('that are relative do not see the unit of measurement', () => {
    fc.assert(
      fc.property(units, fc.double({ min: 0.01, max: 100, noNaN: true }), (rows, scale) => {
        const plain = pairedRelativeDifference(columns(rows));
        const scaled = pairedRelativeDifference(columns(rows, scale));
        fc.pre(plain.kind === 'linearized');
        expect(linearized(scaled).value).toBeCloseTo(plain.value, 9);
        expect(linearized(scaled).standardError / plain.standardError).toBeCloseTo(1, 6);
      }),
    );
  });

  it('of proportions never have a width of zero', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 50 }), (requests) => {
        const none = requests.map(() => 0);
        const found = linearized(pairedDifference(pairs(requests, none, none), { zeroOne: true }));
        expect(found.standardError).toBeGreaterThan(0);
      }),
    );
  });

  it('of numbers that no log can hold are uncomputable', () => {
    const requests = [2.26e74, 2.46e90, 1];
    expect(ownValue(sample(requests, [0, 0, 5.2e57]))).toMatchObject({ kind: 'uncomputable' });
    expect(ownValue(sample([1, 2, 3], [0, 1, 1e120]))).toMatchObject({ kind: 'uncomputable' });
    expect(ownValue(sample([1006559733073964, 1], [0, -5.6e87]))).toMatchObject({ kind: 'uncomputable' });
  });

  it('are numbers or say why not, whatever the columns hold', () => {
    const anything = fc.array(fc.oneof(fc.double(), fc.integer()), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat({ max: 5 }), fc.double()), { maxLength: 6 }), anything, (left, right) => {
        const length = Math.min(left.length, right.length);
        const found = ownValue(sample(left.slice(0, length), right.slice(0, length)));
        fc.pre(found.kind === 'linearized');
        expect(Number.isFinite(found.value) && Number.isFinite(found.standardError)).toBe(true);
        expect(Number.isFinite(found.skewness)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
