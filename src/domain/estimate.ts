/**
 * What is known of a tested quantity. `estimated` has both one-sided bounds; `unbounded` has a value on which no
 * trustworthy interval can be put yet; `uncomputable` has nothing. There is no number that stands for "could not compute".
 */
export type Estimate =
  | (EstimateBase & { readonly kind: 'estimated'; readonly low: number; readonly high: number })
  | (EstimateBase & {
      readonly kind: 'unbounded';
      readonly reason: string;
      /** True where more data of this kind would not give an interval either. */
      readonly unboundable?: true;
    })
  | { readonly kind: 'uncomputable'; readonly reason: string };

interface EstimateBase {
  /** The quantity with its natural sign. */
  readonly value: number;
  /** Units and requests that it rests on; of a served comparison, of both sides together. */
  readonly units: number;
  readonly requests: number;
  /** Where the value is known only to lie between two numbers, of which it is one: those. */
  readonly within?: { readonly low: number; readonly high: number };
  /** The limit, as the histogram counts, that lies within the bucket of the value: it cannot tell on which side that is. */
  readonly lacksEdge?: number;
  /** True where no edge can be added, since whoever counts chooses the buckets. */
  readonly isNative?: true;
  /** Amount of data that would probably decide, where that can be said. */
  readonly needed?: NeededData | undefined;
}

/** How many units and requests more would probably decide; null where no amount of data would, or it cannot be said. */
export interface NeededData {
  readonly units: number | null;
  readonly requests: number | null;
  /** True where these are the data at which there is an interval, and nobody can tell what would decide. */
  readonly forInterval?: true;
  /** The same for a candidate that does not differ at all; absent where it would not be within the bound, or it cannot be said. */
  readonly unchanged?: { readonly units: number; readonly requests: number };
  /** Where a planned end is still to come, what it probably brings. */
  readonly end?: PlannedEnd | undefined;
}

/** What is to be expected of a planned end. Chances are in [0, 1]. */
export interface PlannedEnd {
  /** Users in the log then. */
  readonly users: number;
  /** The chance that it is decided by then if the candidate is as observed, and that it passes if nothing has changed; the latter of changes alone. */
  readonly observed: number;
  readonly unchanged?: number;
  /** Users at an end that would decide with a chance of 80%; null for no number of them. */
  readonly enough: number | null;
}

/** Days after which nobody waits for a guardrail any more. */
export const longestWait = 90;

/** The smallest change of a guarded metric that a stage's data would probably show. */
export interface StageDetectability {
  readonly stage: string;
  /** Told from no change with a chance of 80%. Positive; ms or a proportion, or a fraction of the baseline where `relative`. */
  readonly change: number;
  readonly relative: boolean;
  /** The tightest bound on it; absent where only the candidate's own value is bounded. */
  readonly bound?: number;
  /** The smallest true change that breaches the bound with a chance of 80%. */
  readonly caught?: number;
  /** Of a mean whose seldom largest values may not have been met yet, what those cost. */
  readonly unmet?: UnmetExtremes;
  /** Requests of the judged cohort at which a candidate without any change passes with a chance of 80%; null for no amount. */
  readonly requestsUntilPass?: number | null;
  /** The same by each way to look: as long as one likes, many times until an end that is fixed beforehand, once. */
  readonly requestsByMethod?: Readonly<Record<'sequential' | 'planned' | 'oneLook', number | null>>;
  /** The bound that a candidate without any change passes with that chance after 90 more days at the log's pace; absent where there is no pace. */
  readonly passableInTime?: number;
  /** Of a guardrail that names dimensions: the segment that needs most data, and how many times its data of now; null for no amount. */
  readonly slowest?: { readonly segment: Readonly<Record<string, string>>; readonly growth: number | null };
  /** Of a guardrail that is judged on segments or labels that nobody names: how many will have to pass by the stage's end, and how many there are. */
  readonly segments?: { readonly mustPass: number; readonly all: number };
}

/** What one request may add at most, and how much data its bound needs for that alone, however steady the rest is. */
export interface UnmetExtremes {
  /** In the metric's unit. */
  readonly largest: number;
  /** Requests of the judged cohort. */
  readonly requests: number;
  /** Whether the guardrail caps it already. */
  readonly capped: boolean;
}
