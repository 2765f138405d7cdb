import type { CheckResult } from '../../domain/evidence.ts';
import { formatShare } from '../../domain/format-number.ts';
import type { CheckAction } from '../../domain/plan.ts';

/** What the definition of the flag that assigns users says, beside what the stage and the registry do. */
export interface AssignedShare {
  /** As the plan names it. */
  readonly file: string;
  /** Why it cannot be used, as a clause that follows its name. */
  readonly problem?: string;
  /** The candidate's share, in [0, 1], and whether it is the first that gets one; absent where no variant is the candidate. */
  readonly share?: { readonly weight: number; readonly first: boolean };
  /** What decides before the percentage does. */
  readonly before: readonly string[];
  readonly stage: { readonly name: string; readonly weight: number };
  /** The candidate's share in the registry, in [0, 1]. */
  readonly now: number;
}

/** Two shares that a file writes differently may be the same one. */
const sameShare = 1e-9;

/**
 * Whether the flag exposes the users who are judged: those of the stage that is asked for, or of the weight that the registry has
 * while the flag waits for the verdict.
 */
export function assignmentCheck(action: CheckAction, assigned: AssignedShare): CheckResult {
  const { file, share, stage, now } = assigned;
  const problems = problemsOf(assigned);
  const name = 'assignment';
  if (problems.length > 0 || share === undefined)
    return { name, status: action, detail: `${file} ${problems.join('; ')}` };
  const whose = isSame(share.weight, stage.weight) ? `stage ${stage.name}` : 'the registry';
  const weight = whose === 'the registry' ? now : stage.weight;
  return { name, status: 'pass', detail: `${file} gives the candidate ${formatShare(weight)}, as ${whose} does` };
}

function problemsOf({ problem, share, before, stage, now }: AssignedShare): string[] {
  if (problem !== undefined) return [problem];
  if (share === undefined) return ['has no variant that is the candidate'];
  const known = isSame(share.weight, stage.weight) || isSame(share.weight, now);
  const shares = `gives the candidate ${formatShare(share.weight)}, and stage ${stage.name} ${formatShare(stage.weight)} (the registry now ${formatShare(now)})`;
  const order = 'lists the candidate after another variant, so users who have it may lose it at a higher weight';
  const earlier = `lets ${before.join(' and ')} decide before the percentage, so it exposes other users than those judged`;
  return [...(known ? [] : [shares]), ...(share.first ? [] : [order]), ...(before.length > 0 ? [earlier] : [])];
}

function isSame(left: number, right: number): boolean {
  return Math.abs(left - right) <= sameShare;
}
