import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearized, pairs, repeat, sample } from './samples.ts';
import {
  pairedDifference,
  pairedRatioDifference,
  pairedRatioRelativeDifference,
  pairedRelativeDifference,
} from './in-memory.ts';

describe('a paired difference of ratios', () => {
  it('is the difference of the two ratios', () => {
    const found = linearized(
      pairedRatioDifference({ baseline: sample([2, 2, 0], [1, 2, 0]), candidate: sample([1, 2, 2], [1, 2, 1]) }),
    );
    expect(found).toMatchObject({ baseline: 0.75, candidate: 0.8, units: 3 });
    expect(found.value).toBeCloseTo(0.05, 12);
  });

  it('has the standard error of the difference of the two linearisations, each leaving its unit out', () => {
    // theta_b = 2/3, theta_c = 1/2; per unit (Y - theta N) / (1 - N/n) / n of the candidate, less that of the baseline.
    const found = linearized(
      pairedRatioDifference({ baseline: sample([1, 1, 1], [1, 1, 0]), candidate: sample([1, 0, 1], [0, 0, 1]) }),
    );
    const baseline = [1 / 3, 1 / 3, -2 / 3].map((residual) => residual / (2 / 3) / 3);
    const candidate = [-1 / 2, 0, 1 / 2].map((residual) => residual / (1 / 2) / 2);
    const squares = candidate.reduce((sum, moved, unit) => sum + (moved - (baseline[unit] ?? 0)) ** 2, 0);
    expect(found.standardError).toBeGreaterThanOrEqual(Math.sqrt((2 / 3) * squares) - 1e-12);
  });

  it('is the paired difference where the denominators are the same', () => {
    // In thousandths: differences as small as the rounding of what they are differences of leave no skewness to compare.
    const sum = fc.integer({ min: 0, max: 6000 }).map((thousandths) => thousandths / 1000);
    const unit = fc.record({ n: fc.integer({ min: 1, max: 6 }), b: sum, c: sum });
    fc.assert(
      fc.property(fc.array(unit, { minLength: 3, maxLength: 30 }), (units) => {
        const requests = units.map(({ n }) => n);
        const [b, c] = [units.map((one) => one.b), units.map((one) => one.c)];
        const plain = pairedDifference(pairs(requests, b, c));
        const ratios = pairedRatioDifference({ baseline: sample(requests, b), candidate: sample(requests, c) });
        if (plain.kind === 'uncomputable') return;
        const found = linearized(ratios);
        for (const key of ['value', 'standardError', 'skewness', 'effectiveUnits', 'requests', 'units'] as const) {
          expect(found[key]).toBeCloseTo(plain[key], 8);
        }
      }),
    );
  });

  it('cancels what the two versions share', () => {
    const requests = repeat(1, 200);
    const hits = requests.map((_, unit) => (unit % 4 === 0 ? 0 : 1));
    const candidate = hits.map((hit, unit) => (unit === 7 ? 1 - hit : hit));
    const together = linearized(
      pairedRatioDifference({ baseline: sample(requests, hits), candidate: sample(requests, candidate) }),
    );
    expect(together.standardError).toBeLessThan(0.006);
  });

  it('of proportions gets the floor of each side', () => {
    const requests = repeat(1, 100);
    const hits = requests.map((_, unit) => (unit % 4 === 0 ? 0 : 1));
    const same = { baseline: sample(requests, hits), candidate: sample(requests, hits) };
    const found = linearized(pairedRatioDifference(same, { zeroOne: true }));
    expect(found.floorVariance).toBeCloseTo(2 * (2 / 100) ** 2, 12);
    expect(found.standardError).toBeCloseTo(Math.sqrt(found.floorVariance), 12);
  });

  it('says which version has nothing to count', () => {
    const pair = { baseline: sample([1, 1], [1, 0]), candidate: sample([0, 0], [0, 0]) };
    expect(pairedRatioDifference(pair)).toEqual({ kind: 'uncomputable', reason: 'candidate: there are no requests' });
  });
});

describe('a paired relative difference of ratios', () => {
  it('is the relative difference of the two ratios', () => {
    const pair = { baseline: sample([2, 2, 0], [1, 1, 0]), candidate: sample([1, 2, 2], [1, 2, 1]) };
    expect(linearized(pairedRatioRelativeDifference(pair)).value).toBeCloseTo(0.6, 12);
  });

  it('is near the paired relative difference where the denominators are the same', () => {
    const requests = repeat(0, 400).map((_, unit) => 1 + (unit % 3));
    const baseline = requests.map((count, unit) => (unit % 5 === 0 ? 0 : count));
    const candidate = requests.map((count, unit) => (unit % 7 === 0 ? 0 : count));
    const plain = linearized(pairedRelativeDifference(pairs(requests, baseline, candidate)));
    const found = linearized(
      pairedRatioRelativeDifference({ baseline: sample(requests, baseline), candidate: sample(requests, candidate) }),
    );
    expect(found.value).toBeCloseTo(plain.value, 12);
    expect(found.standardError / plain.standardError).toBeCloseTo(1, 2);
  });

  it('without anything in the baseline is uncomputable', () => {
    const pair = { baseline: sample([1, 1], [0, 0]), candidate: sample([1, 1], [1, 0]) };
    expect(pairedRatioRelativeDifference(pair).kind).toBe('uncomputable');
  });
});
