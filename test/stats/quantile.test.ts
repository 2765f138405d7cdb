import { describe, expect, it } from 'vitest';
import {
  clusteredQuantile,
  type ClusteredQuantile,
  type CountedWindow,
  quantileWindow,
} from '../../src/stats/estimates/clustered-quantile.ts';
import { midQuantile, midWeight } from '../../src/stats/estimates/mid-quantile.ts';
import { interval } from '../../src/stats/bounds/confidence-bound.ts';
import { pairedIndicators } from '../../src/stats/estimates/paired-indicators.ts';
import {
  ownQuantile,
  quantileDifference,
  quantileRelativeDifference,
  residualCorrelation,
} from '../../src/stats/estimates/quantile-difference.ts';
import { intervalOf, repeat } from './samples.ts';

const settings = { alphaLower: 0.05, alphaUpper: 0.05, inference: 'fixed', plannedUnits: 1000 } as const;

/** One request per unit: the values 1 to `units`, times `factor`, in an order turned by `turn`. */
function sideOf(units: number, probability: number, factor = 1, turn = 0): ClusteredQuantile<CountedWindow> {
  const values = Array.from({ length: units }, (_, unit) => factor * (1 + ((unit + turn) % units)));
  const sorted = values.toSorted((a, b) => a - b);
  const at = (p: number) => midQuantile(Float64Array.from(sorted), p);
  const quantile = at(probability);
  const window = quantileWindow({
    probability,
    quantile: quantile.value,
    heaviest: quantile.heaviest,
    requests: Float64Array.from(repeat(1, units)),
    atMost: Float64Array.from(values, (value) => midWeight(quantile, value)),
    unitsBeyond: values.filter((value) => value > quantile.value).length,
  });
  if (window.kind !== 'window') throw new Error(window.reason);
  const found = clusteredQuantile(window, at(window.below).value, at(window.above).value);
  if (found.kind !== 'quantile') throw new Error(found.reason);
  return found;
}

const window = (requests: readonly number[], atMost: readonly number[], probability = 0.95, quantile = 100) =>
  quantileWindow({
    probability,
    quantile,
    heaviest: 0,
    requests: Float64Array.from(requests),
    atMost: Float64Array.from(atMost),
    unitsBeyond: requests.filter((count, unit) => count > (atMost[unit] ?? 0)).length,
  });

describe('the share at or below a quantile', () => {
  it('has the binomial standard error where every unit is one request', () => {
    expect(sideOf(1000, 0.5).window.shareError).toBeCloseTo(Math.sqrt(0.25 / 999), 4);
    expect(sideOf(1000, 0.9).window.shareError).toBeCloseTo(Math.sqrt(0.09 / 999), 4);
  });

  it('has a larger one where requests of a unit agree', () => {
    const requests = repeat(10, 100);
    const agreeing = window(requests, [...repeat(0, 50), ...repeat(10, 50)], 0.5);
    expect(agreeing).toMatchObject({ kind: 'window' });
    expect(agreeing.kind === 'window' && agreeing.shareError).toBeCloseTo(0.05 * Math.sqrt(100 / 99), 12);
  });

  it('asks for the quantiles two standard errors away', () => {
    const { below, above, shareError } = sideOf(1000, 0.9).window;
    expect([below, above]).toEqual([0.9 - 2 * shareError, 0.9 + 2 * shareError]);
  });
});

