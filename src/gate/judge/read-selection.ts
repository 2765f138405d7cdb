import { guardedMetrics } from '../../domain/judged.ts';
import { boundsOwnValue, harmfulEnd, limitOf, testedMeasure } from '../../domain/bound.ts';
import type { GuardrailResult } from '../../domain/evidence.ts';
import { type Metric, metricTraits } from '../../domain/metric.ts';
import { estimateAt, type Measured } from '../../metrics/table/estimate.ts';
import { labelledAlike, labelledDifferent, leftOutOf } from '../../metrics/families/selection-shares.ts';
import type { Subject } from '../../metrics/table/subject.ts';
import type { Losses, UserLosses } from '../../requests/table/losses.ts';
import { isProvenAbove, isProvenLess } from '../../stats/bounds/proven-share.ts';
import { servedDifference } from '../../stats/estimates/served-difference.ts';
import { sampleSums } from '../../stats/sums/sample-sums.ts';
import type { LostRecords, MissingTruth, Selection, UnevenSelection } from '../../verdict/checks/selection.ts';
import { type LeftOutShares, selectionEffect, type SelectionSource } from './selection-effect.ts';

interface Passed {
  readonly metric: Metric;
  readonly subject: Subject;
  readonly results: readonly GuardrailResult[];
}

/**
 * Asks of everything that passed which requests it leaves out. In pairs only what the candidate alone leaves out counts: where the
 * baseline alone has no answer, no answer of the candidate is a loss. The level is shared evenly by all that is asked.
 */
export async function readSelection(source: SelectionSource, results: readonly GuardrailResult[]): Promise<Selection> {
  const { plan, scope } = source;
  const passed = passedSubjects(source, results);
  const ofTruth = scope.comparison === 'paired' && passed.some(({ metric }) => metricTraits(metric).truth);
  const losses = passed.length === 0 ? [] : (source.losses ?? []);
  const alphaEach = plan.checks.selection.alpha / (passed.length + losses.length + (ofTruth ? 1 : 0));
  const uneven: UnevenSelection[] = [];
  for (const each of losses) uneven.push(...(await lostOf(source, passed, each, alphaEach)));
  for (const each of passed)
    uneven.push(...(await unevenOf(source, each, await leftOutShares(source, each.subject, alphaEach))));
  return {
    asked: passed.length > 0,
    uneven,
    missingTruth: ofTruth ? await missingTruthOf(source, alphaEach) : undefined,
  };
}

function passedSubjects({ plan, scope }: SelectionSource, results: readonly GuardrailResult[]): readonly Passed[] {
  const metrics = new Map(guardedMetrics(plan).map((metric) => [metric.id, metric]));
  const passed = new Map<string, Passed>();
  for (const result of results) {
    const metric = metrics.get(result.metric);
    if (
      result.status !== 'pass' ||
      result.onBreach === 'report' ||
      metric === undefined ||
      leftOutOf(metric, scope.comparison) === undefined
    )
      continue;
    const slice = { cohort: scope.judgedCohort, segment: result.segment };
    const subject: Subject = { metric, comparison: scope.comparison, slice };
    const key = JSON.stringify([metric.id, result.segment]);
    passed.set(key, { metric, subject, results: [...(passed.get(key)?.results ?? []), result] });
  }
  return [...passed.values()];
}

/** The tightest of the results that the requests left out could turn, if there is one. */
async function unevenOf(
  source: SelectionSource,
  { metric, subject, results }: Passed,
  shares: LeftOutShares | undefined,
): Promise<readonly UnevenSelection[]> {
  if (shares === undefined || shares.proven === 'neither') return [];
  const { baseline, candidate } = shares;
  const found: UnevenSelection[] = [];
  for (const { bound, segment, ...result } of results) {
    // What the candidate's own value leaves out of the baseline does not concern it.
    if (shares.proven === 'baseline' && boundsOwnValue(bound.kind)) continue;
    const effect = await selectionEffect(source, subject, bound, shares);
    const room = roomOf({ bound, segment, ...result });
    if (!(effect > room)) continue;
    const measure = testedMeasure(bound, metricTraits(metric).unit);
    found.push({ metric: metric.id, segment, baseline, candidate, effect, room, measure });
  }
  return found.toSorted((a, b) => a.room - b.room).slice(0, 1);
}

