import type { ScoredChanges } from './scores/scored-changes.ts';
import type { MeasuredDrift } from './drift.ts';
import type { NeededData } from './estimate.ts';
import type { Inference } from './statistics/inference.ts';
import type { MetricUnit } from './metric.ts';
import type { LoadFacts } from './load.ts';
import type { RecordMarks } from './log/record-marks.ts';
import type { SourceFacts } from './log/source-facts.ts';
import type { GoldenFileFacts, RequestFileFacts } from './log/request-file-facts.ts';
import type { UnitSample } from './log/unit-sample.ts';
import type { Bound, OnBreach, ReplaySettings } from './plan.ts';
import type { RequestFormat } from './told-number.ts';
import type { RolloutFacts } from './stages/rollout-facts.ts';
import type { Decision, Frozen, Runtime } from './registry.ts';
import type { LabelChange, SegmentChange } from './segments.ts';

/** The document that an evaluation writes and that `promote` acts on. Times are ms, sizes bytes, rates proportions, what is neither a plain number. */
export interface Evidence {
  readonly schemaVersion: 1;
  readonly createdAt: string;
  /** sha256 (hex) of all the rest. */
  readonly digest: string;
  readonly tool: { readonly name: 'canary'; readonly version: string };
  readonly plan: PlanFacts;
  readonly stage: StageLook;
  readonly statistics: EvidenceStatistics;
  readonly rollout: RolloutFacts;
  readonly inputs: EvidenceInputs;
  readonly cohorts: readonly CohortSize[];
  readonly outcomes: { readonly baseline: OutcomeCounts; readonly candidate: OutcomeCounts };
  readonly comparisons: readonly Comparison[];
  /** The versions' latencies; absent where the compared requests have none. */
  readonly latency?: LatencyCurves;
  /** How answers changed by true label; absent where no answer is a label or no truth is known. */
  readonly confusion?: ConfusionChanges;
  /** How scores changed, and whose answers got most worse; absent without a guardrail on a score, and where each version served others. */
  readonly scored?: ScoredChanges;
  /** How the requests differ from the plan's reference; absent where it names none. */
  readonly drift?: MeasuredDrift;
  readonly guardrails: readonly GuardrailResult[];
  readonly checks: readonly CheckResult[];
  readonly verdict: Verdict;
  readonly registryChange: RegistryChange;
}

export interface PlanFacts {
  readonly name: string;
  readonly sha256: string;
  /** sha256 of the plan without what says when its log ends: looks at plans that differ only there are of one series. Absent in evidence of earlier versions. */
  readonly withoutEnd?: string;
  /** Name of the plan's file, without its folder; absent in evidence of earlier versions. */
  readonly file?: string;
  /** Name of the model in the registry; absent in evidence of earlier versions. */
  readonly model?: string;
}

export interface StageLook {
  readonly name: string;
  readonly weight: number;
  /** Counts the looks at this stage from 1, over all series; 0 where the state of the rollout decided and nothing was looked at. */
  readonly look: number;
  /** A new series starts when a look's requests do not contain the previous look's, or the plan changed. */
  readonly series: number;
  /** Why this look starts a series, as a clause; absent where it does not, or is the first of all. */
  readonly newSeries?: string;
  /** The same of further sources, by their names, each of which has series of its own. */
  readonly newSeriesOf?: Readonly<Record<string, string>>;
}

export interface EvidenceStatistics extends Frozen {
  readonly confidence: number;
  readonly inference: Inference;
}

export interface EvidenceInputs extends Pick<ReplaySettings, 'repeats'> {
  /** What the files hold; records of canary's own shape where absent. */
  readonly format?: RequestFormat;
  readonly requests: readonly RequestFileFacts[];
  /** The time that the counts of a metrics server are about (ISO 8601; begin excluded); absent for what is no such. */
  readonly window?: { readonly from: string; readonly to: string };
  /** What each further source of the plan said, by its name; absent where it has none, or was asked nothing. */
  readonly sources?: Readonly<Record<string, SourceFacts>>;
  /** What the records are known by in other files; absent for numbers of a dashboard and in evidence of earlier versions. */
  readonly records?: RecordMarks;
  /** Whose requests were read; everyone's where absent. */
  readonly sample?: UnitSample;
  readonly baseline: VersionFacts;
  readonly candidate: VersionFacts;
  /** How the requests came while they were timed; absent where they came one by one, or were not timed. */
  readonly load?: LoadFacts;
  /** The files of golden requests; absent where the plan names none. */
  readonly golden?: readonly GoldenFileFacts[];
}

export interface VersionFacts {
  readonly version: string;
  readonly runtime: Runtime;
  /** The library that ran it; absent where nothing ran. */
  readonly backend?: string;
  /** Why its requests were asked one by one instead of in batches; absent where they were not. */
  readonly oneByOne?: string;
  readonly sha256?: string;
}

export type CohortName = 'canary' | 'stable' | 'all';

export interface CohortSize {
  readonly name: CohortName;
  readonly units: number;
  readonly requests: number;
}

