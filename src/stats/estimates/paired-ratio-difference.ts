import type { Linearized } from './linearized.ts';
import {
  isRounding,
  ratioSkewness,
  ratioVariance,
  residualMoments,
  leaveOneOutResiduals,
  residualSums,
  type ResidualSums,
} from '../sums/residual-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import { sideSums, type SideSums } from '../sums/sample-sums.ts';
import type { Sample, ColumnTotals, RequestTotals } from '../sums/sample.ts';
import { eventFloor } from '../sums/contribution-sums.ts';

/**
 * Candidate's ratio minus baseline's where each version has its own denominator on the same units, as precision has (what a
 * version predicted as a label). Both ratios are linearised by unit and subtracted unit by unit, so that what the two sides share cancels:
 * r_u = (Yc_u - theta_c Nc_u) / nc - (Yb_u - theta_b Nb_u) / nb, each part leave-one-out (Deng, Knoblich and Lu 2018,
 * Applying the Delta Method in Metric Analytics, section 3). With equal denominators it is `pairedDifference`.
 * @param zeroOne every request contributes 0 or 1: each side gets the floor of proportions, as if the two were served apart,
 * since a request may count on one side alone.
 */
export function pairedRatioDifference(pair: RatioPair, { zeroOne = false } = {}): Linearized | Uncomputable {
  const sides = sidesOf(pair, zeroOne);
  if (sides.kind === 'uncomputable') return sides;
  return weightedRatioDifference(sides, 1, ratioPairSums(pair, sides, 1), zeroOne);
}

/** Adds up each side of a pair. */
export function sidesOf({ baseline, candidate }: RatioPair, zeroOne: boolean): RatioSides | Uncomputable {
  return ratioSides(sideSums(baseline, { zeroOne }), sideSums(candidate, { zeroOne }));
}

/**
 * Candidate's ratio minus `weight` times baseline's, with a standard error between the units that the two share.
 * @param sums of the residuals with the same weight.
 */
export function weightedRatioDifference(
  { baseline, candidate }: RatioSides,
  weight: number,
  { units, requests, residuals }: RatioPairSums,
  zeroOne: boolean,
): Linearized | Uncomputable {
  const moments = residualMoments(residuals);
  const magnitude = weight * weight * baseline.column.sumOfSquares + candidate.column.sumOfSquares;
  if (!zeroOne && isRounding(moments, magnitude)) {
    return uncomputable('every unit has the same difference');
  }
  const floorVariance = candidate.floorVariance + Math.max(1, weight * weight) * baseline.floorVariance;
  return {
    kind: 'linearized',
    value: candidate.ratio - weight * baseline.ratio,
    baseline: baseline.ratio,
    candidate: candidate.ratio,
    standardError: Math.sqrt(ratioVariance(moments, units, requests) + floorVariance),
    floorVariance,
    skewness: ratioSkewness(moments),
    units,
    requests: Math.round(requests),
    effectiveUnits: Math.min(baseline.totals.effectiveUnits, candidate.totals.effectiveUnits),
    clusterSize: Math.max(baseline.totals.clusterSize, candidate.totals.clusterSize),
    counted: { units, requests: Math.round(requests) },
  };
}

/**
 * Candidate's ratio over baseline's minus one, where each version has its own denominator on the same units: the
 * linearisation of `pairedRatioDifference` with the baseline weighted by the ratio of the two, over the baseline's ratio. As in the other
 * relative differences, the baseline's effective units are also counted by their share of its sum.
 * @param zeroOne every request contributes 0 or 1: each side gets the floor of proportions.
 */
export function pairedRatioRelativeDifference(pair: RatioPair, { zeroOne = false } = {}): Linearized | Uncomputable {
  const sides = sidesOf(pair, zeroOne);
  if (sides.kind === 'uncomputable') return sides;
  const weight = relativeWeight(sides);
  if (typeof weight !== 'number') return weight;
  return relativeRatioDifference(sides, weight, ratioPairSums(pair, sides, weight), zeroOne);
}

