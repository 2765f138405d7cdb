import { holdsNumbers } from '../domain/told-number.ts';
import type { MeanTails } from './table/mean-tails.ts';
import type { Estimate } from '../domain/estimate.ts';
import type {
  Comparison,
  ComparisonKind,
  ComparisonNumbers,
  PostStratifiedDelta,
  Segment,
} from '../domain/evidence.ts';
import { isPerLabel, type Metric, metricTraits } from '../domain/metric.ts';
import { guardedMetrics } from '../domain/judged.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import { trueLabelDimension } from '../domain/segments.ts';
import type { IntervalSettings } from '../stats/bounds/confidence-bound.ts';
import { estimateAt, type Measured } from './table/estimate.ts';
import type { Measurer } from './measurer.ts';
import { withinPossible } from './table/possible.ts';
import type { Slice } from './table/slice.ts';
import type { StageScope } from './table/stage-scope.ts';
import type { Subject } from './table/subject.ts';

/** Dimensions with more values than this are compared on their largest values only. */
const mostSegmentsCompared = 500;

/**
 * The deltas that a report shows: every guarded metric, in pairs on each cohort and each segment of the judged one, and
 * served (candidate on the canary cohort against baseline on the stable one) on the whole and, where the served
 * comparison decides, on each segment.
 */
export async function compareVersions(
  measurer: Measurer,
  plan: RolloutPlan,
  scope: StageScope,
  settings: IntervalSettings,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const metric of guardedMetrics(plan)) {
    for (const { comparison, slice } of slicesOf(metric, plan, scope)) {
      if (comparison === 'served' && !metricTraits(metric).hasBaseline) continue;
      // In pairs a number of the log has no value, and saying so once is enough.
      if (comparison === 'paired' && metric.family === 'kpi' && slice.segment !== null) continue;
      const subject: Subject = { metric, comparison, slice };
      const compared = comparisonOf(subject, await measurer.measure(subject, 'difference'), settings);
      const isWhole = slice.segment === null && !('uncomputable' in compared);
      const extras = isWhole ? await aboutTheWhole(measurer, subject, scope, settings) : {};
      comparisons.push({ ...compared, ...extras });
    }
  }
  return comparisons;
}

/** What is told of a comparison of the whole beside its numbers. */
async function aboutTheWhole(
  measurer: Measurer,
  subject: Subject,
  scope: StageScope,
  settings: IntervalSettings,
): Promise<Pick<ComparisonNumbers, 'postStratified'> & MeanTails> {
  return {
    ...(await sameMix(measurer, subject, scope, settings)),
    ...(await measurer.tails(subject)),
  };
}

/**
 * The served difference of the whole as it would be with the same mix of segments on both sides: what is left of it when
 * the canary's users happen to be others than the stable ones.
 */
async function sameMix(
  measurer: Measurer,
  { metric, comparison }: Subject,
  { segmentValues }: StageScope,
  settings: IntervalSettings,
): Promise<{ readonly postStratified?: PostStratifiedDelta }> {
  const dimensions = [...segmentValues.keys()].filter((dimension) => dimension !== trueLabelDimension);
  if (comparison !== 'served' || dimensions.length === 0) return {};
  const stratified = await measurer.postStratified(metric, dimensions);
  if (stratified?.kind !== 'post-stratified') return {};
  const { difference, covered } = stratified;
  return {
    postStratified: {
      delta: difference.value,
      ...boundsOf(estimateAt(withinPossible(difference, metric, 'difference'), settings)),
      covered,
    },
  };
}

function slicesOf(metric: Metric, { requests }: RolloutPlan, scope: StageScope): readonly ComparedSlice[] {
  if (metric.family !== 'memory' || holdsNumbers(requests.format)) return comparedSlices(scope, isPerLabel(metric));
  // Both versions answer every request of a replay, each in a process of its own.
  return [{ comparison: 'paired', slice: { cohort: 'all', segment: null } }];
}

interface ComparedSlice {
  readonly comparison: ComparisonKind;
  readonly slice: Slice;
}

function comparedSlices(scope: StageScope, perLabel: boolean): readonly ComparedSlice[] {
  const populated = scope.cohorts.filter(({ requests }) => requests > 0).map(({ name }) => name);
  const split = populated.includes('canary') && populated.includes('stable');
  const segments = segmentsOf(scope, perLabel);
  const compared: ComparedSlice[] = [];
  if (scope.comparison === 'paired') {
    // The judged cohort first; at weight 0 and 1 the whole is one cohort, which is told once.
    const others = split ? populated.filter((name) => name !== scope.judgedCohort) : [];
    for (const cohort of [scope.judgedCohort, ...others])
      compared.push({ comparison: 'paired', slice: { cohort, segment: null } });
    for (const segment of segments)
      compared.push({ comparison: 'paired', slice: { cohort: scope.judgedCohort, segment } });
  }
  if (split || scope.comparison === 'served') {
    compared.push({ comparison: 'served', slice: { cohort: 'canary', segment: null } });
    if (scope.comparison === 'served') {
      for (const segment of segments) compared.push({ comparison: 'served', slice: { cohort: 'canary', segment } });
    }
  }
  return compared;
}

function segmentsOf({ segmentValues }: StageScope, perLabel: boolean): readonly Segment[] {
  const dimensions = [...segmentValues].filter(([dimension]) => (dimension === trueLabelDimension) === perLabel);
  return dimensions.flatMap(([dimension, values]) =>
    [...values.keys()].slice(0, mostSegmentsCompared).map((value) => ({ [dimension]: value })),
  );
}

function comparisonOf(
  { metric, comparison, slice }: Subject,
  measured: Measured,
  settings: IntervalSettings,
): Comparison {
  const subject = {
    metric: metric.id,
    comparison,
    cohort: slice.cohort,
    segment: slice.segment,
    unit: metricTraits(metric).unit,
  } as const;
  if (measured.kind === 'uncomputable') return { ...subject, uncomputable: measured.reason };
  if (measured.kind === 'proportion' || measured.baseline === undefined || measured.candidate === undefined) {
    throw new RangeError('a difference has two sides');
  }
  const { baseline, candidate, value: delta, units, requests } = measured;
  const adjusted =
    measured.kind === 'linearized' && measured.adjusted !== undefined ? { adjusted: measured.adjusted } : {};
  const estimate = estimateAt(measured, settings);
  const note = estimate.kind === 'estimated' ? {} : { note: estimate.reason };
  return { ...subject, baseline, candidate, delta, ...boundsOf(estimate), ...note, units, requests, ...adjusted };
}

/** An interval that is open at one end has no number there. */
function boundsOf(estimate: Estimate): { readonly low?: number; readonly high?: number } {
  if (estimate.kind !== 'estimated') return {};
  return {
    ...(Number.isFinite(estimate.low) ? { low: estimate.low } : {}),
    ...(Number.isFinite(estimate.high) ? { high: estimate.high } : {}),
  };
}
