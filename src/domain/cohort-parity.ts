import type { MetricUnit } from './metric.ts';

/** What is known of how alike the two cohorts are in everything that the candidate has nothing to do with. */
export interface CohortParity {
  readonly numbers: readonly ComparedNumber[];
  readonly incomparable: readonly IncomparableNumber[];
  readonly mixes: readonly ComparedMix[];
  /** The level of each comparison: its part of the check's. */
  readonly alphaEach: number;
}

/** A number that should be the same on both cohorts. */
export interface ComparedNumber {
  /** What it is, as a sentence names it: `baseline accuracy`, `requests per user`. */
  readonly what: string;
  readonly unit: MetricUnit;
  readonly canary: number;
  readonly stable: number;
  /** Bounds on canary minus stable. */
  readonly low: number;
  readonly high: number;
}

/** A number that could not be compared, and why. */
export interface IncomparableNumber {
  readonly what: string;
  readonly reason: string;
}

/** Units of one value of a dimension, by cohort. */
export interface SegmentUnits {
  readonly value: string;
  readonly canary: number;
  readonly stable: number;
}

/** A dimension, and how probable a mix as uneven as this is by chance. */
export interface ComparedMix {
  readonly dimension: string;
  /** Valid at every look, in (0, 1]. */
  readonly pValue: number;
  /** The value that says most; undefined where there are no units. */
  readonly most: SegmentUnits | undefined;
  /** What is counted here: users, or the requests that a router assigned on their own. */
  readonly assigned: 'units' | 'requests';
  readonly canaryUnits: number;
  readonly stableUnits: number;
}
