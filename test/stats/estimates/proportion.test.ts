import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  logEvidenceBelow,
  isAbove,
  isBelow,
  proportionInterval,
  proportionLowerBound,
  proportionUpperBound,
} from '../../../src/stats/bounds/proportion-bounds.ts';
import { neededDataForProportion } from '../../../src/stats/bounds/needed-data.ts';
import { intervalOf, present, proportionOf, repeat, sample } from '../samples.ts';
import { proportion } from '../in-memory.ts';

const fixed = { alphaLower: 0.05, alphaUpper: 0.05, inference: 'fixed', plannedUnits: 1000 } as const;
const sequential = { ...fixed, inference: 'sequential' } as const;
const singles = (requests: number, events: number) =>
  proportionOf(proportion(sample(repeat(1, requests), [...repeat(1, events), ...repeat(0, requests - events)])));

describe('a proportion of independent requests', () => {
  it('counts every request', () => {
    expect(singles(100, 3)).toMatchObject({ value: 0.03, designEffect: 1, effectiveEvents: 3, effectiveRequests: 100 });
  });

  it('has the bounds of Clopper and Pearson on a fixed look', () => {
    // scipy.stats.binomtest(3, 100).proportion_ci(0.9, method='exact')
    const found = intervalOf(proportionInterval(singles(100, 3), fixed));
    expect(found.low).toBeCloseTo(0.0082258291, 9);
    expect(found.high).toBeCloseTo(0.0757107937, 9);
  });

  it('without events is bounded by the rule of three', () => {
    expect(intervalOf(proportionInterval(singles(1000, 0), fixed)).high).toBeCloseTo(1 - 0.05 ** 0.001, 12);
  });
});

describe('the evidence of the beta-binomial mixture', () => {
  it('is the integral that it is defined by', () => {
    // Midpoint rule over (0, 0.1) for 2 events in 50 requests, prior Beta(2, 18).
    const steps = 200_000;
    let [mixture, prior] = [0, 0];
    for (let step = 0; step < steps; step += 1) {
      const q = (0.1 * (step + 0.5)) / steps;
      const density = q * (1 - q) ** 17;
      prior += density;
      mixture += density * q ** 2 * (1 - q) ** 48;
    }
    expect(logEvidenceBelow(2, 50, 0.1, 20)).toBeCloseTo(Math.log(mixture / prior / (0.1 ** 2 * 0.9 ** 48)), 6);
  });

  it('is none where the incomplete beta underflows', () => {
    expect(logEvidenceBelow(900, 1000, 1e-6, 100)).toBe(-Infinity);
  });
});

