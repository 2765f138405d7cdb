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
}

/** A segment as the units of a dimension's value; never the whole. */
export type NamedSegment = NonNullable<Segment>;

/** A segment and how many units it has; of a served comparison, on the smaller side. */
export interface SizedSegment {
  readonly segment: NamedSegment;
  readonly units: number;
}
