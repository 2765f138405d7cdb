import murmurHash3js from 'murmurhash3js';
import type { Assignment } from '../../domain/exposure/assignment.ts';
import { murmur3Hash } from '../hashes/murmur3.ts';
import { middleOf, type Scheme } from '../scheme.ts';

/** Unleash's seed of variants, so that they do not follow from who is in a rollout. */
const variantSeed = 86_028_157;
const usualVariantTotal = 1000;
const percents = 100;

/**
 * Unleash: the hash of `group:unit` modulo 100 for a gradual rollout, and modulo the sum of weights under another seed for
 * variants. Source: unleash-client 6.12.1, `strategy/util`.
 */
export const unleash: Scheme = {
  keys: ['flag', 'rule', 'total', 'encoding'],
  rules: ['rollout', 'variants'],
  encodings: true,
  missing: ({ flag }) => (flag === undefined ? ['flag'] : []),
  complete: ({ flag = '', rule = 'rollout', total, encoding }) => ({
    salt: flag,
    flag,
    rule,
    ...(rule === 'variants' ? { total: total ?? usualVariantTotal } : {}),
    ...(encoding === undefined ? {} : { encoding }),
  }),
  steps: stepsOf,
  bucketer(assignment) {
    const { salt, rule, encoding } = assignment;
    const steps = stepsOf(assignment);
    const seed = rule === 'variants' ? variantSeed : 0;
    // Unleash's Node SDK takes the low byte of each UTF-16 unit; its other SDKs take UTF-8.
    const hash = encoding === 'utf16' ? murmurHash3js.x86.hash32 : murmur3Hash;
    return (unit) => middleOf(hash(`${salt}:${unit}`, seed) % steps, steps);
  },
};

function stepsOf({ rule, total }: Assignment): number {
  return rule === 'variants' ? (total ?? usualVariantTotal) : percents;
}
