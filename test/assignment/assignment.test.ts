import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cohortOf } from '../../src/assignment/cohort.ts';
import { bucketerOf, schemes } from '../../src/assignment/schemes.ts';
import { murmur3Hash } from '../../src/assignment/hashes/murmur3.ts';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const users = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);
const bucketsUnder = (salt: string): number[] => users.map((unit) => murmur3Bucket(salt, unit));

describe('the murmur3 scheme', () => {
  // From the tests of perezd/node-murmurhash (MIT) and the edge keys of open-feature/flagd-testbed (Apache-2.0).
  test.each([
    ['', 0],
    ['abc', 3_017_643_002],
    ['hello', 613_153_351],
    ['user-1', 4_171_401_059],
    ['ü', 2_017_519_274],
    ['你好', 337_357_348],
    ['ejOoVL', 0],
    ['ceQdGm', 4_294_967_295],
  ])('hashes %j as the reference implementation does', (text, hash) => {
    expect(murmur3Hash(text)).toBe(hash);
  });

  // Computed by an implementation of our own in another language, itself checked against the values above.
  test.each([
    ['intent-classifier-1.5.0', 'user1', 318_252_081],
    ['intent-classifier-1.5.0', 'user2', 1_080_734_290],
    ['a', '你好-7', 4_283_968_757],
    ['s', '😀', 445_769_134],
  ])('puts a colon between the salt %j and the unit %j', (salt, unit, hash) => {
    expect(murmur3Bucket(salt, unit)).toBe(hash / 2 ** 32);
  });

  test('gives every text a bucket in [0, 1)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (salt, unit) => {
        const bucket = murmur3Bucket(salt, unit);
        expect(bucket).toBeGreaterThanOrEqual(0);
        expect(bucket).toBeLessThan(1);
      }),
    );
  });

  test.each([0.001, 0.05, 0.1, 0.5, 0.95])('takes a share near the weight %d', (weight) => {
    const taken = bucketsUnder('near').filter((bucket) => cohortOf(bucket, weight) === 'canary').length;
    const standardError = Math.sqrt(users.length * weight * (1 - weight));
    expect(Math.abs(taken - users.length * weight)).toBeLessThan(4 * standardError);
  });

  test.each([
    ['a', 'b'],
    ['model-1.5.0', 'model-1.6.0'],
    ['rollout', 'rollout '],
    ['1', '11'],
  ])('puts users under the salt %j independently of the salt %j', (left, right) => {
    const counts = Array.from({ length: 16 }, () => 0);
    const others = bucketsUnder(right);
    for (const [index, bucket] of bucketsUnder(left).entries()) {
      const cell = Math.floor(bucket * 4) * 4 + Math.floor((others[index] ?? 0) * 4);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    const expected = users.length / 16;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // A four-by-four table with nothing fitted to it: 15 degrees of freedom, 37.7 at p = 0.001.
    expect(chiSquare).toBeLessThan(37.7);
  });
});

describe('cohortOf', () => {
  test('keeps a unit in the canary as the weight grows', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), share, share, (salt, unit, first, second) => {
        const bucket = murmur3Bucket(salt, unit);
        const [lower, higher] = first < second ? [first, second] : [second, first];
        expect([cohortOf(bucket, lower), cohortOf(bucket, higher)]).not.toEqual(['canary', 'stable']);
      }),
    );
  });

  test('takes nobody at weight 0 and everybody at weight 1', () => {
    expect(cohortOf(0, 0)).toBe('stable');
    expect(cohortOf((2 ** 32 - 1) / 2 ** 32, 1)).toBe('canary');
  });

  test('leaves a bucket that equals the weight stable', () => {
    expect(cohortOf(0.25, 0.25)).toBe('stable');
  });
});

// Computed by cbor2 and mmh3, which openfeature-flagd-core 2.0.0 hashes with.
test.each([
  [{ flag: 'model-x' }, 'user-1', 9540],
  [{ flag: 'model-x' }, 'Zo\u{eb} \u{4f60}\u{597d}', 3314],
  [{ salt: 'salt' }, 'user-1', 6559],
  [{ salt: 's' }, 'x'.repeat(300), 3869],
])('flagd-cbor of %j hashes what CBOR makes of flag and unit %j', (written, unit, step) => {
  const assignment = { scheme: 'flagd-cbor', ...schemes['flagd-cbor'].complete(written, 'plan') } as const;
  expect(bucketerOf(assignment)(unit)).toBe((step + 0.5) / 10_000);
});
