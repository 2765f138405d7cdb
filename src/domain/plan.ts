import type { DriftReference, DriftThresholds } from './drift.ts';
import type { Assignment } from './exposure/assignment.ts';
import type { Route } from './exposure/routing.ts';
import type { RequestFormat, ToldNumber } from './told-number.ts';
import type { LatencyUnit } from './log/latency-field.ts';
import type { RequestFilter } from './log/request-filter.ts';
import type { UnitSample } from './log/unit-sample.ts';
import type { WarehouseTable } from './log/warehouse-table.ts';
import type { AnswerForm, RequestFields } from './log/log-format.ts';
import type { Inference } from './statistics/inference.ts';
import type { Metric } from './metric.ts';
import type { RemoteSettings, RemoteSource } from './remote/remote-settings.ts';
import type { Role } from './role.ts';
import type { Basis } from './stages/basis.ts';
import type { TimedWeight } from './stages/period.ts';
import type { WeeklyWindow } from './stages/weekly-window.ts';
import type { Thresholds } from './threshold.ts';

/** A rollout plan after defaults, units and `extends` are resolved. Every path is as written: relative to the plan's folder. */
export interface RolloutPlan extends RemoteSettings {
  readonly name: string;
  readonly model: string;
  /** Folder with one JSON file per model. */
  readonly registry: string;
  /** An alias (`stable`) or a version in the registry. */
  readonly baseline: string;
  readonly candidate: string;
  readonly requests: RequestSource;
  /** Further sources beside the log of requests, by their names: numbers per version, on which the guardrails that name one are judged. */
  readonly sources?: Readonly<Record<string, RequestSource>>;
  /** Why callers need no label map although the versions' labels differ. */
  readonly withoutLabelMap?: string;
  readonly assignment: Assignment;
  readonly stages: readonly Stage[];
  readonly guardrails: readonly Guardrail[];
  /** Of the plan as it is for one source: the guardrails of the others, which share alpha with its own. */
  readonly elsewhere?: readonly Guardrail[];
  readonly statistics: Statistics;
  readonly replay: ReplaySettings;
  readonly coverage?: Coverage;
  readonly checks: Checks;
  readonly golden?: Golden;
  readonly drift?: Drift;
  /** Whose requests decide: the stage's canary cohort, or every request that both versions have an outcome for. */
  readonly judge: 'canary' | 'all';
  /** From which score on a two-label classification answers its second label; absent where versions answer themselves. */
  readonly threshold?: Thresholds;
  /** What moves traffic, of which canary writes the files before the commands run. */
  readonly routing?: readonly Route[];
  /** Commands, run in the plan's folder, that bring a change of the registry to whatever moves traffic. */
  readonly apply?: readonly string[];
  readonly rollback?: RollbackInstructions;
}

/** Where the recorded requests are, and where a record keeps what. */
export interface RequestSource extends RemoteSource {
  /** Of a further source, what the plan calls it. */
  readonly name?: string;
  readonly format: RequestFormat;
  /** Files or globs, relative to the plan's folder; none where the plan holds the numbers itself. */
  readonly source: readonly string[];
  /** Of `aggregates`, the numbers that the plan holds itself. */
  readonly numbers?: readonly ToldNumber[];
  /** Of `sums`, where the warehouse has the requests. */
  readonly warehouse?: WarehouseTable;
  readonly fields: RequestFields;
  /** What the log calls whoever answered (a variant, an endpoint, an entity) to the version or alias that it is; `*` is every other name. */
  readonly versions?: Readonly<Record<string, string>>;
  /** What the answers in a serving system's log are made of, where they do not tell it themselves. */
  readonly answers?: AnswerForm;
  /** Of a log in which several components tell of one request, the one that is read. */
  readonly component?: string;
  /** Dimension name to the path of its value; `timestamp.hour` and `timestamp.weekday` are derived (UTC). */
  readonly segments: Readonly<Record<string, string>>;
  /** What the log calls a label, to the label; and truths that are right for neither version. */
  readonly labelNames?: Readonly<Record<string, string>>;
  readonly otherLabels?: readonly string[];
  /** Share of the true labels, in [0, 1], that may mean no label; above it quality is uncomputable. */
  readonly maxUnknownLabels: number;
  /** Texts and statuses in the place of an error that are not failures. */
  readonly okStatus?: readonly string[];
  /** Which records count; all of them where absent. */
  readonly where?: RequestFilter;
  /** How much older than the log's newest request one must be for its label to count, in ms; absent where every label does. */
  readonly labelsMatureAfterMs?: number;
  /** What stands before the fraction of numbers in tables of texts; decided from them where absent. */
  readonly decimal?: 'comma' | 'point';
  /** In which unit each version was timed, where that is sure. */
  readonly latencyUnit?: Readonly<Record<Role, LatencyUnit>>;
  /** Share of rejected records, in [0, 1], above which the verdict is hold. */
  readonly maxRejected: number;
  /** Only requests at or after the one time and before the other count (ISO 8601). */
  readonly from?: string;
  readonly to?: string;
  readonly sample?: UnitSample;
  /** How long after a change of weight its requests are left out, in ms: some were on their way, and routers take a while. */
  readonly settleMs: number;
  /** Since when a router that canary does not move gives the candidate which share, in order of time. */
  readonly weights?: readonly TimedWeight[];
}

