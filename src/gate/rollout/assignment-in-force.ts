import { canonicalJson } from '../../domain/canonical-json.ts';
import { invalidInput, unusableFile, type UserError } from '../../domain/errors.ts';
import { eachPath } from '../../domain/log/field-paths.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { RecordedAssignment } from '../../domain/registry.ts';
import type { Rollout } from './rollout.ts';

/** What says which users get the candidate by a plan. */
export function assignmentOf({
  assignment,
  requests,
}: Pick<RolloutPlan, 'assignment' | 'requests'>): RecordedAssignment {
  const { file: _definition, ...decisive } = assignment;
  return { ...decisive, unit: eachPath(requests.fields.unit) };
}

/** What of the assignment the plan says otherwise than the registry, while some users have the candidate. */
export interface AssignmentChange {
  /** A key such as `salt`, as the plan has it. */
  readonly key: string;
  readonly inForce: string;
  readonly inPlan: string;
}

/** How the plan would choose other users than those who have the candidate; empty where it would not, or none has it. */
export function assignmentChanges({
  plan,
  record,
  registry,
  candidate,
}: Pick<Rollout, 'plan' | 'record' | 'registry' | 'candidate'>): readonly AssignmentChange[] {
  const share = registry.traffic[candidate.version] ?? 0;
  const inForce = record?.assignment;
  if (inForce === undefined || share <= 0 || share >= 1) return [];
  const planned = assignmentOf(plan);
  const [before, now] = [new Map(Object.entries(inForce)), new Map(Object.entries(planned))];
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [textOf(before.get(key)), textOf(now.get(key))];
    return was === is ? [] : [{ key, inForce: was, inPlan: is }];
  });
}

function textOf(value: unknown): string {
  return value === undefined ? 'nothing' : canonicalJson(value);
}

/**
 * Refuses a plan that would move users who have the candidate.
 * @param as `plan` where the plan itself is asked about (exit 2), `action` where something would be done by it (exit 5).
 * @throws UserError that says what changed and how to go on.
 */
export function requireSameAssignment(rollout: Rollout, as: 'plan' | 'action'): void {
  const changes = assignmentChanges(rollout);
  if (changes.length > 0) throw changedAssignment(rollout, changes, as);
}

function changedAssignment(
  { file, candidate, registry }: Rollout,
  changes: readonly AssignmentChange[],
  as: 'plan' | 'action',
): UserError {
  const message = `${file} would move users who have ${candidate.version}: ${changesText(changes)}`;
  const hint = `Write what the registry has (revision ${registry.revision}), or take ${candidate.version} out with canary rollback ${file} before another assignment begins.`;
  return as === 'plan' ? invalidInput(message, { hint }) : unusableFile(message, { hint });
}

/** `salt is "a" in the plan and "b" in the registry`. */
export function changesText(changes: readonly AssignmentChange[]): string {
  return changes
    .map(({ key, inForce, inPlan }) => `${key} is ${inPlan} in the plan and ${inForce} in the registry`)
    .join('; ');
}
