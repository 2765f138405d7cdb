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
export type NamedSegment = Readonly<Record<string, string>>;

/** The dimension whose values are the true labels, where a guardrail is on each of them. */
export const trueLabelDimension = 'true label';

/** A segment and how many units it has; of a served comparison, on the smaller side. */
export interface SizedSegment {
  readonly segment: NamedSegment;
  readonly units: number;
}

/** How answers to the requests of one true label changed. */
export interface LabelChange {
  readonly label: string;
  readonly baseline: LabelCounts;
  readonly candidate: LabelCounts;
  /** What only pairs can tell. */
  readonly pairs?: LabelPairs;
  /** The candidate answered worse, by more than chance does once in 20. */
  readonly worse?: true;
}

/** How answers to a segment's requests changed. */
export interface SegmentChange {
  readonly segment: NamedSegment;
  readonly baseline: LabelCounts;
  readonly candidate: LabelCounts;
  readonly pairs?: Pick<LabelPairs, 'newMistakes' | 'fixed'>;
  readonly worse?: true;
}

/** Labelled requests, and how many of them were answered right; one without an answer was not. */
export interface LabelCounts {
  readonly requests: number;
  readonly correct: number;
}

export interface LabelPairs {
  /** Requests that only the baseline answered right, and that only the candidate did. */
  readonly newMistakes: number;
  readonly fixed: number;
  /** What the candidate answered in its new mistakes, the most frequent first, `(no answer)` for nothing; at most 3. */
  readonly mistakenFor: readonly { readonly label: string; readonly requests: number }[];
  /** Ids of new mistakes, the first in their order; at most 3. */
  readonly examples: readonly string[];
}
