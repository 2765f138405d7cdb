import { type Linearized, smallerSide } from './linearized.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import type { FloorOptions } from './proportion-floor.ts';
import type { Sample } from './sample.ts';
import { sampleSums, type SampleSums } from './sample-sums.ts';
import { type ServedGroup, servedGroup, skewnessOfDifference } from './served-group.ts';

/**
 * Candidate's mean on its units over baseline's mean on other units, minus one (delta method for a ratio of independent means;
 * Deng, Knoblich and Lu 2018, section 3). As in the paired form, the baseline's effective units are also counted by their
 * share of its sum.
 * @param options `zeroOne`: every request contributes 0 or 1: each group gets the floor of proportions, at the baseline's rate.
 */
export function servedRelativeDifference(
  baseline: Sample,
  candidate: Sample,
  options: FloorOptions = {},
): Linearized | Uncomputable {
  return servedRelativeDifferenceOf(sampleSums(baseline, options), sampleSums(candidate, options));
}

/** `servedRelativeDifference` of units that were added up elsewhere. */
export function servedRelativeDifferenceOf(
  baselineSums: SampleSums | Uncomputable,
  candidateSums: SampleSums | Uncomputable,
): Linearized | Uncomputable {
  const baseline = servedGroup(baselineSums, 'baseline');
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = servedGroup(candidateSums, 'candidate');
  if (candidate.kind === 'uncomputable') return candidate;
  return relativeDifferenceOfGroups(baseline, candidate);
}

/** The same from two summarised sides. */
export function relativeDifferenceOfGroups(baseline: ServedGroup, candidate: ServedGroup): Linearized | Uncomputable {
  if (!(baseline.mean > 0)) return uncomputable('the baseline is not above zero, so nothing is relative to it');

  const ratio = candidate.mean / baseline.mean;
  // A candidate without events must not take the baseline's floor away.
  const floorWeight = Math.max(1, ratio * ratio);
  const floorVariance = (candidate.floorVariance + floorWeight * baseline.floorVariance) / baseline.mean ** 2;
  const variance = (candidate.variance + ratio * ratio * baseline.variance) / baseline.mean ** 2;
  return {
    kind: 'linearized',
    value: ratio - 1,
    baseline: baseline.mean,
    candidate: candidate.mean,
    standardError: Math.sqrt(variance + floorVariance),
    floorVariance,
    skewness: skewnessOfDifference(candidate, baseline, ratio),
    units: baseline.units + candidate.units,
    requests: baseline.requests + candidate.requests,
    effectiveUnits: Math.min(baseline.effectiveUnits, candidate.effectiveUnits, baseline.effectiveContributors),
    clusterSize: Math.max(baseline.clusterSize, candidate.clusterSize),
    counted: smallerSide(baseline, candidate),
  };
}