describe('the sequential bounds', () => {
  const counts = fc
    .record({ requests: fc.integer({ min: 1, max: 100_000 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ requests, share }) => ({
      requests,
      events: requests * share ** 3,
      wholeClusters: requests,
      plannedRequests: 2000,
    }));
  const level = fc.constantFrom(0.05, 0.0025, 1e-6);

  it('are at or below p0 exactly when the test at p0 proves a smaller proportion', () => {
    fc.assert(
      fc.property(counts, level, fc.double({ min: 1e-5, max: 1 - 1e-5, noNaN: true }), (found, alpha, p0) => {
        const bound = proportionUpperBound(found, alpha, 'sequential');
        fc.pre(Math.abs(bound - p0) > 1e-9 * p0);
        expect(bound <= p0).toBe(isBelow(found, p0, alpha));
      }),
      { numRuns: 300 },
    );
  });

  it('are at or above p0 exactly when the test at p0 proves a larger proportion', () => {
    fc.assert(
      fc.property(counts, level, fc.double({ min: 1e-5, max: 1 - 1e-5, noNaN: true }), (found, alpha, p0) => {
        const bound = proportionLowerBound(found, alpha, 'sequential');
        fc.pre(Math.abs(bound - p0) > 1e-9 * p0);
        expect(bound >= p0).toBe(isAbove(found, p0, alpha));
      }),
      { numRuns: 300 },
    );
  });

  it('lie on either side of the proportion and widen as the level tightens', () => {
    fc.assert(
      fc.property(counts, (found) => {
        const share = found.events / found.requests;
        const [loose, tight] = [0.05, 0.0025].map((alpha) => ({
          low: proportionLowerBound(found, alpha, 'sequential'),
          high: proportionUpperBound(found, alpha, 'sequential'),
        }));
        expect(present(loose).low).toBeLessThanOrEqual(share);
        expect(present(loose).high).toBeGreaterThanOrEqual(share);
        expect(present(tight).low).toBeLessThanOrEqual(present(loose).low);
        expect(present(tight).high).toBeGreaterThanOrEqual(present(loose).high);
      }),
    );
  });

  it.each([
    [450, false],
    [800, true],
  ])('without events in %i requests certify 0.8%: %s', (requests, certified) => {
    const { high } = intervalOf(proportionInterval(singles(requests, 0), sequential));
    expect(high <= 0.008).toBe(certified);
  });
});

describe('a proportion of correlated requests', () => {
  it('without events counts one request per user', () => {
    const found = proportionOf(proportion(sample(repeat(10, 50), repeat(0, 50))));
    expect(found.designEffect).toBe(10);
    expect(found.effectiveRequests).toBe(50);
  });

  it('takes ten errors of one user for about one', () => {
    const found = proportionOf(proportion(sample(repeat(10, 500), [10, ...repeat(0, 499)])));
    expect(found.designEffect).toBeCloseTo(10, 1);
  });

  it('spread evenly over many users counts nearly every request', () => {
    const found = proportionOf(proportion(sample(repeat(10, 500), repeat(1, 500))));
    expect(found.designEffect).toBeLessThan(1.1);
  });

  it('is the mirror image when events and others change places', () => {
    const requests = [3, 1, 8, 2, 5, 1, 1, 9, 4, 2];
    const events = [1, 0, 2, 0, 0, 1, 0, 1, 0, 0];
    const some = proportionOf(proportion(sample(requests, events)));
    const others = proportionOf(
      proportion(
        sample(
          requests,
          requests.map((count, unit) => count - (events[unit] ?? 0)),
        ),
      ),
    );
    expect(others.designEffect).toBeCloseTo(some.designEffect, 9);
    expect(others.value).toBeCloseTo(1 - some.value, 12);
  });

  it('with more events than requests is uncomputable', () => {
    expect(proportion(sample([1, 1], [2, 0]))).toMatchObject({ kind: 'uncomputable' });
    expect(proportion(sample([1, 1], [-1, 0]))).toMatchObject({ kind: 'uncomputable' });
  });
});

describe('one more error', () => {
  it('never makes an upper bound fall, however much it tells of independence', () => {
    for (const inference of ['fixed', 'sequential'] as const) {
      let highest = 0;
      for (let errors = 0; errors <= 60; errors += 1) {
        const events = repeat(10, 500).map((_, unit) => Number(unit < errors));
        const found = proportionOf(proportion(sample(repeat(10, 500), events)));
        const { high } = intervalOf(proportionInterval(found, { ...fixed, inference }));
        expect(high).toBeGreaterThanOrEqual(highest - 1e-9);
        highest = high;
      }
    }
  });
});

describe('data needed for a proportion', () => {
  it('without events are those at which no event would certify the limit', () => {
    const few = singles(100, 0);
    const needed = present(neededDataForProportion(few, 0.008, sequential));
    expect(needed.units).toBeGreaterThan(450);
    expect(needed.units).toBeLessThan(800);
  });

  it('are none on the limit', () => {
    expect(neededDataForProportion(singles(1000, 10), 0.01, sequential)).toBeNull();
  });

  it('are more the nearer the limit', () => {
    const near = present(neededDataForProportion(singles(1000, 10), 0.012, sequential));
    const far = present(neededDataForProportion(singles(1000, 10), 0.03, sequential));
    expect(near.units).toBeGreaterThan(far.units);
  });
});

describe('what must never pass', () => {
  const high = (found: ReturnType<typeof singles>, settings: typeof fixed | typeof sequential) =>
    intervalOf(proportionInterval(found, settings)).high;

  it.each([fixed, sequential])('no error in 40 requests against at most 0.8% ($inference)', (settings) => {
    expect(high(singles(40, 0), settings)).toBeGreaterThan(0.05);
  });

  it.each([fixed, sequential])('5,000 requests without an error by 40 users ($inference)', (settings) => {
    const found = proportionOf(proportion(sample(repeat(125, 40), repeat(0, 40))));
    expect(high(found, settings)).toBeGreaterThan(0.05);
  });

  it('5,000 requests of one user', () => {
    expect(proportion(sample([5000], [0]))).toMatchObject({ kind: 'uncomputable' });
    const heavy = proportionOf(proportion(sample([5000, ...repeat(1, 40)], repeat(0, 41))));
    expect(proportionInterval(heavy, sequential)).toMatchObject({ kind: 'refused' });
  });

  it.each([fixed, sequential])('nothing but errors, against any limit below one ($inference)', (settings) => {
    const found = intervalOf(proportionInterval(singles(200, 200), settings));
    expect(found.high).toBe(1);
    expect(found.low).toBeGreaterThan(0.9);
  });
});
