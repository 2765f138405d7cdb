import type { Segment } from './evidence.ts';
import type { MetricUnit } from './metric.ts';

/** A segment that worsens for certain although the whole improves. */
export interface SegmentReversal {
  readonly metric: string;
  readonly unit: MetricUnit;
  /** Candidate minus baseline on the whole. */
  readonly whole: number;
  readonly segment: NamedSegment;
  /** Candidate minus baseline on the segment. */
  readonly change: number;
  /** The least harmful change that the data leave possible; still a harm. */
  readonly atBest: number;
}

/** A segment that nothing could be decided on. */
export interface UnjudgedSegment {
  readonly segment: NamedSegment;
  readonly reason: string;
  /** What was observed on it all the same; absent where nobody compared it. */
  readonly observed?: readonly ObservedChange[];
}

/** A change that nothing was proven of. */
export interface ObservedChange {
  readonly metric: string;
  readonly unit: MetricUnit;
  /** Candidate minus baseline. */
  readonly change: number;
  /** The same as harm, relative to the baseline where that is not 0: positive where the candidate is worse. */
  readonly harm: number;
}

/** A segment as the units of a dimension's value; never the whole. */
export type NamedSegment = NonNullable<Segment>;

/** The dimension whose values are the true labels, where a guardrail is on each of them. */
export const trueLabelDimension = 'true label';

/** A segment and how many units it has; of a served comparison, on the smaller side. */
export interface SizedSegment {
  readonly segment: NamedSegment;
  readonly units: number;
}
