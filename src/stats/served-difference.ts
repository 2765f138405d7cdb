import { type Linearized, smallerSide } from './linearized.ts';
import type { Uncomputable } from './result.ts';
import type { FloorOptions } from './proportion-floor.ts';
import type { Sample } from './sample.ts';
import { sampleSums, type SampleSums } from './sample-sums.ts';
import { type ServedGroup, servedGroup, skewnessOfDifference } from './served-group.ts';

/**
 * Candidate's mean on its units minus baseline's mean on other units: two independent groups, whose variances add.
 * @param options `zeroOne`: every request contributes 0 or 1: each group gets the floor of proportions.
 */
export function servedDifference(
  baseline: Sample,
  candidate: Sample,
  options: FloorOptions = {},
): Linearized | Uncomputable {
  return servedDifferenceOf(sampleSums(baseline, options), sampleSums(candidate, options));
}

/** `servedDifference` of units that were added up elsewhere. */
export function servedDifferenceOf(
  baselineSums: SampleSums | Uncomputable,
  candidateSums: SampleSums | Uncomputable,
): Linearized | Uncomputable {
  const baseline = servedGroup(baselineSums, 'baseline');
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = servedGroup(candidateSums, 'candidate');
  if (candidate.kind === 'uncomputable') return candidate;
  return differenceOfGroups(baseline, candidate);
}

/** The same from two summarised sides. */
export function differenceOfGroups(baseline: ServedGroup, candidate: ServedGroup): Linearized {
  const floorVariance = baseline.floorVariance + candidate.floorVariance;
  return {
    kind: 'linearized',
    value: candidate.mean - baseline.mean,
    baseline: baseline.mean,
    candidate: candidate.mean,
    standardError: Math.sqrt(baseline.variance + candidate.variance + floorVariance),
    floorVariance,
    skewness: skewnessOfDifference(candidate, baseline),
    units: baseline.units + candidate.units,
    requests: baseline.requests + candidate.requests,
    effectiveUnits: Math.min(baseline.effectiveUnits, candidate.effectiveUnits),
    clusterSize: Math.max(baseline.clusterSize, candidate.clusterSize),
    counted: smallerSide(baseline, candidate),
  };
}
