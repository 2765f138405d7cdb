import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundary } from '../../src/stats/bounds/boundary.ts';
import { boundInStandardErrors, interval } from '../../src/stats/bounds/confidence-bound.ts';
import { detectableChange } from '../../src/stats/bounds/detectable-change.ts';
import type { Linearized } from '../../src/stats/estimates/linearized.ts';
import { neededData } from '../../src/stats/bounds/needed-data.ts';
import { intervalOf, present } from './samples.ts';

const estimate: Linearized = {
  kind: 'linearized',
  value: 0.01,
  standardError: 0.01,
  floorVariance: 0,
  skewness: 0,
  units: 400,
  requests: 4000,
  effectiveUnits: 200,
  clusterSize: 20,
  counted: { units: 400, requests: 4000 },
};
const settings = { alphaLower: 0.0025, alphaUpper: 0.05, inference: 'sequential', plannedUnits: 1000 } as const;

describe('the boundary', () => {
  it('of a fixed look is the normal quantile', () => {
    expect(boundary('fixed', 0.05, 100, 1000)).toBeCloseTo(1.6448536269514722, 12);
  });

  it('of sequential looks asks for about 2.9 times the data of one fixed look at its planned size', () => {
    const ratio = boundary('sequential', 0.05, 1000, 1000) / boundary('fixed', 0.05, 1000, 1000);
    expect(ratio ** 2).toBeCloseTo(2.85, 1);
  });

  it('falls as alpha grows, up to 0.5 and at any number of units', () => {
    const level = fc.double({ min: 1e-12, max: 0.4999, noNaN: true });
    fc.assert(
      fc.property(level, level, fc.integer({ min: 30, max: 1e6 }), (one, other, units) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        for (const inference of ['fixed', 'sequential'] as const) {
          expect(boundary(inference, low, units, 1000)).toBeGreaterThanOrEqual(
            boundary(inference, high, units, 1000) - 1e-9,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a level that is none', () => {
    for (const alpha of [0, -0.1, 0.5, 1, Number.NaN])
      expect(() => boundary('fixed', alpha, 100, 100)).toThrow(RangeError);
  });
});

describe('a half-width', () => {
  it("is Student's when units are few", () => {
    const z = boundary('fixed', 0.05, 30, 1);
    expect(boundInStandardErrors('upper', z, { effectiveUnits: 30, skewness: 0 })).toBeCloseTo(1.6991270265334972, 9);
  });

  it('grows on the side of the tail only, and at most by z', () => {
    const spread = { effectiveUnits: 1000, skewness: 0.1 };
    const plain = boundInStandardErrors('lower', 2, spread);
    expect(boundInStandardErrors('upper', 2, spread)).toBeCloseTo(plain + (0.1 * 9) / 6, 12);
    expect(boundInStandardErrors('upper', 2, { ...spread, skewness: 50 })).toBeCloseTo(plain + 2, 12);
    expect(boundInStandardErrors('lower', 2, { ...spread, skewness: -0.1 })).toBeCloseTo(plain + (0.1 * 9) / 6, 12);
  });

  it('stays a number where 1 - Phi(z) is below the smallest double next to 1', () => {
    expect(boundInStandardErrors('upper', 12, { effectiveUnits: 1e6, skewness: 0 })).toBeGreaterThan(12);
    expect(boundInStandardErrors('upper', 40, { effectiveUnits: 1e6, skewness: 0 })).toBe(Infinity);
  });
});

describe('an interval', () => {
  it('has each bound at its own level', () => {
    const found = intervalOf(interval(estimate, settings));
    expect(0.01 - found.low).toBeGreaterThan(found.high - 0.01);
  });

  it('is refused below 30 effective units, with the data that would do', () => {
    expect(interval({ ...estimate, effectiveUnits: 20 }, settings)).toEqual({
      kind: 'refused',
      reason: '20.0 effective users, but at least 30 are needed',
      needed: { units: 600, requests: 6000 },
    });
  });

  it('of a fixed look is refused for a metric too skewed for its units, with the data that would do', () => {
    const skewed = { ...estimate, skewness: 0.25 };
    expect(interval(skewed, { ...settings, inference: 'fixed' })).toEqual({
      kind: 'refused',
      reason: '200.0 effective users, but a metric this skewed needs 341',
      needed: { units: 681, requests: 6810 },
    });
    expect(interval(skewed, settings).kind).toBe('interval');
    expect(interval({ ...skewed, skewness: 0.1 }, { ...settings, inference: 'fixed' }).kind).toBe('interval');
  });

  it('is refused where its bounds would not be numbers', () => {
    expect(
      interval({ ...estimate, counted: { units: 30, requests: 30 } }, { ...settings, plannedUnits: 1e9 }).kind,
    ).toBe('refused');
  });

  it('on the scale of the logarithm is mapped back', () => {
    const relative = { ...estimate, value: 0.1, logScale: { multiplier: 1, offset: -1 } };
    const found = intervalOf(interval(relative, { ...settings, alphaLower: 0.05 }));
    expect((1 + found.low) * (1 + found.high)).toBeCloseTo(1.1 ** 2, 12);
  });
});

/** How far the estimate clears a limit 0.02 above it, less what a chance of 80% asks for. */
function clearance(units: number): number {
  const growth = units / 400;
  const z = boundary('sequential', 0.05, units, 1000);
  const standardErrors = boundInStandardErrors('upper', z, { effectiveUnits: 200 * growth, skewness: 0 });
  return 0.02 - (standardErrors + 0.8416) * (0.01 / Math.sqrt(growth));
}

describe('needed data', () => {
  it('decide when there are so many, and not yet with one unit less', () => {
    const needed = present(neededData(estimate, 0.03, settings));
    expect(clearance(needed.units)).toBeGreaterThanOrEqual(0);
    expect(clearance(needed.units - 1)).toBeLessThan(1e-5);
    expect(needed.requests).toBe(needed.units * 10);
  });

  it('are none when the value sits on its limit', () => {
    expect(neededData(estimate, 0.01, settings)).toBeNull();
    expect(neededData(estimate, 0.01 + 1e-9, settings)).toBeNull();
  });

  it('are more for a breach, which is tested at a stricter level', () => {
    const pass = neededData(estimate, 0.03, settings);
    const breach = neededData(estimate, -0.01, settings);
    expect(breach?.units).toBeGreaterThan(pass?.units ?? Infinity);
  });

  it('fall faster where the standard error is mostly floor', () => {
    const plain = neededData(estimate, 0.02, settings);
    const floored = neededData({ ...estimate, floorVariance: 0.9e-4 }, 0.02, settings);
    expect(floored?.units).toBeLessThan(plain?.units ?? 0);
  });
});

describe('a detectable change', () => {
  it('shrinks with the data', () => {
    const now = detectableChange(estimate, 'increase', settings);
    const later = detectableChange(estimate, 'increase', settings, 4);
    expect(later).toBeGreaterThan(0);
    expect(now / later).toBeGreaterThan(2);
  });

  it('is what needed data are needed for', () => {
    const change = detectableChange(estimate, 'decrease', settings);
    expect(neededData(estimate, estimate.value + change * 0.999, settings)?.units).toBeGreaterThan(400);
    expect(neededData(estimate, estimate.value + change * 1.001, settings)?.units).toBe(400);
  });
});
