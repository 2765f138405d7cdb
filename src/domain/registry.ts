import type { Assignment } from './exposure/assignment.ts';
import type { HttpEndpoint } from './endpoint.ts';
import type { UnitSample } from './log/unit-sample.ts';
import type { TestSpending } from './statistics/spending.ts';

/** One model's file in the registry folder. */
export interface ModelRegistry {
  readonly schemaVersion: 1;
  readonly model: string;
  /** Grows by one with every change; a hand-written file starts at 0. */
  readonly revision: number;
  /** Alias (`stable`, `canary`) to version. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Version to its share of live traffic, in [0, 1]; sums to 1. */
  readonly traffic: Readonly<Record<string, number>>;
  /** Whether the plan's `apply` commands have brought the traffic to the router; absent where no plan has any. */
  readonly applied?: boolean;
  readonly versions: Readonly<Record<string, ModelVersion>>;
  readonly rollouts: Readonly<Record<string, RolloutRecord>>;
  readonly history: readonly HistoryEntry[];
}

export type VersionStatus = 'registered' | 'shadow' | 'canary' | 'stable' | 'archived' | 'rolled_back';

/** A version of a model. Apart from its status it never changes once added. */
export interface ModelVersion {
  readonly status: VersionStatus;
  readonly createdAt?: string;
  readonly description?: string;
  readonly artifact: Artifact;
  readonly data_hash?: string;
  readonly code_hash?: string;
  readonly signature: Signature;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly compat?: Compatibility;
}

/** What lets callers of an earlier version go on. */
export interface Compatibility {
  /** Label of this version to the label that it is for a caller of the earlier one. */
  readonly labels: Readonly<Record<string, string>>;
}

export const runtimes = ['tfjs', 'onnx', 'http', 'command', 'recorded'] as const;
export type Runtime = (typeof runtimes)[number];

/** What the code asks of a runtime, beside how it is loaded. */
export interface RuntimeTraits {
  /** What one call takes: a batch, one request, one of several requests at once, or nothing, where no version can be asked. */
  readonly takes: 'batch' | 'one' | 'many' | 'nothing';
  /** Whether its process ends each request in time by itself, since a server or a program computes. */
  readonly keepsTime: boolean;
  /** Whether it computes in a process that canary starts, whose memory is known. */
  readonly hasProcess: boolean;
  /**
   * How much of a version its artifact's folder holds: all, so that the digest of its files tells it from any other; a part at most, since
   * a server or a program computes it and only the whole entry tells it; or nothing.
   */
  readonly folder: 'all' | 'part' | 'nothing';
  /** The end of a file's name by which a folder is known as this runtime's where nobody names one; null where no name tells. */
  readonly fileEnding: string | null;
}

/** A runtime that is not named here does not compile. */
export const runtimeTraits = {
  tfjs: { takes: 'batch', keepsTime: false, hasProcess: true, folder: 'all', fileEnding: null },
  onnx: { takes: 'batch', keepsTime: false, hasProcess: true, folder: 'all', fileEnding: '.onnx' },
  http: { takes: 'many', keepsTime: true, hasProcess: false, folder: 'part', fileEnding: null },
  command: { takes: 'one', keepsTime: true, hasProcess: true, folder: 'part', fileEnding: null },
  recorded: { takes: 'nothing', keepsTime: false, hasProcess: false, folder: 'nothing', fileEnding: null },
} as const satisfies Readonly<Record<Runtime, RuntimeTraits>>;

type Traits = typeof runtimeTraits;

/** A runtime whose versions are a folder of files and nothing else. */
export type FolderRuntime = { [R in Runtime]: Traits[R]['folder'] extends 'all' ? R : never }[Runtime];

/** Whether versions can be asked nothing, since the log holds all that is known of them. */
export function isRecorded(runtime: Runtime): boolean {
  return runtimeTraits[runtime].takes === 'nothing';
}

/** What runs a version, and how it is recognised. */
export type Artifact = FolderArtifact | HttpArtifact | CommandArtifact | RecordedArtifact;

export interface FolderArtifact {
  readonly runtime: FolderRuntime;
  /** Folder, relative to the registry's; never leaves it. */
  readonly path: string;
  /** Hex digest over the folder's files. */
  readonly sha256: string;
}

/** A version of which the log holds the answers. Whatever folder its entry names is never run. */
export interface RecordedArtifact {
  readonly runtime: 'recorded';
  readonly path?: string;
  readonly sha256?: string;
}

/** A model somewhere else. It may have a folder too, for its own `preprocess.mjs`. */
export interface HttpArtifact extends HttpEndpoint {
  readonly runtime: 'http';
  readonly path?: string;
  readonly sha256?: string;
}

/** A program that reads requests and prints answers. It may have a folder, in which it then runs. */
export interface CommandArtifact {
  readonly runtime: 'command';
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** How long it may take until its first answer. */
  readonly startTimeoutMs?: number;
  readonly path?: string;
  readonly sha256?: string;
}

export interface Signature {
  readonly input?: InputSignature;
  readonly output: OutputSignature;
}

export type InputSignature =
  | { readonly kind: 'tensor'; readonly shape: readonly number[] }
  | { readonly kind: 'text' }
  | { readonly kind: 'record'; readonly fields: Readonly<Record<string, string>> };

