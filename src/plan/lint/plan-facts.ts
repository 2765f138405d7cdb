import type { Role } from '../../domain/role.ts';

/** What the rules may know of the world beside the plan and the registry, gathered by whoever may look. */
export interface PlanFacts {
  /** Sizes of the artifacts' folders in bytes; absent for a version that has none. */
  readonly artifactBytes: Readonly<Partial<Record<Role, number>>>;
  /** Salts of the other plans of the model that are known, by the plan's name. */
  readonly otherSalts: ReadonlyMap<string, string>;
  /** Whether the versions' artifacts make features by different code; absent where that is not known. */
  readonly otherPreprocessing?: boolean;
  /** Absent where there is no request log. */
  readonly log?: LogFacts;
  /** Guardrails, by their index, that this log can never decide, and why. */
  readonly undecidable: readonly { readonly guardrail: number; readonly reason: string }[];
}

/** What a request log holds. */
export interface LogFacts {
  readonly requests: number;
  /** Users with a request, and the share of the requests that the largest of them makes. */
  readonly units?: number;
  readonly largestUnit?: number;
  /** Time between the first and the last request. */
  readonly spanMs: number;
  /** Requests by hour of the day (UTC). */
  readonly hours: ReadonlyMap<number, number>;
  /** Requests by dimension and value. */
  readonly segments: ReadonlyMap<string, ReadonlyMap<string, number>>;
}