export interface Stage {
  readonly name: string;
  /** Share of units assigned to the candidate, in [0, 1]; 0 is a shadow stage. */
  readonly weight: number;
  readonly minRequests: number;
  readonly minUnits: number;
  /** True where the plan wrote the number, so that it may size the sequential bound. */
  readonly plannedSize: { readonly requests: boolean; readonly units: boolean };
  /** The stage's own shortest time that its requests must span, instead of the plan's. */
  readonly minDurationMs?: number;
  /** The stage's own requests instead of the plan's, where it writes anything of them. */
  readonly requests?: RequestSource;
  /** What the stage rests on; decided by its log where absent. */
  readonly basis?: Basis;
  /** The least time that the stage before must have had, in ms, and the least requests since it was entered. */
  readonly bakeMs?: number;
  readonly newRequests?: number;
  /** When an increase may be acted on, always where absent; and whether it waits for a person's approval. */
  readonly increaseWindow?: WeeklyWindow;
  readonly approve?: true;
}

/** A metric with one or more allowed bounds, and what a breach means. */
export interface Guardrail {
  readonly metric: Metric;
  readonly bounds: readonly Bound[];
  /** Dimensions whose every value is judged on its own, beside the whole. */
  readonly segments: readonly string[];
  /** Every segment of every dimension with enough data is judged too (`segments: auto`); then `segments` is empty. */
  readonly autoSegments?: true;
  /** The stages that it is judged in, by name; all where absent. */
  readonly stages?: readonly string[];
  /** The further source whose numbers it is judged on; the log of requests where absent. */
  readonly source?: string;
  readonly onBreach: OnBreach;
  /** `interval`: proven by a confidence bound; `point`: the observed value and nothing else. */
  readonly test: 'interval' | 'point';
}

/** `report`: judged and shown, and decides nothing. */
export type OnBreach = 'rollback' | 'hold' | 'report';

export type BoundKind = 'max' | 'min' | 'maxIncrease' | 'maxDecrease';

/**
 * An allowed bound. `max` and `min` bound the candidate's own value; `maxIncrease` and `maxDecrease` bound candidate
 * minus baseline, divided by the baseline where `relative`. Values are never negative; ms for latency, proportions for
 * rates, plain numbers for what has neither unit.
 */
export interface Bound {
  readonly kind: BoundKind;
  readonly value: number;
  readonly relative: boolean;
}

export interface Statistics {
  /** 1 - alpha, in (0.5, 1). */
  readonly confidence: number;
  readonly inference: Inference;
  /** Users that a stage's log will have at its end, all cohorts together. */
  readonly plannedUnits?: number;
  /** 1 where a stage is looked at once: its log is then at its end. */
  readonly looks?: 1;
}

export interface ReplaySettings {
  /** `measured`: timed request by request beside the baseline; `recorded`: the log's own times. */
  readonly latency: 'measured' | 'recorded';
  /** How many requests are timed. */
  readonly latencyRequests: number;
  /** How many fresh pairs of processes, one of each version, share them; at least 3. */
  readonly pairs: number;
  /** Requests per batch when only predictions are wanted. */
  readonly batch: number;
  readonly timeoutMs: number;
  readonly seed: number;
  /** How many requests are under way at once, while they are timed and, on a server, in the replay too; 1 where absent. */
  readonly concurrency?: number;
  /** Requests per second while they are timed, or the log's own times; where absent the next follows on an answer. */
  readonly rate?: number | 'recorded';
  /** How many times as fast as recorded. */
  readonly speedup?: number;
  /** How often each version is asked each request, at least 2; once where absent. */
  readonly repeats?: number;
}

/** The hours (UTC) and segments that the requests must contain before a stage may increase. */
export interface Coverage {
  /** First and last hour of the day, both included; first > last spans midnight. */
  readonly hours?: readonly [number, number];
  /** Dimension to the values that must be there. */
  readonly segments: Readonly<Record<string, readonly string[]>>;
  readonly minRequests: number;
}

/** What a check that found something does to the verdict. */
export const checkActions = ['warn', 'hold'] as const;
export type CheckAction = (typeof checkActions)[number];

/** What the checks ask for, and what each does where it does not get it. Levels are over all looks. */
export interface Checks {
  readonly sampleRatio: { readonly action: CheckAction; readonly alpha: number };
  /** Without an action it holds where the served comparison decides and warns where pairs do. */
  readonly parity: { readonly action?: CheckAction; readonly alpha: number };
  readonly coverage: { readonly action: CheckAction };
  /** Absent where the plan names no definition of the flag that assigns users. */
  readonly assignment?: { readonly action: CheckAction };
  /** Without an action it holds where the served comparison decides and warns where pairs do. */
  readonly window: {
    readonly action?: CheckAction;
    readonly minDurationMs: number;
    /** Of numbers, which are asked for a time only where the plan writes this check. */
    readonly asked?: true;
  };
  readonly segments: { readonly action: CheckAction; readonly alpha: number };
  readonly segmentMix: { readonly action: CheckAction };
  readonly labels: { readonly action: CheckAction };
  readonly selection: { readonly action: CheckAction; readonly alpha: number };
  readonly stability: { readonly action: CheckAction; readonly alpha: number };
  /** What a breach does that a failed check keeps from being proof. */
  readonly alarm: { readonly action: 'hold' | 'rollback' };
}

/** Requests of which the one right answer is known, and what a wrong answer of the candidate does. */
export interface Golden {
  /** Files or globs, relative to the plan's folder. */
  readonly source: readonly string[];
  readonly action: CheckAction;
}

/** What the requests of now are compared with, and how far they may be from it. */
export interface Drift {
  readonly reference: DriftReference;
  /** Dotted paths into a record; `auto` takes every field of the first record that is not one of `requests.fields`. */
  readonly features: 'auto' | readonly string[];
  readonly thresholds: DriftThresholds;
  /** How often a feature may seem to have moved on a healthy log, over all features of a look. */
  readonly alpha: number;
  readonly action: CheckAction;
}

export interface RollbackInstructions {
  readonly owner: string;
  /** Date of the last rehearsal, YYYY-MM-DD. */
  readonly rehearsed?: string;
  readonly steps: readonly string[];
}