/** `pairedRatioRelativeDifference` of units that were added up elsewhere, with the weight of the two sides. */
export function relativeRatioDifference(
  sides: RatioSides,
  weight: number,
  sums: RatioPairSums,
  zeroOne: boolean,
): Linearized | Uncomputable {
  const combined = weightedRatioDifference(sides, weight, sums, zeroOne);
  if (combined.kind === 'uncomputable') return combined;
  const { baseline } = sides;
  return {
    ...combined,
    value: weight - 1,
    standardError: combined.standardError / baseline.ratio,
    floorVariance: combined.floorVariance / baseline.ratio ** 2,
    effectiveUnits: Math.min(combined.effectiveUnits, baseline.effectiveContributors),
  };
}

/** Both versions' units, each version with its own requests, such as precision: what a version predicted as L. */
export interface RatioPair {
  readonly baseline: Sample;
  readonly candidate: Sample;
}

/** What the units of a pair of ratios add up to. */
export interface RatioPairSums {
  /** Units with a request on either side. */
  readonly units: number;
  /** Mean of the two sides' requests. */
  readonly requests: number;
  /**
   * Of what each unit moves candidate minus weighted baseline by, times those requests, so that the moments are those of other paired
   * estimates; a unit's requests are the mean of its two sides', which is what the variance is expected to grow with.
   */
  readonly residuals: ResidualSums;
}

/**
 * Adds up the residuals of a pair.
 * @param weight what the baseline's influence is multiplied by before it is subtracted: 1 for a difference.
 */
export function ratioPairSums(pair: RatioPair, sides: RatioSides, weight: number): RatioPairSums {
  if (pair.baseline.requests.length !== pair.candidate.requests.length) {
    throw new RangeError('The two sides of a pair have the same units.');
  }
  const counts = pair.baseline.requests.map((count, unit) => (count + (pair.candidate.requests[unit] ?? 0)) / 2);
  let units = 0;
  let requests = 0;
  for (const count of counts) {
    if (count > 0) units += 1;
    requests += count;
  }
  const baseline = influence(pair.baseline, sides.baseline);
  const residuals = influence(pair.candidate, sides.candidate).map(
    (moved, unit) => (moved - weight * (baseline[unit] ?? Number.NaN)) * requests,
  );
  return { units, requests, residuals: residualSums(residuals, counts) };
}

/** Leave-one-out residuals per unit over the side's requests: what each unit moves the ratio by. */
function influence({ requests, sum }: Sample, { ratio, totals }: RatioSide): Float64Array {
  return leaveOneOutResiduals(requests, sum, ratio, totals.requests).map((residual) => residual / totals.requests);
}

/** One version's ratio of sums over units that both versions share: requests that count for it, and their sum. */
export interface RatioSide {
  readonly kind: 'side';
  readonly ratio: number;
  readonly totals: RequestTotals;
  readonly floorVariance: number;
  /** Squared sum over the sum of squares: the effective number of units by their share of the sum. */
  readonly effectiveContributors: number;
  readonly column: ColumnTotals;
}

/** Both versions' ratios over the same units. */
export interface RatioSides {
  readonly kind: 'sides';
  readonly baseline: RatioSide;
  readonly candidate: RatioSide;
}

/** Summarises both sides, or says which cannot be used. */
export function ratioSides(
  baselineSums: SideSums | Uncomputable,
  candidateSums: SideSums | Uncomputable,
): RatioSides | Uncomputable {
  const baseline = ratioSide(baselineSums, 'baseline');
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = ratioSide(candidateSums, 'candidate');
  return candidate.kind === 'uncomputable' ? candidate : { kind: 'sides', baseline, candidate };
}

/** What the baseline's influence is multiplied by before it is subtracted, so that a relative difference is linear. */
export function relativeWeight({ baseline, candidate }: RatioSides): number | Uncomputable {
  return baseline.ratio > 0
    ? candidate.ratio / baseline.ratio
    : uncomputable('the baseline is not above zero, so nothing is relative to it');
}

function ratioSide(sums: SideSums | Uncomputable, name: string): RatioSide | Uncomputable {
  if (sums.kind === 'uncomputable') return uncomputable(`${name}: ${sums.reason}`);
  const { totals, column } = sums;
  return {
    kind: 'side',
    ratio: column.sum / totals.requests,
    totals,
    floorVariance: eventFloor(sums),
    effectiveContributors: column.sumOfSquares === 0 ? 0 : (column.sum * column.sum) / column.sumOfSquares,
    column,
  };
}
