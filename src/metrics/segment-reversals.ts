import type { Comparison, ComparisonNumbers } from '../domain/evidence.ts';
import { type Metric, metricTraits } from '../domain/metric.ts';
import type { ObservedChange, SegmentReversal, UnjudgedSegment } from '../domain/segments.ts';
import { smallestAlpha } from '../stats/bounds/boundary.ts';
import type { LevelSettings } from '../stats/bounds/confidence-bound.ts';
import { estimateAt } from './table/estimate.ts';
import type { Measurer } from './measurer.ts';
import type { StageScope } from './table/stage-scope.ts';

type Computed = Comparison & ComparisonNumbers;

/**
 * Segments that worsen for certain while the whole improves (Simpson's paradox), the worst first. Of the comparisons that
 * are shown, those whose interval says so are measured again at a level that all segments share.
 * @param alpha the level over all segments and metrics.
 */
export async function segmentReversals(
  measurer: Measurer,
  metrics: readonly Metric[],
  scope: StageScope,
  comparisons: readonly Comparison[],
  { alpha, ...settings }: Pick<LevelSettings, 'inference' | 'plannedUnits' | 'timings'> & { readonly alpha: number },
): Promise<readonly SegmentReversal[]> {
  const deciding = decidingIn(comparisons, scope);
  const segments = deciding.filter(({ segment, low, high }) => segment !== null && (low ?? high) !== undefined);
  const alphaEach = Math.max(smallestAlpha, alpha / Math.max(1, segments.length));
  const strict = { ...settings, alphaLower: alphaEach, alphaUpper: alphaEach };
  const found: { readonly reversal: SegmentReversal; readonly severity: number }[] = [];
  for (const metric of metrics) {
    const whole = deciding.find((each) => each.metric === metric.id && each.segment === null);
    const worse = harmSign(metric);
    if (whole === undefined || worse === 0 || whole.delta * worse >= 0) continue;
    for (const { segment, low, high } of segments.filter((each) => each.metric === metric.id)) {
      if (segment === null || !isHarm(worse, { low, high })) continue;
      const slice = { cohort: whole.cohort, segment };
      const subject = { metric, comparison: scope.comparison, slice };
      const estimate = estimateAt(await measurer.measure(subject, 'difference'), strict);
      if (estimate.kind !== 'estimated' || !isHarm(worse, estimate)) continue;
      const atBest = worse > 0 ? estimate.low : estimate.high;
      const { unit } = metricTraits(metric);
      const severity = Math.abs(atBest) / (Math.abs(whole.baseline) || 1);
      const reversal = { metric: metric.id, unit, whole: whole.delta, segment, change: estimate.value, atBest };
      found.push({ reversal, severity });
    }
  }
  return found.toSorted((a, b) => b.severity - a.severity).map(({ reversal }) => reversal);
}

/** The comparisons that decide, as far as they have numbers. */
function decidingIn(comparisons: readonly Comparison[], scope: StageScope): readonly Computed[] {
  return comparisons.filter(
    (comparison): comparison is Computed =>
      !('uncomputable' in comparison) &&
      comparison.comparison === scope.comparison &&
      comparison.cohort === (scope.comparison === 'served' ? 'canary' : scope.judgedCohort),
  );
}

/** What the comparisons that decide observed on each segment that nothing could be decided on. */
export function withObserved(
  unjudged: readonly UnjudgedSegment[],
  metrics: readonly Metric[],
  scope: StageScope,
  comparisons: readonly Comparison[],
): readonly UnjudgedSegment[] {
  const observed = new Map<string, readonly ObservedChange[]>();
  for (const { metric: id, segment, unit, delta, baseline } of decidingIn(comparisons, scope)) {
    const metric = metrics.find((known) => known.id === id);
    const harm = metric === undefined ? 0 : (harmSign(metric) * delta) / (Math.abs(baseline) || 1);
    const key = JSON.stringify(segment);
    observed.set(key, [...(observed.get(key) ?? []), { metric: id, unit, change: delta, harm }]);
  }
  return unjudged.map((each) => {
    const found = observed.get(JSON.stringify(each.segment));
    return found === undefined ? each : { ...each, observed: found };
  });
}

/** The direction of harm: 1 where more is worse, 0 where only a guardrail knows. */
function harmSign(metric: Metric): -1 | 0 | 1 {
  const { worse, hasBaseline } = metricTraits(metric);
  if (!hasBaseline || worse === 'either') return 0;
  return worse === 'higher' ? 1 : -1;
}

function isHarm(
  worse: number,
  { low, high }: { readonly low?: number | undefined; readonly high?: number | undefined },
): boolean {
  return worse > 0 ? low !== undefined && low > 0 : high !== undefined && high < 0;
}
