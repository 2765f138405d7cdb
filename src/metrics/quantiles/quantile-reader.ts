import type { Role } from '../../domain/role.ts';
import { type CountedWindow, type QuantileWindow, quantileWindow } from '../../stats/estimates/clustered-quantile.ts';
import type { MidQuantile } from '../../stats/estimates/mid-quantile.ts';
import { type PairedIndicators, pairedIndicators } from '../../stats/estimates/paired-indicators.ts';
import { type DataSize, type Refusal, type Uncomputable, uncomputable } from '../../stats/result.ts';
import type { Slice } from '../table/slice.ts';

/** One side's quantile on some requests. */
export interface QuantilePoint {
  /** In ms. */
  readonly value: number;
  /** Share of requests with one and the same latency at the quantile. */
  readonly heaviest: number;
  /** Whether every request has the same latency: a made-up or capped column, which no interval describes. */
  readonly isConstant: boolean;
}

/** What the units of some requests say of each side's quantile. */
export interface QuantileWindows {
  readonly size: DataSize;
  readonly windows: readonly (QuantileWindow | Refusal | Uncomputable)[];
  /** Where two sides have a window each. */
  readonly pairing?: PairedIndicators;
}

/**
 * One quantile of one or two versions' latencies on some requests. Of two versions, only requests that have both latencies count,
 * so that their units are the same.
 */
export interface QuantileReader {
  /** One per version; undefined where there are no requests. */
  points(): Promise<readonly QuantilePoint[] | undefined>;
  windows(points: readonly QuantilePoint[]): Promise<QuantileWindows>;
  /** The sample quantiles (of the mid-distribution) of each version in ms, at the probabilities beside its window. */
  beside(windows: QuantileWindows['windows']): Promise<readonly (readonly number[])[]>;
}

/** Where quantiles of some requests come from, for one side per role. */
export type QuantileSource = (probability: number, roles: readonly Role[], slice: Slice) => Promise<QuantileReader>;

/** The probabilities whose sample quantiles tell how wide a window is; none where there is no window. */
export function probabilitiesBeside(window: QuantileWindow | Refusal | Uncomputable | undefined): readonly number[] {
  return window?.kind === 'window' ? [window.below, window.above] : [];
}

/** What units in memory say of the quantiles. */
export function countedWindows(
  probability: number,
  points: readonly QuantilePoint[],
  { requests, atMost, unitsBeyond }: LatencyCounts,
): QuantileWindows {
  const windows = points.map(({ value, heaviest, isConstant }, side) =>
    isConstant
      ? constantSide
      : quantileWindow({
          probability,
          quantile: value,
          heaviest,
          requests,
          atMost: atMost[side] ?? new Float64Array(),
          unitsBeyond: unitsBeyond[side] ?? 0,
        }),
  );
  const [baseline, candidate] = windows.filter((window): window is CountedWindow => window.kind === 'window');
  const size = { units: requests.length, requests: requests.reduce((sum, count) => sum + count, 0) };
  return baseline === undefined || candidate === undefined
    ? { size, windows }
    : { size, windows, pairing: pairedIndicators(baseline, candidate) };
}

export const constantSide = uncomputable('every request has the same latency');

/**
 * The latencies of one or two versions on some requests. Of two, only requests that have both latencies are in it, so that their
 * units are the same in the same order.
 */
export interface LatencySample {
  readonly sides: number;
  /** The sample quantiles of each side in ns, at the probabilities wanted of it; undefined where there are no requests. */
  quantilesAt(
    probabilitiesOf: (side: number) => readonly number[],
  ): Promise<readonly (readonly MidQuantile[])[] | undefined>;
  /** Which sides have the same latency on every request: a made-up or capped column, which no interval describes. */
  constantSides(): Promise<readonly boolean[]>;
  /** Requests by unit, and of each side those that took at most its quantile. */
  countsByUnit(quantiles: readonly MidQuantile[]): Promise<LatencyCounts>;
}

/** Requests by unit, in one order of units. */
export interface LatencyCounts {
  readonly requests: Float64Array;
  /** One array per side; of requests that tie with the quantile a part. */
  readonly atMost: readonly Float64Array[];
  /** Per side, units with a request beyond the quantile. */
  readonly unitsBeyond: readonly number[];
}

/** Where the latencies of some requests come from, for one side per role. */
export type LatencySource = (roles: readonly Role[], slice: Slice) => LatencySample;
