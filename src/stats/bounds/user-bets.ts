import type { TalliedUsers } from '../sums/user-tally.ts';

/** Shares of the wealth that are bet on each user, from cautious to bold. */
const stakes = Array.from({ length: 40 }, (_, index) => 0.02 + (0.96 * index) / 39);

/**
 * How strongly users speak for a loss of more than M: ln of the mean over 40 stakes lambda in [0.02, 0.98] of the product over users of
 * 1 + lambda x_u. While users lose M or less the product is a supermartingale that starts at 1, so it reaches 1 / alpha with probability at
 * most alpha, however few users there are and however often it is looked at (Ville's inequality; betting on bounded means as in Waudby-Smith
 * and Ramdas 2024, Estimating means of bounded random variables by betting).
 * - `request`: x_u = (h_u - M n_u) / (n_max (1 + M)), a loss of requests: what a bound on a share of requests is about;
 * - `user`: x_u = (h_u / n_u - M) / (1 + M), which counts users alike. It says more of few users and is about another mean, so that it
 *   may make a stage wait and proves nothing.
 * @param tally users with n_u paired requests each of which contributes 0 or 1 on each side.
 * @param harm the sign of a change that harms: h_u is so many times the change.
 * @param margin M in [0, 1).
 * @returns 0 without users.
 */
export function logBetEvidence(
  tally: readonly TalliedUsers[],
  harm: 1 | -1,
  margin: number,
  per: 'request' | 'user',
): number {
  const most = tally.reduce((largest, { requests }) => Math.max(largest, requests), 0);
  if (most === 0) return 0;
  const gains = tally.map(({ requests, change, users }) => {
    const lost = harm * change;
    const gain = per === 'request' ? (lost - margin * requests) / most : lost / requests - margin;
    return { gain: gain / (1 + margin), users };
  });
  const logs = stakes.map((stake) => {
    let wealth = 0;
    for (const { gain, users } of gains) wealth += users * Math.log1p(stake * gain);
    return wealth;
  });
  const largest = Math.max(...logs);
  const mean = logs.reduce((sum, wealth) => sum + Math.exp(wealth - largest), 0) / logs.length;
  return largest + Math.log(mean);
}
