import type { Linearized } from '../../src/stats/estimates/linearized.ts';
import type { Proportion } from '../../src/stats/estimates/proportion.ts';
import type { Interval, Refusal } from '../../src/stats/result.ts';
import type { PairedSample, Sample } from '../../src/stats/sums/sample.ts';

/** One request per unit, with a given sum and sum of squares: half the units a fixed distance above the mean, half below. */
export function sampleWithMoments({
  units,
  sum,
  sumOfSquares,
}: {
  units: number;
  sum: number;
  sumOfSquares: number;
}): Sample {
  const mean = sum / units;
  const paired = units - (units % 2);
  const distance = Math.sqrt((sumOfSquares - sum * mean) / paired);
  const values = Float64Array.from({ length: units }, (_, unit) => {
    if (unit >= paired) return mean;
    return unit % 2 === 0 ? mean + distance : mean - distance;
  });
  return { requests: new Float64Array(units).fill(1), sum: values };
}

export function sample(requests: readonly number[], sum: readonly number[]): Sample {
  return { requests: Float64Array.from(requests), sum: Float64Array.from(sum) };
}

export function pairs(
  requests: readonly number[],
  baseline: readonly number[],
  candidate: readonly number[],
): PairedSample {
  return {
    requests: Float64Array.from(requests),
    baseline: Float64Array.from(baseline),
    candidate: Float64Array.from(candidate),
  };
}

/** The estimate, where the test expects one. */
export function linearized(found: Linearized | { readonly kind: string; readonly reason: string }): Linearized {
  if ('value' in found) return found;
  throw new Error(found.reason);
}

export function intervalOf(found: Interval | Refusal): Interval {
  if (found.kind === 'interval') return found;
  throw new Error(found.reason);
}

/** A value that the test expects to be there. */
export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('Nothing is there.');
  return value;
}

export function proportionOf(found: Proportion | { readonly kind: string; readonly reason: string }): Proportion {
  if ('value' in found) return found;
  throw new Error(found.reason);
}

export function repeat<Value>(value: Value, times: number): Value[] {
  return Array.from({ length: times }, () => value);
}
