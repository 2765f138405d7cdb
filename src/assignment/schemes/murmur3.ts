import { hashes32, murmur3Hash } from '../hashes/murmur3.ts';
import { type Scheme, salted } from '../scheme.ts';

/** The hash of `salt:unit` over 2^32. */
export const murmur3: Scheme = {
  ...salted,
  steps: () => undefined,
  bucketer:
    ({ salt }) =>
    (unit) =>
      murmur3Bucket(salt, unit),
};

/**
 * A unit's bucket in [0, 1) under a salt. A unit keeps its bucket for as long as the salt stays; under another salt it gets
 * an independent one.
 */
export function murmur3Bucket(salt: string, unit: string): number {
  return murmur3Hash(`${salt}:${unit}`) / hashes32;
}
