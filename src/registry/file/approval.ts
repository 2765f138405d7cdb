import type { CheckResult } from '../../domain/evidence.ts';
import type { Stage } from '../../domain/plan.ts';
import type { HistoryEntry, ModelRegistry } from '../../domain/registry.ts';
import { isMove, rolloutRecord } from './rollout-state.ts';

/** A plan as an approval is for it: its name, and sha256 (hex) of what of it can change a verdict. */
interface ApprovedPlan {
  readonly plan: { readonly name: string };
  readonly digests: { readonly sha256: string };
}

/**
 * The approval of a stage that is in force: given for the plan as it is, and since the rollout last moved, so that a rollback, a step
 * down or another stage ends it.
 */
export function approvalOf(
  { history }: Pick<ModelRegistry, 'history'>,
  { plan: { name }, digests }: ApprovedPlan,
  stage: string,
): HistoryEntry | undefined {
  const sinceMove = history.slice(history.findLastIndex((entry) => entry.rollout === name && isMove(entry)) + 1);
  return sinceMove.findLast(
    ({ action, rollout, stage: of, plan }) =>
      action === 'approve' && rollout === name && of === stage && plan === digests.sha256,
  );
}

/** The check of a stage that waits for a person; none of a stage that asks for none, or was entered. */
export function approvalChecks(
  registry: Pick<ModelRegistry, 'history' | 'rollouts'>,
  approved: ApprovedPlan,
  { name, approve }: Pick<Stage, 'name' | 'approve'>,
): readonly CheckResult[] {
  const record = rolloutRecord(registry, approved.plan.name);
  if (approve !== true || record?.entered.includes(name) === true) return [];
  const approval = approvalOf(registry, approved, name);
  if (approval !== undefined)
    return [{ name: 'approval', status: 'pass', detail: `approved by ${approval.by} at ${approval.at}` }];
  const detail = `stage ${name} waits for a person: canary approve records that one agrees${lapsed(registry, approved, name)}`;
  return [{ name: 'approval', status: 'hold', detail }];
}

/** Why an earlier approval counts no more, which whoever gave it wants to know. */
function lapsed(
  { history }: Pick<ModelRegistry, 'history'>,
  { plan: { name }, digests }: ApprovedPlan,
  stage: string,
): string {
  const earlier = history.findLast(
    (entry) => entry.action === 'approve' && entry.rollout === name && entry.stage === stage,
  );
  if (earlier === undefined) return '';
  const why = earlier.plan === digests.sha256 ? 'the rollout moved since' : 'the plan changed since';
  return `; ${earlier.by} had approved it at ${earlier.at}, and ${why}`;
}
