import { hashes32, murmur3Hash } from '../hashes/murmur3.ts';
import { middleOf, type Scheme } from '../scheme.ts';

const steps = 10_000;
const seed = 1;

/** Optimizely: the hash of the unit and the rule's id, in ten thousand steps. Source: Optimizely's JavaScript SDK 6.6.1, `bucketer`. */
export const optimizely: Scheme = {
  keys: ['flag'],
  missing: ({ flag }) => (flag === undefined ? ['flag'] : []),
  complete: ({ flag = '' }) => ({ salt: flag, flag }),
  steps: () => steps,
  bucketer:
    ({ salt }) =>
    (unit) =>
      middleOf(Math.floor((murmur3Hash(unit + salt, seed) * steps) / hashes32), steps),
};
