import type { DetectedFields } from './detected-fields.ts';
import type { DetectedScore } from './detect-scores.ts';
import type { SplitWeight } from './log-answers.ts';
import type { LogSample } from './log-sample.ts';

/** What a plan is written from. */
export interface PlanDraft {
  readonly name: string;
  readonly model: string;
  readonly registry: string;
  /** A version, or an alias in the registry. */
  readonly baseline: string;
  /** Absent where nobody knows it yet. */
  readonly candidate?: string;
  readonly source: string;
  readonly format: LogSample['format'];
  readonly fields: DetectedFields;
  /** What the log calls the versions, to their numbers; absent where it is the numbers. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Of a live split. */
  readonly split?: readonly SplitWeight[];
  /** Whether a split's log spans less than an hour, of which a weight that settles would leave little. */
  readonly isShort?: boolean;
  readonly isLive: boolean;
  /** Statuses that are no failures of a model. */
  readonly okStatus?: readonly number[];
  /** Of the task's metrics, those that this log can decide. */
  readonly metrics: readonly ProposedMetric[];
  /** First and last hour of the day (UTC) that have enough requests; absent where the log spans less than a day. */
  readonly hours?: readonly [number, number];
  /** Scores that the log holds of each answer. */
  readonly scores: readonly DetectedScore[];
  /** What each guardrail's line is followed by. */
  readonly comments: ReadonlyMap<string, string>;
}

/** A guardrail that a plan proposes. */
export interface ProposedMetric {
  readonly metric: string;
  readonly bound: string;
  /** Whether segments are judged too: a loss of quality hides in the whole, a slow machine does not. */
  readonly perSegment: boolean;
}
