import { movesTraffic } from '../../domain/exposure/routing.ts';
import { UserError } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { Stage } from '../../domain/plan.ts';
import type { Decision, ModelRegistry } from '../../domain/registry.ts';
import { withPendingApply } from '../../registry/change/applied.ts';
import { applyVerdict, describeChange } from '../../registry/change/apply-verdict.ts';
import type { DecidingPerson } from '../../registry/change/transition.ts';
import { approvalChecks } from '../../registry/file/approval.ts';
import { rolledBackText, rolloutRecord, rolloutState } from '../../registry/file/rollout-state.ts';
import {
  readRegistry,
  registryPath,
  type RegistryUpdate,
  updateRegistry,
} from '../../registry/store/registry-store.ts';
import type { Promotion } from '../../report/commands/promotion-text.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import { windowWait } from '../../verdict/checks/stage-timing.ts';
import { changeFor } from '../look/preview-change.ts';
import { requireSameAssignment } from '../rollout/assignment-in-force.ts';
import { openRollout, type Rollout, stageOf } from '../rollout/rollout.ts';
import { shownPath, type World } from '../world.ts';
import { applyChange } from './apply.ts';
import { evidenceFor, isOfNow, lookOf } from './evidence-to-act-on.ts';
import { decidingPerson, type PromoteOptions } from './promote-options.ts';
import { namesOf } from './promotion-names.ts';
import { requireApplied, stateOf } from './registry-state.ts';
import { promoteBack } from './step-down.ts';

/**
 * Acts on a stage's latest evidence, or on what a person decided against it: enters the stage, records the look, takes the candidate
 * out, or goes back to an earlier stage. Where all that was asked is so already, nothing is changed, so that it may be asked again.
 * @throws UserError (exit 2 or 5) when there is no evidence, it is not for things as they are now, or another change came first.
 */
export async function promote(world: World, file: string, options: PromoteOptions): Promise<Promotion> {
  const overriddenBy = decidingPerson(world, options);
  const rollout = await openRollout(world, file);
  if (options.to !== undefined && overriddenBy !== undefined) {
    return await promoteBack(world, rollout, options.to, overriddenBy, options.dryRun === true);
  }
  // Whoever takes the candidate out needs no plan that agrees.
  if (options.override !== 'rollback') requireSameAssignment(rollout, 'action');
  const stage = stageOf(rollout, options.stage);
  const settled = await settledAlready(world, rollout, stage, options);
  if (settled !== undefined) return settled;
  const evidence = await evidenceFor(world, rollout, stage, options);
  const decision = options.override ?? evidence?.verdict.decision;
  if (decision === undefined) throw new Error('evidence is absent only where a person decides');
  if (decision !== 'rollback') requireApplied(rollout);
  return await act(world, rollout, stage, { decision, evidence, overriddenBy, options });
}

interface Act {
  readonly decision: Decision;
  readonly evidence: Evidence | undefined;
  readonly overriddenBy: DecidingPerson | undefined;
  readonly options: PromoteOptions;
}

