import { type Linearized, withResiduals } from './linearized.ts';
import { differenceOfGroups, relativeDifferenceOfGroups } from './served-difference.ts';
import type { ServedGroup } from './served-group.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import type { InfluencePair, InfluenceSums, RareKind } from '../sums/influence-sums.ts';
import { ratioSkewness, ratioVariance, residualMoments } from '../sums/residual-sums.ts';

/**
 * The value of a metric that is no mean over requests, linearised by unit: its variance is that of the sum of what each unit moves it by
 * (Hampel 1974, The influence curve and its role in robust estimation; for clustered areas under the ROC curve Obuchowski 1997,
 * Nonparametric analysis of clustered ROC curve data).
 */
export function influencedValue(sums: InfluenceSums): Linearized {
  const { value, totals, effectiveUnits, floorVariance, rarest } = sums;
  const linearized = withResiduals(
    value,
    residualMoments(sums.residuals),
    { ...totals, effectiveUnits },
    floorVariance,
  );
  return { ...linearized, ...(rarest === undefined ? {} : { rarest }) };
}

/** What the baseline's influence is weighted with, so that the quantity is linear. */
export function influenceWeight(
  baseline: number,
  candidate: number,
  quantity: 'difference' | 'relative',
): number | Uncomputable {
  if (quantity === 'difference') return 1;
  return baseline > 0
    ? candidate / baseline
    : uncomputable('the baseline is not above zero, so nothing is relative to it');
}

/**
 * Candidate's value minus baseline's on the same requests, or their ratio minus one. The floor is the larger of the two sides', since what
 * was not met yet may be on either.
 * @param pair with residuals that are weighted for the quantity.
 */
export function pairedInfluenced(pair: InfluencePair, quantity: 'difference' | 'relative'): Linearized {
  const { baseline, candidate } = pair;
  const moments = residualMoments(pair.residuals);
  const { units, requests, clusterSize } = candidate.totals;
  const relative = quantity === 'relative';
  const ratio = candidate.value / baseline.value;
  const scale = relative ? baseline.value ** 2 : 1;
  const floor = Math.max(candidate.floorVariance, baseline.floorVariance);
  const floorVariance = ((relative ? Math.max(1, ratio ** 2) : 1) * floor) / scale;
  return {
    kind: 'linearized',
    value: relative ? ratio - 1 : candidate.value - baseline.value,
    baseline: baseline.value,
    candidate: candidate.value,
    standardError: Math.sqrt(ratioVariance(moments, units, requests) / scale + floorVariance),
    floorVariance,
    skewness: ratioSkewness(moments),
    units,
    requests,
    effectiveUnits: Math.min(baseline.effectiveUnits, candidate.effectiveUnits),
    clusterSize,
    counted: { units, requests },
    ...rarerOf(baseline, candidate),
  };
}

/** Candidate's value on its units minus baseline's on others, or their ratio minus one: two independent groups, whose variances add. */
export function servedInfluenced(
  baseline: InfluenceSums,
  candidate: InfluenceSums,
  quantity: 'difference' | 'relative',
): Linearized | Uncomputable {
  const compare = quantity === 'relative' ? relativeDifferenceOfGroups : differenceOfGroups;
  const compared = compare(groupOf(baseline), groupOf(candidate));
  return compared.kind === 'uncomputable' ? compared : { ...compared, ...rarerOf(baseline, candidate) };
}

function groupOf({ value, totals, residuals, floorVariance, effectiveUnits }: InfluenceSums): ServedGroup {
  const { units, requests, clusterSize } = totals;
  const moments = residualMoments(residuals);
  return {
    kind: 'group',
    mean: value,
    variance: ratioVariance(moments, units, requests),
    floorVariance,
    second: moments.second / requests ** 2,
    third: moments.third / requests ** 3,
    units,
    requests,
    effectiveUnits,
    clusterSize,
    effectiveContributors: effectiveUnits,
    contributingUnits: effectiveUnits,
  };
}

function rarerOf(baseline: InfluenceSums, candidate: InfluenceSums): { readonly rarest?: RareKind } {
  const kinds = [baseline.rarest, candidate.rarest].filter((kind) => kind !== undefined);
  const [rarest] = kinds.toSorted((one, other) => one.requests - other.requests);
  return rarest === undefined ? {} : { rarest };
}
