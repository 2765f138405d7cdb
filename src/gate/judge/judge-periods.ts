import { boundsOwnValue, limitOf } from '../../domain/bound.ts';
import type { GuardrailResult } from '../../domain/evidence.ts';
import { countOf, formatShare } from '../../domain/format-number.ts';
import { estimateAt, type Measured } from '../../metrics/table/estimate.ts';
import {
  pooledProportion,
  type Stratum,
  weightedRelativeStrata,
  weightedStrata,
} from '../../stats/estimates/weighted-strata.ts';
import { sampleRatioCheck } from '../../verdict/checks/sample-ratio.ts';
import type { PlannedTest } from '../../verdict/guardrail-tests.ts';
import { judgeGuardrail } from '../../verdict/judge-guardrail.ts';
import { type JudgedTest, subjectOf } from './judge-test.ts';
import type { JudgedStage, ServedPeriod } from './judged-stage.ts';

/** Metrics that all periods can be judged on together: quantiles do not add up, and slow hours are looked for in one period. */
function addsUp({ guardrail }: PlannedTest): boolean {
  return guardrail.test === 'interval' && guardrail.metric.family !== 'latency';
}

/**
 * Asks whether all periods together show a breach where the one in force does not. Each is weighted by its share of all requests, so that
 * the versions are compared within periods and a ramp cannot turn the sign; a period in which a metric cannot be computed is left out. The
 * candidate's own proportion is that of all its requests.
 */
export async function judgePeriods(
  { plan, scope, periods = [] }: JudgedStage,
  test: PlannedTest,
  { result, beside }: JudgedTest,
): Promise<GuardrailResult> {
  if (periods.length < 2 || result.status === 'breach' || !addsUp(test)) return result;
  const measured = await measurePeriods(periods, test, scope);
  if (measured === undefined) return result;
  const { bound } = test;
  const estimate = estimateAt(measured.together, beside, limitOf(bound.kind, bound.value));
  const judged = judgeGuardrail({ ...test, estimate, confidence: plan.statistics.confidence, remedy: '' });
  if (judged.status !== 'breach') return result;
  return {
    ...judged,
    reason: `over all ${measured.count} periods, each by its share of the requests, ${judged.reason}`,
  };
}

async function measurePeriods(
  periods: readonly ServedPeriod[],
  test: PlannedTest,
  scope: JudgedStage['scope'],
): Promise<{ readonly together: Measured; readonly count: number } | undefined> {
  const subject = subjectOf(scope, test);
  const { bound } = test;
  const parts: { readonly requests: number; readonly own: Measured; readonly difference: Measured }[] = [];
  for (const { requests, measurer } of periods) {
    const over = await measurer();
    const quantity = boundsOwnValue(bound.kind) ? 'own' : bound.relative ? 'relative' : 'difference';
    const own = await over.measure(subject, quantity);
    const difference = quantity === 'relative' ? await over.measure(subject, 'difference') : own;
    if (own.kind === difference.kind && (own.kind === 'linearized' || own.kind === 'proportion'))
      parts.push({ requests, own, difference });
  }
  if (parts.length < 2) return undefined;
  const all = parts.reduce((sum, { requests }) => sum + requests, 0);
  const together = combine(
    parts.map(({ requests, own, difference }) => ({ share: requests / all, estimate: { own, difference } })),
    bound.relative && !boundsOwnValue(bound.kind),
  );
  return together === undefined ? undefined : { together, count: parts.length };
}

function combine(
  strata: readonly Stratum<{ readonly own: Measured; readonly difference: Measured }>[],
  isRelative: boolean,
): Measured | undefined {
  const proportions = strata.flatMap(({ estimate: { own } }) => (own.kind === 'proportion' ? own : []));
  if (proportions.length === strata.length) return pooledProportion(proportions);
  const means = strata.flatMap(({ share, estimate: { own, difference } }) =>
    own.kind === 'linearized' && difference.kind === 'linearized'
      ? { share, estimate: { relative: own, difference } }
      : [],
  );
  if (means.length < strata.length) return undefined;
  return isRelative
    ? weightedRelativeStrata(means)
    : weightedStrata(means.map(({ share, estimate }) => ({ share, estimate: estimate.relative })));
}

/** What the earlier periods' own weights say of their users: a sentence for each that does not fit. */
export function unevenPeriods({ plan, periods = [] }: JudgedStage): readonly string[] {
  const { checks, statistics } = plan;
  return periods.slice(0, -1).flatMap(({ period, requests, byFirst }) => {
    if (period.weight === undefined || requests === 0) return [];
    const options = { counted: 'units', inference: statistics.inference } as const;
    const { status, detail } = sampleRatioCheck(checks.sampleRatio, period.weight, byFirst, options);
    return status === 'pass' || status === 'not-applicable' ? [] : [`${periodText({ period, requests })}: ${detail}`];
  });
}

/** `5% since 2026-11-02T09:00:00.000Z (12,000 requests)` */
export function periodText({ period: { from, weight }, requests }: Pick<ServedPeriod, 'period' | 'requests'>): string {
  const share = weight === undefined ? 'an unknown weight' : formatShare(weight);
  return `${share}${from === undefined ? '' : ` since ${from}`} (${countOf(requests, 'request')})`;
}
