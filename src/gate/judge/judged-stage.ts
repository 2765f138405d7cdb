import type { SizedSegment } from '../../domain/segments.ts';
import type { CohortParity } from '../../domain/cohort-parity.ts';
import type { CheckResult, CohortSize, GuardrailResult } from '../../domain/evidence.ts';
import type { MeasuredDrift } from '../../domain/drift.ts';
import type { LogSpan } from '../../domain/log/log-span.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import type { Stage } from '../../domain/plan.ts';
import type { ChangeByHours } from '../../metrics/hour-blocks.ts';
import type { Measurer } from '../../metrics/measurer.ts';
import type { SharedUsers } from '../../metrics/shared-users.ts';
import type { BlockedChange } from '../../stats/estimates/hour-blocks.ts';
import type { Uncomputable } from '../../stats/result.ts';
import type { Losses } from '../../requests/table/losses.ts';
import type { AssignedShare } from '../../verdict/checks/assignment.ts';
import type { PlannedTest } from '../../verdict/guardrail-tests.ts';
import type { HeldLog } from '../../verdict/refusals.ts';
import type { SettledPeriod } from '../../domain/stages/period.ts';
import type { TestedStage } from './judge-test.ts';

/** What a stage is judged from. */
export interface JudgedStage extends TestedStage {
  readonly stage: Stage;
  readonly files: readonly RequestFileFacts[];
  /** The log as it was held against the models, and the time now (ISO 8601); absent in a simulation, which has no log of its own. */
  readonly held?: HeldLog;
  readonly now?: string;
  /** What the flag that assigns users says; absent where the plan names no definition of it, and in a simulation. */
  readonly assigned?: AssignedShare | undefined;
  readonly span: LogSpan;
  /** Of a live split: the candidate's share of the traffic, the users, and those whom both versions served. */
  readonly served?: {
    readonly weight: number;
    readonly units: number;
    readonly shared: number;
    /** Users by the version that served them first. */
    readonly byFirst: readonly CohortSize[];
  };
  /** Every period of a live split whose weights were told, the oldest first; the judged requests are those of the last, which is in force. */
  readonly periods?: ServedPeriods;
  /** What the checks `periods`, `bake` and `newRequests` found before anything was judged. */
  readonly found?: readonly CheckResult[];
  /** Guardrails of the plan that this stage is not judged by. */
  readonly inapplicable?: readonly GuardrailResult[];
  /** What tells this measurement of times from others; absent where nothing was timed. */
  readonly timing?: string;
  /** What each version of a live split lost; absent in a simulation, which loses nothing. */
  readonly losses?: readonly Losses[];
  /** Looks at a change of latency by hours; absent where times were measured side by side. */
  readonly hours?: (change: ChangeByHours) => Promise<BlockedChange | Uncomputable>;
  /** The later parts of the log. */
  readonly later?: readonly LaterPart[];
  /** Every segment of the judged requests, the largest first. */
  readonly sizes: readonly SizedSegment[];
  /** Measures the shares of requests that the guarded metrics leave out. */
  readonly shares: Measurer;
  /** Whether a test's metric is there of one version alone; asked of `shares` where absent. */
  readonly oneSided?: (test: PlannedTest) => Promise<boolean>;
  /** Compares the cohorts before the candidate touched them, with N* of the sequential bounds. */
  readonly readParity: (plannedUnits: number) => Promise<CohortParity>;
  /** Compares the requests with the plan's reference, where it names one. */
  readonly readDrift: (plannedUnits: number) => Promise<MeasuredDrift | undefined>;
}

/** The periods of a live split. */
export interface ServedPeriods {
  readonly each: readonly ServedPeriod[];
  /** Measures all periods as if they were one, in which a user is one unit of each version. */
  readonly together: () => Promise<Measurer>;
  readonly users: SharedUsers;
}

/** A period of a live split, the candidate's share in it, and what was served. */
export interface ServedPeriod {
  readonly period: SettledPeriod;
  /** Requests of both versions. */
  readonly requests: number;
  /** Users by the version that served them first. */
  readonly byFirst: readonly CohortSize[];
  readonly measurer: () => Promise<Measurer>;
}

/** The requests from some time on. */
export interface LaterPart {
  /** As a sentence names it: `the second half`. */
  readonly name: string;
  readonly measurer: () => Promise<Measurer>;
}