export type OutputSignature =
  | {
      readonly kind: 'classification';
      readonly labels: readonly string[];
      /** What the model's raw output is; `probabilities` unless written. `sigmoid` is one number, the second label's probability. */
      readonly activation?: 'probabilities' | 'logits' | 'sigmoid';
      /** Where the model answers other labels than these; never in a registry's file, see `inLabelsOf`. */
      readonly translation?: LabelTranslation;
    }
  | { readonly kind: 'regression'; readonly unit?: string }
  /** A text, a list of ids with the best one first, or any JSON. */
  | { readonly kind: 'text' | 'ranking' | 'json' };

/** How a version's own labels read in the labels of the version that it is compared with. */
export interface LabelTranslation {
  /** What the version itself answers, in the order of its outputs. */
  readonly own: readonly string[];
  /** Own label to the other's; an own label that is not here has no counterpart. */
  readonly to: Readonly<Record<string, string>>;
}

/** What the registry remembers of one rollout plan. */
export interface RolloutRecord {
  readonly baseline: string;
  readonly candidate: string;
  /** Stages entered so far, in order. */
  readonly entered: readonly string[];
  /** How users were assigned when the first stage with traffic was entered; absent before that, and in records of earlier versions. */
  readonly assignment?: RecordedAssignment;
  readonly looks: readonly LookRecord[];
}

/** What says which users have the candidate: another value of any of it is another choice of users. */
export interface RecordedAssignment extends Omit<Assignment, 'file'> {
  /** Path of the field that names the unit, and its fallbacks in order. */
  readonly unit: readonly string[];
}

/** One look that `promote` acted on. */
export interface LookRecord extends Frozen {
  readonly stage: string;
  readonly look: number;
  readonly at: string;
  readonly verdict: Decision;
  /** A breach was found that a failed check kept from being proof. */
  readonly alarm?: true;
  /** `sha256:` and the evidence's digest. */
  readonly evidence: string;
  /** Counts the series of looks from 1, and sha256 (hex) of the plan, without its end, that this one is about; absent in records of earlier versions. */
  readonly series?: number;
  readonly plan?: string;
  /** Whose requests were read; everyone's where absent. */
  readonly sample?: UnitSample;
}

/** What the first look of a series fixes for the later ones, so that looking again cannot loosen it. */
export interface Frozen {
  /** Tests that can roll the stage back (K). */
  readonly tests: number;
  /** Size that the sequential bound is tuned for (N*), in units. */
  readonly plannedUnits: number;
  /** Users that the stage's log will have at its end, all cohorts together; absent in what earlier versions froze. */
  readonly horizon?: number;
  /** The ends that were planned before, where a planned end has moved. */
  readonly movedFrom?: readonly number[];
  /** The segments that are tested on their own in order of appearance, which their levels follow; each look appends what it finds. Absent where there are none. */
  readonly segments?: readonly Readonly<Record<string, string>>[];
  /** How many of them the first look knew: they share alpha evenly where a guardrail names their dimension. All where absent. */
  readonly knownSegments?: number;
  /** What each planned test has spent so far; in the registry only the last look at a stage keeps it. Absent where none is planned. */
  readonly spending?: readonly TestSpending[];
  /** How often the series has timed the versions, and what tells the last measurement from others. Absent where nothing was timed. */
  readonly timings?: { readonly count: number; readonly last: string };
  /** The same of each further source, by its name. */
  readonly sources?: Readonly<Record<string, SourceFrozen>>;
}

/** What a further source has frozen, and which series of its own looks that is, counted from 1. */
export type SourceFrozen = Omit<Frozen, 'sources'> & { readonly series: number };

export type Decision = 'increase' | 'hold' | 'rollback';

/** A person's decision that was acted on instead of the evidence's. */
export interface Override {
  readonly decision: Decision;
  /** What the evidence said; absent where the person decided without any. */
  readonly against?: Decision;
}

/** Where the name of whoever acted came from: said outright, an environment variable, git's configuration or the system. */
export const actorSources = ['--by', 'CANARY_BY', 'GITHUB_ACTOR', 'GITLAB_USER_LOGIN', 'git', 'system'] as const;
export type ActorSource = (typeof actorSources)[number];

export interface HistoryEntry {
  readonly revision: number;
  readonly at: string;
  readonly action: 'add' | 'enter' | 'complete' | 'step-down' | 'rollback' | 'look' | 'approve' | 'rehearse' | 'apply';
  readonly version: string;
  readonly rollout?: string;
  readonly stage?: string;
  /** The candidate's share of the traffic from then on, in [0, 1], where a stage was entered or stepped down to. */
  readonly weight?: number;
  /** Of a rollback, the version that serves from then on, where it is not the rollout's baseline. */
  readonly to?: string;
  /** Who did it; absent in entries of earlier versions. */
  readonly by?: string;
  /** Where that name came from. */
  readonly bySource?: ActorSource;
  /** Why, where a person said so. */
  readonly reason?: string;
  /** Where a person decided instead of the evidence, who also says by and reason. */
  readonly override?: Override;
  /** Of an approval: sha256 (hex) of the plan, and `sha256:` and the digest of the evidence that the person had. */
  readonly plan?: string;
  readonly evidence?: string;
  /** How a rehearsal ended; `reason` says why one failed. */
  readonly outcome?: 'succeeded' | 'failed';
  /** `sha256:` and the hash of the entry before, chained from the empty string. */
  readonly previous: string;
}
