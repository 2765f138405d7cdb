import type { CheckResult, CohortSize } from '../../domain/evidence.ts';
import { countOf, formatCount, formatShare } from '../../domain/format-number.ts';
import type { Checks } from '../../domain/plan.ts';
import { sampleRatio } from '../../stats/distances/sample-ratio.ts';
import { judgedSize } from '../judged-size.ts';

/**
 * Whether the canary cohort has the share of units that the stage's weight says. Where it has not, units were lost or
 * assigned by something else than the hash, and what the cohorts differ by may be that.
 * @param counted `requests` where each request was assigned on its own.
 */
export function sampleRatioCheck(
  { action, alpha }: Checks['sampleRatio'],
  weight: number,
  cohorts: readonly CohortSize[],
  counted: 'units' | 'requests' = 'units',
): CheckResult {
  const name = 'sample ratio';
  const canary = judgedSize(cohorts, 'canary')[counted];
  const stable = judgedSize(cohorts, 'stable')[counted];
  if (weight <= 0 || weight >= 1)
    return { name, status: 'not-applicable', detail: 'at a weight of 0 or 1 there is one cohort only' };
  const total = canary + stable;
  if (total === 0) return { name, status: 'hold', detail: 'nobody is in either cohort' };
  const { pValue } = sampleRatio([canary, stable], [weight, 1 - weight]);
  const found = `${formatCount(canary)} of ${countOf(total, counted === 'units' ? 'user' : 'request')} are in the canary cohort, ${formatShare(Number((canary / total).toPrecision(4)))} where the weight says ${formatShare(weight)}`;
  return pValue > alpha
    ? { name, status: 'pass', detail: `${found}: chance explains it` }
    : {
        name,
        status: action,
        detail: `${found}: chance does so less than once in ${formatCount(Math.round(1 / alpha))} rollouts, so users or records of one cohort are lost, or others assign them`,
      };
}
