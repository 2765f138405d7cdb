import type { Assignment } from '../../domain/exposure/assignment.ts';
import { fnv1aHash, utf16Units } from '../hashes/fnv1a.ts';
import { middleOf, type Scheme } from '../scheme.ts';

/**
 * GrowthBook: FNV-1a of seed and unit in ten thousand steps (hash version 2), or in a thousand (1). A rollout rule takes the step
 * that equals its coverage in, an experiment's variation does not. Source: GrowthBook's JavaScript SDK 1.8.0, `hash` and `isIncluded`.
 */
export const growthbook: Scheme = {
  keys: ['flag', 'salt', 'rule', 'hashVersion', 'encoding'],
  rules: ['rollout', 'experiment'],
  encodings: true,
  missing: ({ flag, salt }) => (flag === undefined && salt === undefined ? ['flag'] : []),
  complete: ({ flag, salt, rule = 'rollout', hashVersion, encoding }) => ({
    salt: salt ?? flag ?? '',
    ...(flag === undefined ? {} : { flag }),
    rule,
    // What the SDKs take for a rule that does not say it.
    hashVersion: hashVersion ?? 1,
    ...(encoding === undefined ? {} : { encoding }),
  }),
  steps: stepsOf,
  bucketer(assignment) {
    const { salt, rule, hashVersion, encoding } = assignment;
    const steps = stepsOf(assignment);
    const codes = encoding === 'utf16' ? utf16Units : (text: string) => new TextEncoder().encode(text);
    return (unit) => {
      const hash =
        hashVersion === 1 ? fnv1aHash(codes(unit + salt)) : fnv1aHash(codes(String(fnv1aHash(codes(salt + unit)))));
      const step = hash % steps;
      return middleOf(rule === 'experiment' ? step : Math.max(0, step - 1), steps);
    };
  },
};

function stepsOf({ hashVersion }: Assignment): number {
  return hashVersion === 1 ? 1000 : 10_000;
}
