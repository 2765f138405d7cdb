import { harmfulEnd } from '../domain/bound.ts';
import type { BoundKind } from '../domain/plan.ts';

/**
 * The one-sided error rates of the tested quantity's two bounds. The bound that could prove a breach shares alpha with
 * the stage's other tests (Bonferroni over `tests`), so that a harmless candidate is rolled back at most alpha of the
 * time over all of them; the bound that could prove a pass needs no sharing, since a stage increases only if all pass
 * (Berger 1982, Multiparameter hypothesis testing and acceptance sampling: intersection-union tests).
 * @param alpha 1 - confidence, in (0, 0.5).
 * @param tests how many tests could roll the stage back (K), at least 1.
 */
export function errorRates(
  kind: BoundKind,
  alpha: number,
  tests: number,
): { readonly alphaLower: number; readonly alphaUpper: number } {
  const shared = alpha / Math.max(1, tests);
  return harmfulEnd(kind) === 'high'
    ? { alphaLower: shared, alphaUpper: alpha }
    : { alphaLower: alpha, alphaUpper: shared };
}
