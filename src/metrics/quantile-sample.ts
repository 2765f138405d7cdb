import { type ClusteredQuantile, clusteredQuantile, quantileWindow } from '../stats/clustered-quantile.ts';
import { type Refusal, type Uncomputable, uncomputable } from '../stats/result.ts';
import type { LatencySample } from './latency-sample.ts';

/** One version's quantile on some requests: its value, and its error where there is enough to say one. */
export interface MeasuredQuantile {
  readonly kind: 'measured';
  /** In ms. */
  readonly value: number;
  readonly units: number;
  readonly requests: number;
  readonly clustered: ClusteredQuantile | Refusal | Uncomputable;
}

/** Measures one latency quantile of each side. */
export async function measureQuantiles(
  sample: LatencySample,
  probability: number,
): Promise<readonly (MeasuredQuantile | Uncomputable)[]> {
  const values = await sample.quantilesAt(() => [probability]);
  if (values === undefined) {
    return Array.from({ length: sample.sides }, () => uncomputable('no request has a latency that may be compared'));
  }
  const points = values.map(([value]) => value ?? Number.NaN);
  const constant = await sample.constantSides();
  const { requests, atMost } = await sample.countsByUnit(points);
  const size = { units: requests.length, requests: requests.reduce((sum, count) => sum + count, 0) };
  const windows = points.map((quantile, side) =>
    constant[side] === true
      ? uncomputable('every request has the same latency')
      : quantileWindow({ probability, quantile, requests, atMost: atMost[side] ?? new Float64Array() }),
  );
  const neighbours = await sample.quantilesAt((side) => {
    const window = windows[side];
    return window?.kind === 'window' ? [window.below, window.above] : [];
  });
  return points.map((value, side) => {
    const window = windows[side] ?? uncomputable('the quantile was not measured');
    const [below, above] = neighbours?.[side] ?? [];
    const clustered =
      window.kind === 'window' && below !== undefined && above !== undefined
        ? clusteredQuantile(window, Math.min(below, value), Math.max(above, value))
        : window.kind === 'window'
          ? uncomputable('the quantiles beside it could not be read')
          : window;
    return { kind: 'measured', value, ...size, clustered };
  });
}
