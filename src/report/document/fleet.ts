import type { Diagnostic } from '../../domain/errors.ts';
import type { ExitCode } from '../../domain/exit-code.ts';
import type { Decision } from '../../domain/registry.ts';
import type { Report } from './report.ts';

/** A rollout of which every stage was entered: what is printed instead of evidence, since nothing was asked. */
export interface CompleteRollout {
  readonly planFile: string;
  readonly plan: { readonly name: string; readonly model: string };
  readonly rollout: { readonly state: 'complete'; readonly traffic: Readonly<Record<string, number>> };
  readonly candidate: string;
  readonly verdict: { readonly decision: 'none'; readonly exitCode: 0; readonly reasons: readonly string[] };
}

/** A plan that gave no verdict, and why. */
export interface FailedPlan {
  readonly planFile: string;
  readonly error: {
    readonly exitCode: ExitCode;
    readonly message: string;
    readonly hint?: string;
    readonly diagnostics?: readonly Diagnostic[];
  };
}

/** What became of one of several plans. */
export interface FleetEntry {
  /** As the user named it. */
  readonly planFile: string;
  /** The plan's name and model; absent where it could not be read. */
  readonly plan?: string;
  readonly model?: string;
  readonly baseline?: string;
  readonly candidate?: string;
  readonly stage?: string;
  /** `none` for a completed rollout; absent where there is no verdict. */
  readonly verdict?: Decision | 'none';
  /** Whether the rollout has ended, so that its verdict does not decide among several. */
  readonly ended: boolean;
  readonly exitCode: ExitCode;
  /** What decided, or what went wrong, in a sentence. */
  readonly why: string;
  /** What is told of a plan that was judged. */
  readonly report?: Report;
  /** The entry as JSON: evidence, a completed rollout or an error. */
  readonly document: string;
}