/** The tightest of all that passed which the records that a version lost could turn, if there is one. */
async function lostOf(
  source: SelectionSource,
  passed: readonly Passed[],
  { by, users }: Losses,
  alpha: number,
): Promise<readonly UnevenSelection[]> {
  const baseline = sampleSums(users.baseline, { zeroOne: true });
  const candidate = sampleSums(users.candidate, { zeroOne: true });
  const shares = servedShares(servedDifference(baseline, candidate), source, alpha);
  const found: UnevenSelection[] = [];
  for (const each of passed) found.push(...(await unevenOf(source, each, shares)));
  const lost = { by, baseline: countsOf(users.baseline), candidate: countsOf(users.candidate) };
  return found
    .toSorted((a, b) => a.room - b.room)
    .slice(0, 1)
    .map((tightest) => ({ ...tightest, lost }));
}

function countsOf({ requests, sum }: UserLosses): LostRecords {
  return { records: total(requests), lost: total(sum) };
}

function total(numbers: Float64Array): number {
  return numbers.reduce((before, number) => before + number, 0);
}

/** What lies between the end of the interval that faces harm and the bound. */
function roomOf({ bound, test, value, low, high }: GuardrailResult): number {
  const upper = harmfulEnd(bound.kind) === 'high';
  const end = test === 'point' ? value : upper ? high : low;
  if (end === undefined) return 0;
  const distance = limitOf(bound.kind, bound.value) - end;
  return Math.max(0, upper ? distance : -distance);
}

async function leftOutShares(
  source: SelectionSource,
  subject: Subject,
  alpha: number,
): Promise<LeftOutShares | undefined> {
  const { shares } = source;
  const leftOut = leftOutOf(subject.metric, subject.comparison);
  if (leftOut === undefined) return undefined;
  const asked = { ...subject, metric: leftOut };
  const measured = await shares.measure(asked, 'difference');
  if (subject.comparison === 'paired') {
    if (measured.kind !== 'linearized') return undefined;
    const { baseline = Number.NaN, candidate = Number.NaN } = measured;
    // Of the requests that are left out of one version alone.
    const ofOne = await shares.measure(asked, 'own');
    const isProven = ofOne.kind === 'proportion' && isProvenAbove(ofOne, 0.5, alpha);
    return { baseline, candidate, proven: isProven ? 'candidate' : 'neither' };
  }
  return servedShares(measured, source, alpha);
}

/** The shares of two groups of users, and whether they differ for certain at every look. */
function servedShares(
  measured: Measured,
  { plannedUnits }: Pick<SelectionSource, 'plannedUnits'>,
  alpha: number,
): LeftOutShares | undefined {
  if (measured.kind !== 'linearized') return undefined;
  const { baseline = Number.NaN, candidate = Number.NaN } = measured;
  const settings = { alphaLower: alpha / 2, alphaUpper: alpha / 2, inference: 'sequential', plannedUnits } as const;
  const estimate = estimateAt(measured, settings);
  if (estimate.kind !== 'estimated') return undefined;
  const proven = estimate.low > 0 ? 'candidate' : estimate.high < 0 ? 'baseline' : 'neither';
  return { baseline, candidate, proven };
}

async function missingTruthOf(
  { shares, scope, plannedUnits }: SelectionSource,
  alpha: number,
): Promise<MissingTruth | undefined> {
  const slice = { cohort: scope.judgedCohort, segment: null };
  const shareOf = (metric: Metric) => shares.measure({ metric, comparison: 'paired', slice }, 'own');
  const [different, alike] = [await shareOf(labelledDifferent), await shareOf(labelledAlike)];
  if (different.kind !== 'proportion' || alike.kind !== 'proportion') return undefined;
  return isProvenLess(different, alike, alpha, plannedUnits)
    ? { different: different.value, alike: alike.value }
    : undefined;
}
