import { invalidInput } from '../../domain/errors.ts';
import type { HistoryEntry } from '../../domain/registry.ts';
import { recordApproval } from '../../registry/change/approve.ts';
import { approvalOf } from '../../registry/file/approval.ts';
import { rolledBackText, rolloutState } from '../../registry/file/rollout-state.ts';
import { registryPath, updateRegistry } from '../../registry/store/registry-store.ts';
import type { StageApproval } from '../../report/commands/approval-text.ts';
import { requireSameAssignment } from '../rollout/assignment-in-force.ts';
import { openRollout, type Rollout, stageOf } from '../rollout/rollout.ts';
import { shownPath, type World } from '../world.ts';
import { evidenceFor } from './evidence-to-act-on.ts';
import { requireApplied } from './registry-state.ts';

export interface ApproveOptions {
  /** The stage that may begin; the first not yet entered where absent. */
  readonly stage?: string;
  /** The evidence that the person has seen, where it is not beside the plan. */
  readonly evidence?: string;
  /** Who approves, which nobody else can say. */
  readonly by?: string;
  readonly reason?: string;
}

/**
 * Records that a person agrees that a stage begins, once its evidence and checks allow that too. The evidence has to be about things as
 * they are now. Nothing moves. What was approved, entered or ended already is told, and nothing is written.
 * @throws UserError (exit 2) without a name or for a stage that asks for nobody, (exit 5) without evidence to approve
 */
export async function approve(world: World, file: string, options: ApproveOptions): Promise<StageApproval> {
  const { by, reason } = options;
  if (by === undefined || by.trim() === '') {
    throw invalidInput('An approval needs --by NAME', {
      hint: 'A person approves, and the history records who.',
    });
  }
  const rollout = await openRollout(world, file);
  requireSameAssignment(rollout, 'action');
  const { plan, digests, registry, registryFolder, baseline, candidate } = rollout;
  const stage = stageOf(rollout, options.stage);
  const settled = settledAlready(rollout, stage.name);
  if (settled !== undefined) return told(world, rollout, stage.name, { action: 'none', ...settled });
  if (stage.approve !== true) {
    throw invalidInput(`Stage ${stage.name} of ${plan.name} needs no approval`, {
      hint: `Write approve: true at the stage, or run canary promote ${file}.`,
    });
  }
  requireApplied(rollout);
  const known = approvalOf(registry, rollout, stage.name);
  if (known !== undefined) {
    const why = `stage ${stage.name} was approved by ${known.by} at ${known.at} already`;
    return told(world, rollout, stage.name, { action: 'none', why, approval: known });
  }
  const { evidence: chosen } = options;
  const evidence = await evidenceFor(world, rollout, stage, chosen === undefined ? {} : { evidence: chosen });
  if (evidence === undefined) throw new Error('evidence is absent only where a person decides');
  const { decision, reasons } = evidence.verdict;
  if (decision === 'rollback') {
    const why = `the evidence says rollback: ${reasons[0] ?? ''}`;
    return told(world, rollout, stage.name, { action: 'none', why, verdict: 'rollback' });
  }
  const person = { ...world.actor(by), ...(reason === undefined || reason.trim() === '' ? {} : { reason }) };
  const versions = { name: plan.name, baseline: baseline.version, candidate: candidate.version };
  const at = world.now().toISOString();
  const approval = {
    rollout: versions,
    at,
    stage: stage.name,
    plan: digests.sha256,
    evidence: `sha256:${evidence.digest}`,
  };
  const decidedOn = { revision: registry.revision, rollout: plan.name };
  const { after, changelogFailure } = await updateRegistry(registryFolder, plan.model, decidedOn, (before) =>
    recordApproval(before, { ...approval, person }),
  );
  if (changelogFailure !== undefined) world.note(changelogFailure);
  const waits = evidence.checks
    .filter(({ name, status }) => status === 'hold' && name !== 'approval')
    .map(({ detail }) => detail);
  const recorded = after.history.at(-1);
  return told(world, rollout, stage.name, {
    action: 'approve',
    waits,
    ...(recorded === undefined ? {} : { approval: recorded }),
  });
}

/** What there is nothing to approve of: a candidate that was taken out, a completed rollout, a stage that was entered. */
function settledAlready(
  { plan, registry, record, candidate }: Rollout,
  stage: string,
): Pick<StageApproval, 'why' | 'verdict'> | undefined {
  const state = rolloutState(registry, plan.name);
  if (state === 'rolled-back') return { why: rolledBackText(registry, plan.name), verdict: 'rollback' };
  if (state === 'complete') return { why: `nothing left to begin: ${candidate.version} is stable` };
  return record?.entered.includes(stage) === true ? { why: `stage ${stage} was entered already` } : undefined;
}

function told(
  { cwd }: World,
  { plan, file, registryFolder }: Rollout,
  stage: string,
  { approval, ...said }: Pick<StageApproval, 'action' | 'why' | 'verdict' | 'waits'> & { approval?: HistoryEntry },
): StageApproval {
  const { by, at, reason } = approval ?? {};
  return {
    model: plan.model,
    plan: plan.name,
    planFile: file,
    stage,
    ...said,
    ...(by === undefined || at === undefined ? {} : { by, at }),
    ...(reason === undefined ? {} : { reason }),
    registryFile: shownPath(cwd, registryPath(registryFolder, plan.model)),
  };
}
