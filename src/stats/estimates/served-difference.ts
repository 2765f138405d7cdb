import { type Linearized, smallerSide } from './linearized.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import { eventFloor, hasFloor } from '../sums/contribution-sums.ts';
import type { SampleSums } from '../sums/sample-sums.ts';
import { withKnownSpread } from './borrowed-spread.ts';
import type { ServedGroup } from './served-group.ts';
import { isRounding, ratioVariance, residualMoments } from '../sums/residual-sums.ts';

/**
 * Candidate's mean on its units minus baseline's mean on other units: two independent groups, whose variances add. A group whose sums
 * have contributions gets the floor of proportions.
 */
export function servedDifference(
  baseline: SampleSums | Uncomputable,
  candidate: SampleSums | Uncomputable,
): Linearized | Uncomputable {
  return compareGroups(baseline, candidate, differenceOfGroups);
}

/**
 * Candidate's mean on its units over baseline's mean on other units, minus one (delta method for a ratio of independent means;
 * Deng, Knoblich and Lu 2018, section 3). As in the paired form, the baseline's effective units are also counted by their
 * share of its sum. A group whose sums have contributions gets the floor of proportions, at the baseline's rate.
 */
export function servedRelativeDifference(
  baseline: SampleSums | Uncomputable,
  candidate: SampleSums | Uncomputable,
): Linearized | Uncomputable {
  return compareGroups(baseline, candidate, relativeDifferenceOfGroups);
}

function compareGroups(
  baselineSums: SampleSums | Uncomputable,
  candidateSums: SampleSums | Uncomputable,
  compare: (baseline: ServedGroup, candidate: ServedGroup) => Linearized | Uncomputable,
): Linearized | Uncomputable {
  const baseline = servedGroup(baselineSums, 'baseline');
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = servedGroup(candidateSums, 'candidate');
  return candidate.kind === 'uncomputable' ? candidate : compare(baseline, candidate);
}

/** `servedDifference` of two summarised sides. */
export function differenceOfGroups(baselineAsSeen: ServedGroup, candidateAsSeen: ServedGroup): Linearized {
  const [baseline, candidate] = withKnownSpread(baselineAsSeen, candidateAsSeen);
  const floorVariance = baseline.floorVariance + candidate.floorVariance;
  return {
    ...sizesOf(baseline, candidate),
    value: candidate.mean - baseline.mean,
    standardError: Math.sqrt(baseline.variance + candidate.variance + floorVariance),
    floorVariance,
    skewness: skewnessOfDifference(candidate, baseline),
  };
}

/** `servedRelativeDifference` of two summarised sides. */
export function relativeDifferenceOfGroups(
  baselineAsSeen: ServedGroup,
  candidateAsSeen: ServedGroup,
): Linearized | Uncomputable {
  if (!(baselineAsSeen.mean > 0)) return uncomputable('the baseline is not above zero, so nothing is relative to it');
  const [baseline, candidate] = withKnownSpread(baselineAsSeen, candidateAsSeen);
  const ratio = candidate.mean / baseline.mean;
  // A candidate without events must not take the baseline's floor away.
  const floorWeight = Math.max(1, ratio * ratio);
  const floorVariance = (candidate.floorVariance + floorWeight * baseline.floorVariance) / baseline.mean ** 2;
  const variance = (candidate.variance + ratio * ratio * baseline.variance) / baseline.mean ** 2;
  const sizes = sizesOf(baseline, candidate);
  return {
    ...sizes,
    value: ratio - 1,
    standardError: Math.sqrt(variance + floorVariance),
    floorVariance,
    skewness: skewnessOfDifference(candidate, baseline, ratio),
    effectiveUnits: Math.min(sizes.effectiveUnits, baseline.effectiveContributors),
  };
}

/** What any comparison of two groups says of the two and of their data. */
function sizesOf(baseline: ServedGroup, candidate: ServedGroup) {
  return {
    kind: 'linearized',
    baseline: baseline.mean,
    candidate: candidate.mean,
    units: baseline.units + candidate.units,
    requests: baseline.requests + candidate.requests,
    effectiveUnits: Math.min(baseline.effectiveUnits, candidate.effectiveUnits),
    clusterSize: Math.max(baseline.clusterSize, candidate.clusterSize),
    counted: smallerSide(baseline, candidate),
  } as const;
}

/** Summarises one side; `side` names it in the reasons. */
export function servedGroup(sums: SampleSums | Uncomputable, side: string): ServedGroup | Uncomputable {
  if (sums.kind === 'uncomputable') return uncomputable(`${side}: ${sums.reason}`);
  const { totals, column } = sums;
  const moments = residualMoments(sums.residuals);
  if (!hasFloor(sums) && isRounding(moments, column.sumOfSquares)) {
    return uncomputable(`${side}: every user has the same value`);
  }
  return {
    kind: 'group',
    mean: column.sum / totals.requests,
    variance: ratioVariance(moments, totals.units, totals.requests),
    floorVariance: eventFloor(sums),
    second: moments.second / totals.requests ** 2,
    third: moments.third / totals.requests ** 3,
    units: totals.units,
    requests: totals.requests,
    effectiveUnits: totals.effectiveUnits,
    clusterSize: totals.clusterSize,
    effectiveContributors: column.sumOfSquares === 0 ? 0 : (column.sum * column.sum) / column.sumOfSquares,
    contributingUnits: column.sumOfSquares === 0 ? 0 : column.sumOfSizes ** 2 / column.sumOfSquares,
  };
}

/**
 * Skewness of candidate minus `weight` times baseline: third cumulants of independent groups subtract, variances add.
 * For one group it is the skewness of the units' residuals over the square root of their number.
 */
export function skewnessOfDifference(candidate: ServedGroup, baseline: ServedGroup, weight = 1): number {
  const second = candidate.second + weight * weight * baseline.second;
  return second === 0 ? 0 : (candidate.third - weight ** 3 * baseline.third) / second ** 1.5;
}
