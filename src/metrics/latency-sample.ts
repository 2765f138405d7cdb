import type { Role } from '../domain/role.ts';
import type { Slice } from './slice.ts';

/**
 * The latencies of one or two versions on some requests. Of two, only requests that have both latencies are in it, so that their
 * units are the same in the same order.
 */
export interface LatencySample {
  readonly sides: number;
  /**
   * The sample quantiles (type 7 of Hyndman and Fan 1996) of each side in ms, at the probabilities wanted of it; undefined
   * where there are no requests.
   */
  quantilesAt(
    probabilitiesOf: (side: number) => readonly number[],
  ): Promise<readonly (readonly number[])[] | undefined>;
  /** Which sides have the same latency on every request: a made-up or capped column, which no interval describes. */
  constantSides(): Promise<readonly boolean[]>;
  /** Requests by unit, and of each side those that took at most its point (ms). */
  countsByUnit(points: readonly number[]): Promise<LatencyCounts>;
}

/** Requests by unit, in one order of units. */
export interface LatencyCounts {
  readonly requests: Float64Array;
  /** One array per side. */
  readonly atMost: readonly Float64Array[];
}

/** Where the latencies of some requests come from, for one side per role. */
export type LatencySource = (roles: readonly Role[], slice: Slice) => LatencySample;
