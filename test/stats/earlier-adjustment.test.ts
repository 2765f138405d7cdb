import { describe, expect, test } from 'vitest';
import type { Linearized } from '../../src/stats/estimates/linearized.ts';
import { servedDifference } from '../../src/stats/estimates/served-difference.ts';
import { adjustedSums, type EarlierSample } from '../../src/stats/sums/earlier-adjustment.ts';
import { sampleSums } from '../../src/stats/sums/sample-sums.ts';
import { Random } from '../calibration/random.ts';

interface World {
  readonly random: Random;
  /** Earlier requests of a user; every fifth user has none. */
  readonly earlier: number;
  /** What the candidate adds to a value, and by how much more often its users come back. */
  readonly effect?: number;
  readonly moreRequests?: number;
}

/** Users whose values are half their own and half of the moment, with a heavy tail of requests. */
function group(users: number, { random, earlier, effect = 0, moreRequests = 1 }: World): EarlierSample {
  const own = Array.from({ length: users }, () => Math.exp(0.5 * random.normal()));
  const value = (level: number) => level * Math.exp(0.5 * random.normal());
  const mean = (level: number, count: number) =>
    Array.from({ length: count }, () => value(level)).reduce((sum, each) => sum + each, 0) / count;
  // Who is worth more comes more often.
  const requests = own.map((level) => 1 + Math.floor(moreRequests * 2 * Math.min(3, level) * random.uniform()));
  return {
    requests: Float64Array.from(requests),
    sum: Float64Array.from(own, (level, user) => (requests[user] ?? 0) * (mean(level, requests[user] ?? 0) + effect)),
    earlier: Float64Array.from(own, (level, user) => (user % 5 === 0 ? Number.NaN : mean(level, earlier))),
  };
}

function adjustedOf(baseline: EarlierSample, candidate: EarlierSample) {
  const adjusted = adjustedSums(baseline, candidate, {});
  if (adjusted === undefined) throw new Error('enough users were there before');
  const difference = servedDifference(adjusted.baseline, adjusted.candidate);
  const plain = servedDifference(sampleSums(baseline, {}), sampleSums(candidate, {}));
  if (difference.kind === 'uncomputable' || plain.kind === 'uncomputable') throw new Error('both are computed');
  return { adjusted, difference, plain };
}

/** The levels of 400 users, all higher by a shift. */
const levels = (shift: number) => Float64Array.from({ length: 400 }, (_, user) => (user % 97) + shift);

test('users that were the same before and after leave next to nothing to chance', () => {
  const requests = Float64Array.from({ length: 400 }, () => 1);
  const noise = Float64Array.from({ length: 400 }, (_, user) => ((user * 7) % 3) / 10);
  const sample = (shift: number, effect: number): EarlierSample => ({
    requests,
    earlier: levels(shift),
    sum: levels(shift).map((level, user) => level + effect + (noise[user] ?? 0)),
  });
  // The candidate's users were 5 higher before, and are 6 higher now.
  const { adjusted, difference, plain } = adjustedOf(sample(0, 0), sample(5, 1));
  expect(plain.value).toBeCloseTo(6, 9);
  expect(Math.abs(difference.value - 1)).toBeLessThan(0.2);
  expect(adjusted.varianceLeft).toBeLessThan(0.01);
});

test('nothing is adjusted by fewer than a hundred known users of a version', () => {
  const random = new Random(1);
  const few = group(120, { random, earlier: 5 });
  expect(adjustedSums(group(500, { random, earlier: 5 }), few, {})).toBeUndefined();
});

test('one user who was far from all others before changes nothing', () => {
  const requests = Float64Array.from({ length: 300 }, () => 2);
  const sample = (most: number): EarlierSample => ({
    requests,
    sum: requests.map((_, user) => user % 7),
    earlier: requests.map((_, user) => (user === 0 ? most : user % 5)),
  });
  expect(adjustedSums(sample(1e9), sample(1e6), {})).toEqual(adjustedSums(sample(4), sample(4), {}));
});

test('nothing is adjusted where all were alike before', () => {
  const requests = Float64Array.from({ length: 300 }, () => 2);
  const alike = { requests, sum: requests.map((_, user) => user % 7), earlier: requests };
  expect(adjustedSums(alike, alike, {})).toBeUndefined();
});

/** Whether the truth is further off than 1.645 standard errors, on either side. */
function misses({ value, standardError }: Linearized, truth: number): readonly [below: number, above: number] {
  const score = (value - truth) / standardError;
  return [Number(score < -1.645), Number(score > 1.645)];
}

/** How often the ends of the adjusted interval and of the plain one miss what is true, and the variance that is left. */
function coverage(world: Omit<World, 'random'>, [users, inCanary]: readonly [number, number], runs: number) {
  const random = new Random(20_261_129);
  const { earlier, effect = 0 } = world;
  const missed = { adjusted: [0, 0], plain: [0, 0] };
  let left = 0;
  for (let run = 0; run < runs; run += 1) {
    const found = adjustedOf(group(users, { random, earlier }), group(inCanary, { random, ...world }));
    for (const [kind, difference] of [
      ['adjusted', found.difference],
      ['plain', found.plain],
    ] as const) {
      misses(difference, effect).forEach((miss, side) => {
        missed[kind][side] = (missed[kind][side] ?? 0) + miss / runs;
      });
    }
    left += found.adjusted.varianceLeft / runs;
  }
  return { ...missed, left };
}

const both = (sides: readonly number[]) => sides.reduce((sum, share) => sum + share, 0);

describe('an adjusted difference', () => {
  test.for([2, 5, 20])('misses what is true no more often than the plain one, with %d earlier requests', (earlier) => {
    const { adjusted, plain } = coverage({ earlier, effect: 0.3 }, [950, 150], 400);
    expect(both(adjusted)).toBeLessThan(both(plain) + 0.03);
    expect(both(adjusted)).toBeLessThan(0.15);
  });

  test('needs less data the more earlier requests a user has', () => {
    const lefts = [2, 5, 20].map((earlier) => coverage({ earlier }, [500, 500], 20).left);
    expect(lefts[0]).toBeLessThan(0.9);
    expect(lefts[1]).toBeLessThan(lefts[0] ?? 0);
    expect(lefts[2]).toBeLessThan(lefts[1] ?? 0);
  });

  test('is not moved by a candidate whose users come back more often', () => {
    const random = new Random(5);
    let [adjustedBy, plainBy] = [0, 0];
    for (let run = 0; run < 300; run += 1) {
      const { difference, plain } = adjustedOf(
        group(600, { random, earlier: 5 }),
        group(600, { random, earlier: 5, moreRequests: 4 }),
      );
      adjustedBy += difference.value / 300;
      plainBy += plain.value / 300;
    }
    expect(Math.abs(plainBy)).toBeGreaterThan(0.05);
    expect(adjustedBy).toBeCloseTo(plainBy, 1.5);
  });
});