describe('a quantile', () => {
  it('of even spacing has the standard error of its density on the logarithm', () => {
    // Density 1 / 1000 at the median 500: sd(ln q) = sqrt(p (1 - p) / n) / (f q) = 0.0158 * 1000 / 500
    expect(sideOf(1000, 0.5).logError).toBeCloseTo((Math.sqrt(0.25 / 999) * 1000) / 500, 3);
  });

  it('is refused with fewer than 20 units beyond it, saying how many there are and would do', () => {
    expect(window(repeat(1, 200), [...repeat(1, 190), ...repeat(0, 10)])).toEqual({
      kind: 'refused',
      reason: 'too few users have a request beyond the quantile: 10 of the 20 needed',
      needed: { units: 401, requests: 401 },
    });
  });

  it('counts units and not requests beyond it', () => {
    expect(window(repeat(40, 200), [...repeat(40, 190), ...repeat(0, 10)])).toMatchObject({ kind: 'refused' });
  });

  it('is refused where its uncertainty reaches beyond the sample', () => {
    const found = window([...repeat(1, 1000), 500, 500], [...repeat(1, 975), ...repeat(0, 25), 500, 425]);
    expect(found).toMatchObject({
      kind: 'refused',
      reason: 'the uncertainty of the quantile reaches beyond the sample',
    });
  });

  it('of a column without variability around it is uncomputable', () => {
    const side = sideOf(1000, 0.9).window;
    expect(clusteredQuantile(side, side.quantile, side.quantile)).toMatchObject({ kind: 'uncomputable' });
  });

  it('that is not above zero is uncomputable', () => {
    expect(window(repeat(1, 100), repeat(0, 100), 0.5, 0)).toMatchObject({ kind: 'uncomputable' });
    expect(window(repeat(1, 100), repeat(0, 100), 0.5, Number.NaN)).toMatchObject({ kind: 'uncomputable' });
    expect(clusteredQuantile(sideOf(1000, 0.9).window, 0, 950)).toMatchObject({ kind: 'uncomputable' });
  });

  it('has an interval around it that scales with the unit of measurement', () => {
    const inMs = intervalOf(interval(ownQuantile(sideOf(1000, 0.9)), settings));
    const inSeconds = intervalOf(interval(ownQuantile(sideOf(1000, 0.9, 0.001)), settings));
    expect(inMs.low).toBeLessThan(900);
    expect(inMs.high).toBeGreaterThan(900);
    expect(inSeconds.high).toBeCloseTo(inMs.high / 1000, 9);
  });
});

describe('a difference of quantiles', () => {
  it('that is relative lies between -1 and infinity with its bounds', () => {
    const [left, right] = [sideOf(1000, 0.9), sideOf(1000, 0.9, 1.1, 300)];
    const found = quantileRelativeDifference(left, right, pairedIndicators(left.window, right.window));
    const { low, high } = intervalOf(interval(found, settings));
    expect(found.value).toBeCloseTo(0.1, 12);
    expect(low).toBeGreaterThan(-1);
    expect(low).toBeLessThan(0.1);
    expect(high).toBeGreaterThan(0.1);
  });

  it('between different units adds the variances', () => {
    const [left, right] = [sideOf(1000, 0.9), sideOf(800, 0.9, 1.1)];
    const found = quantileRelativeDifference(left, right, 'served');
    expect(found.standardError).toBeCloseTo(Math.hypot(left.logError, right.logError), 12);
  });

  it('between pairs that agree is narrow, but has a width', () => {
    const [left, right] = [sideOf(1000, 0.9), sideOf(1000, 0.9)];
    const pairing = pairedIndicators(left.window, right.window);
    const paired = quantileRelativeDifference(left, right, pairing);
    const served = quantileRelativeDifference(left, right, 'served');
    expect(residualCorrelation(left, right, pairing)).toBeLessThan(1);
    expect(paired.standardError).toBeGreaterThan(0);
    expect(paired.standardError).toBeLessThan(served.standardError / 3);
  });

  it('that is absolute has the delta-method standard error of a difference', () => {
    const [left, right] = [sideOf(1000, 0.9), sideOf(800, 0.9, 1.3)];
    const found = quantileDifference(left, right, 'served');
    expect(found.value).toBeCloseTo(right.quantile - left.quantile, 9);
    const expected = Math.hypot(left.logError * left.quantile, right.logError * right.quantile);
    expect(found.standardError * right.quantile).toBeCloseTo(expected, 9);
  });
});
