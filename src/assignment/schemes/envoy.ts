import { hashes32, murmur3Hash } from '../hashes/murmur3.ts';
import { middleOf, type Scheme, salted } from '../scheme.ts';

/** Into how many steps the header divides the buckets. */
export const headerSteps = 1_000_000;

/** Envoy's weighted clusters by the header `x-canary-bucket`, which whoever calls sets to the bucket's step. */
export const envoy: Scheme = {
  ...salted,
  steps: () => headerSteps,
  bucketer:
    ({ salt }) =>
    (unit) =>
      middleOf(headerBucket(salt, unit), headerSteps),
};

/** What the header says of a unit: murmur3 of `salt:unit` in a million steps, from 0. */
export function headerBucket(salt: string, unit: string): number {
  return Math.floor((murmur3Hash(`${salt}:${unit}`) * headerSteps) / hashes32);
}
