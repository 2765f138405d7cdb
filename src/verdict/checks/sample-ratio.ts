import type { CheckResult, CohortSize } from '../../domain/evidence.ts';
import { countOf, formatCount, formatShare } from '../../domain/format-number.ts';
import type { Checks, Statistics } from '../../domain/plan.ts';
import { exactShareChance } from '../../stats/distances/exact-share.ts';
import { sampleRatio } from '../../stats/distances/sample-ratio.ts';
import { judgedSize } from '../judged-size.ts';

/** What is counted, and how often it is looked at. */
export interface SampleRatioOptions {
  /** `requests` where each request was assigned on its own. */
  readonly counted?: 'units' | 'requests';
  /** `fixed`: the log is judged once, so that the exact test decides. */
  readonly inference?: Statistics['inference'];
}

/** What chance does more often than this in one look it explains. */
const usual = 0.05;

/**
 * Whether the canary cohort has the share of units that the stage's weight says. Where it has not, units were lost or
 * assigned by something else than the hash, and what the cohorts differ by may be that.
 */
export function sampleRatioCheck(
  { action, alpha }: Checks['sampleRatio'],
  weight: number,
  cohorts: readonly CohortSize[],
  { counted = 'units', inference = 'sequential' }: SampleRatioOptions = {},
): CheckResult {
  const name = 'sample ratio';
  const canary = judgedSize(cohorts, 'canary')[counted];
  const stable = judgedSize(cohorts, 'stable')[counted];
  if (weight <= 0 || weight >= 1)
    return { name, status: 'not-applicable', detail: 'at a weight of 0 or 1 there is only one cohort' };
  const total = canary + stable;
  if (total === 0) return { name, status: 'hold', detail: 'nobody is in either cohort' };
  const once = exactShareChance(canary, stable, weight);
  const pValue = inference === 'fixed' ? once : sampleRatio([canary, stable], [weight, 1 - weight]).pValue;
  const found = `${formatCount(canary)} of ${countOf(total, counted === 'units' ? 'user' : 'request')} are in the canary cohort, ${formatShare(Number((canary / total).toPrecision(4)))} where the weight says ${formatShare(weight)}`;
  if (pValue > alpha) return { name, status: 'pass', detail: `${found}: ${chanceText(once)}` };
  const among = inference === 'fixed' ? 'looks' : 'rollouts';
  return {
    name,
    status: action,
    detail: `${found}: by chance this happens less than once in ${formatCount(Math.round(1 / alpha))} ${among}, so users or records of one cohort are lost, or something else assigns them`,
  };
}

function chanceText(once: number): string {
  if (once > usual) return 'chance explains it';
  return `by chance this happens in ${formatShare(Number(once.toPrecision(1)))} of single looks, which is odd but not proof`;
}
