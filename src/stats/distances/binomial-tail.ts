import { logBetaCdf, normalUpperTail } from '../distributions.ts';

/**
 * P(X >= events) of a binomial X: I_p(events, trials - events + 1), the regularised incomplete beta function.
 * @param events and trials: whole numbers, 0 <= events <= trials.
 * @param share p in (0, 1).
 */
export function binomialUpperTail(events: number, trials: number, share: number): number {
  if (events <= 0) return 1;
  return Math.exp(logBetaCdf(share, events, trials - events + 1));
}

/**
 * How often chance alone makes a loss of at least this size of one request pairs: the exact one-sided sign test on those that changed
 * (McNemar 1947, Note on the sampling error of the difference between correlated proportions).
 * @returns a p-value in (0, 1]; 1 where nothing was lost.
 */
export function chanceOfLosses(losses: number, gains: number): number {
  return binomialUpperTail(losses, losses + gains, 0.5);
}

/**
 * How often chance alone makes a share fall at least so far from one group to another: the pooled normal test of two proportions with
 * Yates' correction, one-sided. It describes and decides nothing, so that the approximation does.
 * @returns a p-value in (0, 1]; 1 where either group is empty or the share did not fall.
 */
export function chanceOfFall(
  before: { readonly requests: number; readonly correct: number },
  after: { readonly requests: number; readonly correct: number },
): number {
  if (before.requests === 0 || after.requests === 0) return 1;
  const fall = before.correct / before.requests - after.correct / after.requests;
  const inverse = 1 / before.requests + 1 / after.requests;
  const corrected = fall - inverse / 2;
  if (!(corrected > 0)) return 1;
  const pooled = (before.correct + after.correct) / (before.requests + after.requests);
  return normalUpperTail(corrected / Math.sqrt(pooled * (1 - pooled) * inverse));
}