/** How the requests of one version ended, over the whole log. */
export interface OutcomeCounts {
  readonly requests: number;
  readonly errors: Readonly<Record<string, number>>;
  /** How often requests were sent again to the version's server, which counts in their latency; absent where none was. */
  readonly retries?: number;
}

/** Segment dimension to value; null for the whole. */
export type Segment = Readonly<Record<string, string>> | null;

export type ComparisonKind = 'paired' | 'served';

export interface ComparisonNumbers {
  readonly baseline: number;
  readonly candidate: number;
  readonly delta: number;
  /** One-sided bounds at the plan's confidence; absent where no interval can be trusted yet, and `note` says why. */
  readonly low?: number;
  readonly high?: number;
  readonly units: number;
  readonly requests: number;
  readonly note?: string;
  /** Of served comparisons of the whole, where the plan names segments. */
  readonly postStratified?: PostStratifiedDelta;
  /** Where what users were like before the candidate served any was taken out of the numbers: users known, and the share of the variance that is left. */
  readonly adjusted?: { readonly units: number; readonly varianceLeft: number };
  /** Of means: share of the candidate's sum, in [0, 1], that its heaviest 1% of units carry. */
  readonly topUnitsShare?: number;
  /** Of capped means: share of the candidate's requests, in [0, 1], that are above the cap. */
  readonly cappedShare?: number;
}

/** A served delta with the segments weighted alike on both sides. */
export interface PostStratifiedDelta {
  readonly delta: number;
  readonly low?: number;
  readonly high?: number;
  /** Share of the requests, in (0, 1], whose segments both sides have from at least two units. */
  readonly covered: number;
}

interface ComparisonSubject {
  readonly metric: string;
  readonly comparison: ComparisonKind;
  readonly cohort: CohortName;
  readonly segment: Segment;
  readonly unit: MetricUnit;
}

export type Comparison =
  | (ComparisonSubject & ComparisonNumbers)
  | (ComparisonSubject & { readonly uncomputable: string });

/** The two versions' latencies as quantile curves of the same size whatever the log's. */
export interface LatencyCurves {
  readonly comparison: ComparisonKind;
  /** Of a served comparison the candidate's; the baseline's is `stable` then. */
  readonly cohort: CohortName;
  /** In (0, 1), rising. */
  readonly probabilities: readonly number[];
  readonly baseline: LatencyCurve;
  readonly candidate: LatencyCurve;
}

export interface LatencyCurve {
  readonly requests: number;
  /** A quantile for each probability. */
  readonly ms: readonly number[];
}

/** How the answers changed, by true label: the labels that lost most come first, and only so many are kept. */
export interface ConfusionChanges {
  readonly comparison: ComparisonKind;
  readonly cohort: CohortName;
  /** How many true labels there are. */
  readonly labels: number;
  readonly changes: readonly LabelChange[];
  /** The same by segment, the segments that lost most first; absent where the plan names no dimension. */
  readonly segments?: readonly SegmentChange[];
}

export type GuardrailStatus = 'pass' | 'breach' | 'inconclusive' | 'uncomputable' | 'not-applicable';

/** One bound of one guardrail on one segment (or the whole). */
export interface GuardrailResult {
  readonly metric: string;
  readonly segment: Segment;
  readonly bound: Bound;
  readonly onBreach: OnBreach;
  readonly test: 'interval' | 'point';
  readonly unit: MetricUnit;
  readonly status: GuardrailStatus;
  /** The tested quantity with its natural sign, and its bounds; absent where it could not be computed. */
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  /** A breach that would be none if every rejected record spoke for the candidate. */
  readonly doubtful?: true;
  /** One sentence that says what was found and what is allowed. */
  readonly reason: string;
  readonly needed: NeededData;
}

/** Only the check of the rollout itself and an alarm say `rollback`. */
export type CheckStatus = 'pass' | 'warn' | 'hold' | 'rollback' | 'not-applicable';

export interface CheckResult {
  readonly name: string;
  readonly status: CheckStatus;
  readonly detail: string;
  /** While this holds, a difference between the users of the two versions is no proof. */
  readonly excuses?: true;
  /** What it found is worth telling although it passed. */
  readonly told?: true;
}

export interface Verdict {
  readonly decision: Decision;
  /** The exit code without `--fail-on`. */
  readonly exitCode: 0 | 3 | 4;
  /** A breach was found that a failed check keeps from being proof: a person has to look now. */
  readonly alarm?: true;
  /** Sentences, the weightiest first. */
  readonly reasons: readonly string[];
}

/** What `promote` would change in the registry. */
export interface RegistryChange {
  readonly action: 'enter' | 'complete' | 'rollback' | 'look';
  readonly stage: string;
  readonly traffic: Readonly<Record<string, number>>;
  readonly aliases: Readonly<Record<string, string>>;
  readonly status: Readonly<Record<string, string>>;
  /** Why `promote` would refuse as things are; then nothing of the above would change. */
  readonly refused?: string;
}
