import { createHash } from 'node:crypto';
import { middleOf, type Scheme } from '../scheme.ts';

const steps = 100_000;
/** The largest number of fifteen hex digits, as a double holds it. */
const longest = 2 ** 60;

/**
 * LaunchDarkly: the first fifteen hex digits of the SHA-1 of `flag.salt.unit`, or of `seed.unit` in an experiment, over the largest
 * number of fifteen digits. Source: LaunchDarkly's node SDK 9.13.7, `Bucketer`.
 */
export const launchdarkly: Scheme = {
  keys: ['flag', 'salt', 'seed', 'rule'],
  rules: ['rollout', 'experiment'],
  missing({ flag, salt, seed }) {
    if (seed !== undefined) return [];
    return [...(flag === undefined ? (['flag'] as const) : []), ...(salt === undefined ? (['salt'] as const) : [])];
  },
  complete: ({ flag, salt = '', seed, rule = 'rollout' }) => ({
    salt: seed === undefined ? `${flag ?? ''}.${salt}` : String(seed),
    ...(flag === undefined ? {} : { flag }),
    ...(seed === undefined ? {} : { seed }),
    rule,
  }),
  steps: () => steps,
  bucketer:
    ({ salt }) =>
    (unit) => {
      const digits = createHash('sha1').update(`${salt}.${unit}`).digest('hex').slice(0, 15);
      // Its own division, whose result may be 1: that unit is in the last variation.
      return middleOf(stepBelow(Number.parseInt(digits, 16) / longest), steps);
    },
};

/** How many weights, of 0, 1, 2, … steps, leave a value out beside weight 0: it is in below the first that it does not reach. */
function stepBelow(value: number): number {
  let step = Math.min(steps - 1, Math.floor(value * steps));
  while (step > 0 && value < step / steps) step -= 1;
  while (step < steps - 1 && value >= (step + 1) / steps) step += 1;
  return step;
}
