import { xxHash32 } from 'js-xxhash';
import { middleOf, type Scheme } from '../scheme.ts';

const steps = 10_000;

/** HAProxy's `xxh32(seed),mod(10000)` of the unit. Source: HAProxy 2.6, converters; the hash is XXH32 of Yann Collet. */
export const haproxy: Scheme = {
  keys: ['seed'],
  missing: () => [],
  complete: ({ seed = 0 }) => ({ salt: '', seed }),
  steps: () => steps,
  bucketer:
    ({ seed = 0 }) =>
    (unit) =>
      middleOf(xxHash32(unit, seed) % steps, steps),
};