async function act(
  world: World,
  rollout: Rollout,
  stage: Stage,
  { decision, evidence, overriddenBy, options }: Act,
): Promise<Promotion> {
  const { plan, registry, registryFolder } = rollout;
  const dryRun = options.dryRun === true;
  const at = world.now().toISOString();
  if (decision === 'increase' && options.override === undefined) requireTimely(rollout, stage, at);
  const who = { person: world.actor(), overriddenBy };
  const registryChange = changeFor(rollout, stage, at, evidence && lookOf(evidence), who);
  const change = (before: ModelRegistry) =>
    withPendingApply(before, applyVerdict(before, decision, registryChange), movesTraffic(plan));
  let update: RegistryUpdate;
  try {
    update = dryRun
      ? { before: registry, after: change(registry), path: registryPath(registryFolder, plan.model) }
      : await updateRegistry(registryFolder, plan.model, { revision: registry.revision, rollout: plan.name }, change);
  } catch (error) {
    if (options.stage === undefined || !(error instanceof UserError)) throw error;
    if (!(await enteredMeanwhile(rollout, stage))) throw error;
    return unchanged(world, rollout, stage, 'increase', enteredText(rollout, stage));
  }
  const { before, after, path, changelogFailure } = update;
  if (changelogFailure !== undefined) world.note(changelogFailure);
  const { action } = describeChange(before, after, stage.name);
  const apply = dryRun || action === 'look' ? undefined : await applyChange(world, rollout);
  const against = evidence === undefined ? {} : { against: evidence.verdict.decision };
  return {
    dryRun,
    ...namesOf(rollout, stage),
    verdict: decision,
    ...(overriddenBy === undefined ? {} : { override: { ...overriddenBy, ...against } }),
    action,
    ...(apply === undefined ? {} : { apply }),
    before: stateOf(before),
    after: stateOf(after),
    registryFile: shownPath(world.cwd, path),
  };
}

/** @throws UserError (exit 3) outside of the stage's window or without its approval: the increase waits, and nothing is changed. */
function requireTimely(rollout: Rollout, stage: Stage, now: string): void {
  const wait = windowWait(stage, { now });
  const waiting =
    wait?.until !== undefined
      ? wait
      : approvalChecks(rollout.registry, rollout, stage).find(({ status }) => status === 'hold');
  if (waiting === undefined) return;
  throw new UserError(ExitCode.hold, `Stage ${stage.name} cannot begin now: ${waiting.detail}`, {
    hint: 'Nothing was changed. Run canary evaluate and canary promote again at that time.',
  });
}

/** Whether another promote was faster: a stage that was asked for by name was entered since the registry was read. */
async function enteredMeanwhile({ registryFolder, plan, record }: Rollout, { name }: Stage): Promise<boolean> {
  const { registry } = await readRegistry(registryFolder, plan.model);
  const entered = rolloutRecord(registry, plan.name)?.entered ?? [];
  return entered.includes(name) && record?.entered.includes(name) !== true;
}

/**
 * What there is nothing to do for: a candidate that was taken out stays out unless a person begins anew, a completed rollout has no
 * stage left, and a stage that was entered is not entered again, so that a retried hook does no harm. New evidence on such a stage
 * is acted on.
 */
async function settledAlready(
  world: World,
  rollout: Rollout,
  stage: Stage,
  options: PromoteOptions,
): Promise<Promotion | undefined> {
  const { plan, registry, record } = rollout;
  const state = rolloutState(registry, plan.name);
  if (state === 'rolled-back' && options.override !== 'increase') {
    return unchanged(world, rollout, stage, 'rollback', rolledBackText(registry, plan.name));
  }
  if (options.override !== undefined) return undefined;
  if (state === 'complete' && options.stage === undefined) {
    requireApplied(rollout);
    return unchanged(world, rollout, stage, undefined, `nothing left to begin: ${rollout.candidate.version} is stable`);
  }
  if (options.stage === undefined || record?.entered.includes(stage.name) !== true) return undefined;
  if (await isOfNow(world, rollout, stage, options)) return undefined;
  requireApplied(rollout);
  return unchanged(world, rollout, stage, 'increase', enteredText(rollout, stage));
}

function enteredText({ plan }: Rollout, { name }: Stage): string {
  return `stage ${name} of ${plan.name} was entered already`;
}

function unchanged(
  world: World,
  rollout: Rollout,
  stage: Stage,
  verdict: Decision | undefined,
  why: string,
): Promotion {
  const { registry, registryFolder, plan } = rollout;
  const state = stateOf(registry);
  return {
    dryRun: false,
    ...namesOf(rollout, stage),
    ...(verdict === undefined ? {} : { verdict }),
    action: 'none',
    why,
    before: state,
    after: state,
    registryFile: shownPath(world.cwd, registryPath(registryFolder, plan.model)),
  };
}
