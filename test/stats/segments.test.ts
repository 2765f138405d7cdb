import { describe, expect, it } from 'vitest';
import { type PostStratified } from '../../src/stats/estimates/post-stratification.ts';
import { sampleRatio } from '../../src/stats/distances/sample-ratio.ts';
import { topUnitsShare } from '../../src/stats/estimates/top-units-share.ts';
import { heaviestSums } from '../../src/stats/sums/heaviest-sums.ts';
import { linearized, sample } from './samples.ts';
import { postStratifiedDifference, servedDifference } from './in-memory.ts';

const topOf = (sum: Float64Array) => topUnitsShare(heaviestSums(sum));

/** Each row: unit, segment, requests, sum. */
const segmented = (rows: readonly (readonly [number, number, number, number])[]) => ({
  unit: Int32Array.from(rows, (row) => row[0]),
  segment: Int32Array.from(rows, (row) => row[1]),
  requests: Float64Array.from(rows, (row) => row[2]),
  sum: Float64Array.from(rows, (row) => row[3]),
});

function postStratifiedOf(found: ReturnType<typeof postStratifiedDifference>): PostStratified {
  if (found.kind === 'post-stratified') return found;
  throw new Error(found.reason);
}

describe('a post-stratified difference', () => {
  it('with one segment is the served difference', () => {
    const found = postStratifiedDifference(
      segmented([
        [0, 0, 1, 1],
        [1, 0, 1, 2],
        [2, 0, 1, 4],
      ]),
      segmented([
        [0, 0, 1, 3],
        [1, 0, 1, 3],
        [2, 0, 1, 5],
      ]),
      1,
    );
    const plain = linearized(servedDifference(sample([1, 1, 1], [1, 2, 4]), sample([1, 1, 1], [3, 3, 5])));
    expect(found).toMatchObject({ kind: 'post-stratified', covered: 1, changesSign: false });
    const { difference } = postStratifiedOf(found);
    expect(difference.value).toBeCloseTo(plain.value, 12);
    expect(difference.standardError).toBeCloseTo(plain.standardError, 12);
    expect(difference.skewness).toBeCloseTo(plain.skewness * (2 / 3) ** -1.5, 9);
  });

  it('sees that the mix of segments turned the sign', () => {
    // The candidate is better by 1 in both segments, but its users are mostly in the slow one.
    const found = postStratifiedDifference(
      segmented([
        [0, 0, 9, 90],
        [1, 0, 9, 91],
        [2, 1, 1, 30],
        [3, 1, 1, 31],
      ]),
      segmented([
        [0, 0, 1, 9],
        [1, 0, 1, 9.1],
        [2, 1, 9, 261],
        [3, 1, 9, 270],
      ]),
      2,
    );
    expect(found).toMatchObject({ changesSign: true });
    const { difference, plainDifference } = postStratifiedOf(found);
    expect(difference.value).toBeLessThan(0);
    expect(plainDifference).toBeGreaterThan(0);
  });

  it('leaves out segments that a side does not have, and says how much is covered', () => {
    const found = postStratifiedDifference(
      segmented([
        [0, 0, 1, 1],
        [1, 0, 1, 2],
        [2, 1, 2, 9],
      ]),
      segmented([
        [0, 0, 2, 3],
        [1, 0, 2, 5],
      ]),
      2,
    );
    expect(found).toMatchObject({ covered: 6 / 8 });
  });

  it('without a common segment is uncomputable', () => {
    expect(postStratifiedDifference(segmented([[0, 0, 1, 1]]), segmented([[0, 1, 1, 1]]), 2)).toMatchObject({
      kind: 'uncomputable',
    });
  });
});

describe('the sample ratio test', () => {
  it('finds no fault with the shares asked for', () => {
    expect(sampleRatio([950, 50], [0.95, 0.05]).pValue).toBe(1);
  });

  it('finds twice the share', () => {
    expect(sampleRatio([900, 100], [0.95, 0.05]).pValue).toBeLessThan(0.001);
  });

  it('sees no difference in the order of groups', () => {
    const forth = sampleRatio([480, 520], [0.5, 0.5]).logEvidence;
    expect(sampleRatio([520, 480], [0.5, 0.5]).logEvidence).toBeCloseTo(forth, 9);
  });

  it('refuses shares that are none', () => {
    expect(() => sampleRatio([1, 1], [0.5, 0.6])).toThrow(RangeError);
    expect(() => sampleRatio([1, 1], [1, 0])).toThrow(RangeError);
    expect(() => sampleRatio([1.5, 1], [0.5, 0.5])).toThrow(RangeError);
  });
});

describe('the share of the top 1% of units', () => {
  it('is their number where all carry the same', () => {
    expect(topOf(new Float64Array(200).fill(3))).toBeCloseTo(0.01, 12);
  });
  it('is nearly all where one carries nearly all', () => {
    expect(topOf(Float64Array.from({ length: 100 }, (_, unit) => (unit === 7 ? 9900 : 1)))).toBeCloseTo(0.9901, 4);
  });
  it('of sums that are not positive is uncomputable', () => {
    expect(topOf(Float64Array.of(0, 0))).toMatchObject({ kind: 'uncomputable' });
    expect(topOf(Float64Array.of(1, -1))).toMatchObject({ kind: 'uncomputable' });
  });
});
