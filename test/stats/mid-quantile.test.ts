import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantileWindow } from '../../src/stats/estimates/clustered-quantile.ts';
import { midQuantile, midWeight } from '../../src/stats/estimates/mid-quantile.ts';

const rising = fc
  .array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 60 })
  .map((values) => Float64Array.from(values.toSorted((one, other) => one - other)));
const probabilities = fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100);

test('of values that do not tie it is type 5 of Hyndman and Fan', () => {
  // R: quantile(c(10, 20, 30, 40, 50), c(0.1, 0.5, 0.75, 0.95), type = 5)
  const values = Float64Array.of(10, 20, 30, 40, 50);
  const found = [0.1, 0.5, 0.75, 0.95].map((probability) => midQuantile(values, probability).value);
  expect(found).toEqual([10, 30, 42.5, 50]);
});

test('of values that tie it lies between them, where the plain one would be either', () => {
  // Of 20 values 4, 12 and 4: mid-distribution 0.1 at 1, 0.5 at 2 and 0.9 at 3, and 0.3 is halfway between the first two.
  const values = Float64Array.of(1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3);
  expect(midQuantile(values, 0.1)).toMatchObject({ value: 1, low: 1, high: 2 });
  expect(midQuantile(values, 0.3).value).toBeCloseTo(1.5, 12);
  expect(midQuantile(values, 0.3).heaviest).toBe(0.6);
});

test('what the values count as at or below it adds up to its probability, but at the ends', () => {
  fc.assert(
    fc.property(rising, probabilities, (values, probability) => {
      const quantile = midQuantile(values, probability);
      const share = values.reduce((sum, value) => sum + midWeight(quantile, value), 0) / values.length;
      if (quantile.low < quantile.high) expect(share).toBeCloseTo(probability, 10);
      else expect([values[0], values.at(-1)]).toContain(quantile.value);
    }),
  );
});

test('it never falls as the probability rises', () => {
  fc.assert(
    fc.property(rising, probabilities, probabilities, (values, one, other) => {
      const [lower, higher] = [Math.min(one, other), Math.max(one, other)];
      expect(midQuantile(values, lower).value).toBeLessThanOrEqual(midQuantile(values, higher).value);
    }),
  );
});

test('values of which one has more than 15% at the quantile are too coarse', () => {
  expect(ofShare(0.15).kind).toBe('window');
  expect(ofShare(0.16)).toEqual({
    kind: 'uncomputable',
    reason: 'recorded too coarsely: 16% of the requests have the same value at the quantile',
  });
});

function ofShare(heaviest: number) {
  return quantileWindow({
    probability: 0.5,
    quantile: 3,
    heaviest,
    requests: new Float64Array(200).fill(1),
    atMost: Float64Array.from({ length: 200 }, (_, unit) => unit % 2),
    unitsBeyond: 100,
  });
}
