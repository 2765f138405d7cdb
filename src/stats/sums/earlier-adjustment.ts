import { effectiveUnits, fewestEffectiveUnits } from './cluster-size.ts';
import type { FloorOptions } from './contribution-sums.ts';
import { residualSums } from './residual-sums.ts';
import type { Sample } from './sample.ts';
import { type SampleSums, sampleSums } from './sample-sums.ts';

/** A version's units with what each was like before either version could have changed it. */
export interface EarlierSample extends Sample {
  /** Mean of the metric over the unit's earlier requests; NaN for a unit without any. */
  readonly earlier: Float64Array;
}

/** Both versions' sums as they would be if their units had been alike before. */
export interface AdjustedSums {
  readonly baseline: SampleSums;
  readonly candidate: SampleSums;
  /** What each unit moves its version's mean by, in the order of the sample. */
  readonly moved: { readonly baseline: Float64Array; readonly candidate: Float64Array };
  /** Units that have earlier requests. */
  readonly units: number;
  /** Variance of the difference as a share of what it was. */
  readonly varianceLeft: number;
}

/** With fewer units of a version that were there before, the slope is worth nothing. */
const fewestKnown = 100;

/** Earlier means count as no more, and no less, than all but so many of them are: a slope that hangs on a few users would be theirs alone. */
const cutShare = 0.01;

/**
 * Takes out of two independent groups what their units differed by beforehand (Deng, Xu, Kohavi and Walker 2013, Improving the sensitivity of
 * online controlled experiments by utilizing pre-experiment data): mean_a' = mean_a - beta (c_a - c), c_a the mean over the
 * group's units of their earlier means, c that over both groups. Units without earlier requests count as the mean of those with. The covariate is from before the
 * candidate had traffic, cut at its outer hundredths, by unit and not by request, so that no version can have moved it and the adjusted difference
 * estimates what the plain one does. The slope is the least-squares one of all units about their group's means; residuals are leave-one-out in it too.
 * @returns undefined where fewer than 100 units of a group have earlier requests, or their earlier means hardly differ but for a few.
 */
export function adjustedSums(
  baseline: EarlierSample,
  candidate: EarlierSample,
  options: FloorOptions,
): AdjustedSums | undefined {
  const known = [baseline, candidate].map(knownMeans);
  if (known.some(({ length }) => length < fewestKnown)) return undefined;
  const all = Float64Array.from(known.flat()).toSorted();
  const least = all[Math.floor(cutShare * all.length)] ?? 0;
  const most = all[Math.ceil((1 - cutShare) * all.length) - 1] ?? 0;
  const cut = (mean: number) => Math.min(most, Math.max(least, mean));
  const typical = all.reduce((sum, each) => sum + cut(each), 0) / all.length;
  const centre = (mean: number) => (Number.isFinite(mean) ? cut(mean) - typical : 0);
  const left = groupOf(baseline, centre, options);
  const right = groupOf(candidate, centre, options);
  if (left === undefined || right === undefined) return undefined;
  const squares = left.squares + right.squares;
  const spread = { sum: squares, sumOfSquares: left.fourths + right.fourths };
  if (!(effectiveUnits(spread) >= fewestEffectiveUnits)) return undefined;
  const beta = (left.products + right.products) / squares;
  const common = (left.total + right.total) / (left.units + right.units);
  const [adjustedLeft, adjustedRight] = [left, right].map((group) => adjusted(group, beta, common, squares));
  if (adjustedLeft === undefined || adjustedRight === undefined) throw new RangeError('two groups are adjusted');
  const before = varianceOf(left.sums) + varianceOf(right.sums);
  const after = varianceOf(adjustedLeft.sums) + varianceOf(adjustedRight.sums);
  return {
    baseline: adjustedLeft.sums,
    candidate: adjustedRight.sums,
    moved: { baseline: adjustedLeft.moved, candidate: adjustedRight.moved },
    units: all.length,
    varianceLeft: before === 0 ? 1 : after / before,
  };
}

function knownMeans({ requests, earlier }: EarlierSample): readonly number[] {
  return [...earlier].filter((mean, unit) => Number.isFinite(mean) && (requests[unit] ?? 0) > 0);
}

interface Group {
  readonly sample: EarlierSample;
  readonly sums: SampleSums;
  readonly units: number;
  /** Each unit's deviation of its earlier mean from the group's. */
  readonly deviations: Float64Array;
  /** Over units: the earlier means about the typical one; squares and fourth powers of the deviations; and their products with the unit's share of the mean's error. */
  readonly total: number;
  readonly squares: number;
  readonly fourths: number;
  readonly products: number;
}

function groupOf(sample: EarlierSample, centre: (mean: number) => number, options: FloorOptions): Group | undefined {
  const sums = sampleSums(sample, options);
  if (sums.kind === 'uncomputable') return undefined;
  const { units, requests } = sums.totals;
  const mean = sums.column.sum / requests;
  const isIn = (unit: number) => (sample.requests[unit] ?? 0) > 0;
  const centred = sample.earlier.map(centre);
  let total = 0;
  for (const [unit, own] of centred.entries()) if (isIn(unit)) total += own;
  const deviations = centred.map((own, unit) => (isIn(unit) ? own - total / units : 0));
  let [squares, fourths, products] = [0, 0, 0];
  for (const [unit, deviation] of deviations.entries()) {
    const residual = (sample.sum[unit] ?? 0) - mean * (sample.requests[unit] ?? 0);
    squares += deviation ** 2;
    fourths += deviation ** 4;
    products += deviation * residual * (units / requests);
  }
  return { sample, sums, units, deviations, total, squares, fourths, products };
}

function adjusted(
  { sample, sums, units, deviations, total }: Group,
  beta: number,
  common: number,
  squares: number,
): { readonly sums: SampleSums; readonly moved: Float64Array } {
  const { requests } = sums.totals;
  const mean = sums.column.sum / requests;
  const residuals = deviations.map((deviation, unit) => {
    const size = sample.requests[unit] ?? 0;
    const residual = (sample.sum[unit] ?? 0) - mean * size - beta * deviation * (requests / units);
    return residual / (1 - size / requests - deviation ** 2 / squares);
  });
  const sum = sums.column.sum - beta * (total / units - common) * requests;
  return {
    sums: { ...sums, column: { ...sums.column, sum }, residuals: residualSums(residuals, sample.requests) },
    moved: residuals.map((residual) => residual / requests),
  };
}

function varianceOf({ residuals, totals }: SampleSums): number {
  return residuals.squares.reduce((sum, square) => sum + square, 0) / totals.requests ** 2;
}
