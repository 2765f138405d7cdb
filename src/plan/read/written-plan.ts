import type { FieldPaths } from '../../domain/log/field-paths.ts';
import type { LatencyField, LatencyUnit } from '../../domain/log/latency-field.ts';
import type { AnswerForm } from '../../domain/log/log-format.ts';
import type { RequestFormat } from '../../domain/plan.ts';
import type { Role } from '../../domain/role.ts';
import type { WrittenFilter } from './filter.ts';

/** A plan as it is written, after the schema has accepted it: units and percentages are still text. */
export interface WrittenPlan {
  readonly name: string;
  readonly model: string;
  readonly registry: string;
  readonly baseline: string;
  readonly candidate: string;
  readonly requests: WrittenRequests;
  readonly assignment?: { readonly scheme?: 'murmur3'; readonly salt?: string };
  readonly stages: readonly { readonly minDuration?: string }[];
  readonly statistics?: { readonly confidence?: number; readonly inference?: 'sequential' | 'fixed' };
  readonly replay?: WrittenReplay;
  readonly coverage?: WrittenCoverage;
  readonly checks?: WrittenChecks;
  readonly golden?: string | readonly string[];
  readonly judge?: 'canary' | 'all';
  readonly threshold?: WrittenQuantity | Readonly<Record<string, WrittenQuantity>>;
  readonly decisionCost?: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
  readonly withoutLabelMap?: string;
  readonly apply?: readonly string[];
  readonly rollback?: { readonly owner: string; readonly rehearsed?: string; readonly steps: readonly string[] };
}

/** A number, or text with a unit. */
type WrittenQuantity = number | string;

interface WrittenFields {
  readonly id?: FieldPaths;
  readonly timestamp?: FieldPaths;
  readonly unit?: FieldPaths;
  readonly input?: string;
  readonly label?: FieldPaths;
  readonly outcomes?: string;
  readonly servedBy?: string;
  readonly latency?: LatencyField;
  readonly error?: string;
  readonly prediction?: string;
  readonly score?: string;
}

export interface WrittenRequests {
  readonly format?: RequestFormat;
  readonly source?: string | readonly string[];
  readonly numbers?: readonly unknown[];
  readonly fields?: WrittenFields;
  readonly versions?: Readonly<Record<string, string>>;
  readonly answers?: AnswerForm;
  readonly component?: string;
  readonly segments?: Readonly<Record<string, string>>;
  readonly labelNames?: Readonly<Record<string, string>>;
  readonly otherLabels?: readonly string[];
  readonly maxUnknownLabels?: WrittenQuantity;
  readonly okStatus?: readonly (string | number)[];
  readonly where?: WrittenFilter;
  readonly maxRejected?: WrittenQuantity;
  readonly labelsMatureAfter?: string;
  readonly decimal?: 'comma' | 'point';
  readonly latencyUnit?: Readonly<Record<Role, LatencyUnit>>;
  readonly from?: string;
  readonly to?: string;
}

export interface WrittenReplay {
  readonly latency?: 'measured' | 'recorded';
  readonly latencyRequests?: number;
  readonly batch?: number;
  readonly timeout?: string;
  readonly seed?: number;
  readonly concurrency?: number;
  readonly rate?: number | 'recorded';
  readonly speedup?: number;
}

export interface WrittenCoverage {
  readonly hours?: readonly [number, number];
  readonly segments?: Readonly<Record<string, readonly string[]>>;
  readonly minRequests?: number;
}

type WrittenAction = 'warn' | 'hold';

/** Each check is an action, or an action with what the check asks for. */
export interface WrittenChecks {
  readonly sampleRatio?: WrittenAction | { readonly action?: WrittenAction; readonly alpha?: number };
  readonly parity?: WrittenAction | { readonly action?: WrittenAction; readonly alpha?: number };
  readonly coverage?: WrittenAction | { readonly action?: WrittenAction };
  readonly window?: WrittenAction | { readonly action?: WrittenAction; readonly minDuration?: string };
  readonly segments?: WrittenAction | { readonly action?: WrittenAction; readonly alpha?: number };
  readonly segmentMix?: WrittenAction | { readonly action?: WrittenAction };
  readonly golden?: WrittenAction | { readonly action?: WrittenAction };
  readonly labels?: WrittenAction | { readonly action?: WrittenAction };
  readonly selection?: WrittenAction | { readonly action?: WrittenAction; readonly alpha?: number };
  readonly stability?: WrittenAction | { readonly action?: WrittenAction; readonly alpha?: number };
}
