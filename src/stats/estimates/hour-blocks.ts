import { type Uncomputable, uncomputable } from '../result.ts';

/** What one version has in each hour of a log, in the order of time: its requests and the sum of what is averaged. */
export interface BlockSide {
  readonly requests: Float64Array;
  readonly sum: Float64Array;
}

/** A change with its standard error between hours, on the scale on which it is tested. */
export interface BlockedChange {
  readonly kind: 'blocked';
  /** Standard error, widened for hours that resemble the ones before. */
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** Hours that have requests. */
  readonly blocks: number;
}

/** With fewer hours nobody can tell how much they differ by themselves. */
export const fewestBlocks = 10;

/** Deviations of a version's hours from its mean: what each adds to the error of the mean; they sum to 0. */
export function blockErrors({ requests, sum }: BlockSide): Float64Array {
  const all = total(requests);
  const mean = total(sum) / all;
  return sum.map((own, block) => (own - mean * (requests[block] ?? 0)) / all);
}

/**
 * Standard error of a change whose hours are blocks: what hits one version for minutes or hours hits all its users at once, and no number of
 * users averages it out. se^2 = B / (B - 1) sum r_h^2 (1 + a) / (1 - a) with r_h the hours' errors, rho their lag-1 correlation and
 * a = clip(rho + (1 + 3 clip(rho, 0, 0.9)) / B, 0, 0.95), which adds what a short series underestimates rho by (Kendall 1954, Note on bias in
 * the estimation of autocorrelation); the degrees of freedom are those of B (1 - a) / (1 + a) independent hours, less one.
 * @param errors of the change by hour, in the order of time.
 */
export function blockedChange(errors: Float64Array): BlockedChange | Uncomputable {
  const blocks = errors.length;
  if (blocks < fewestBlocks)
    return uncomputable(`${blocks} of the ${fewestBlocks} hours that are needed have requests`);
  let squares = 0;
  let products = 0;
  for (let block = 0; block < blocks; block += 1) {
    const error = errors[block] ?? Number.NaN;
    squares += error * error;
    products += error * (errors[block + 1] ?? 0);
  }
  const rho = squares > 0 ? products / squares : 0;
  const alike = clip(rho + (1 + 3 * clip(rho, 0, 0.9)) / blocks, 0, 0.95);
  const inflation = (1 + alike) / (1 - alike);
  return {
    kind: 'blocked',
    standardError: Math.sqrt((blocks / (blocks - 1)) * squares * inflation),
    degreesOfFreedom: Math.max(2, blocks / inflation - 1),
    blocks,
  };
}

function clip(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function total(column: Float64Array): number {
  let sum = 0;
  for (const value of column) sum += value;
  return sum;
}
