import { invalidInput, unusableFile, UserError } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { Stage } from '../../domain/plan.ts';
import type { Decision, ModelRegistry } from '../../domain/registry.ts';
import { withPendingApply } from '../../registry/change/applied.ts';
import { applyVerdict, describeChange } from '../../registry/change/apply-verdict.ts';
import { registryPath, type RegistryUpdate, updateRegistry } from '../../registry/store/registry-store.ts';
import type { Person, RecordedLook } from '../../registry/change/transition.ts';
import type { Promotion } from '../../report/commands/promotion-text.ts';
import { applyChange } from './apply.ts';
import { verifyBinding } from './evidence-binding.ts';
import { evidencePlace, readLatest } from '../rollout/work-folder.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import { basisOf } from '../../domain/judged.ts';
import { largestFirstWeight } from '../../verdict/checks/nothing-served.ts';
import { windowWait } from '../../verdict/checks/stage-timing.ts';
import { frozenOf } from '../look/next-look.ts';
import { changeFor } from '../look/preview-change.ts';
import { stateOf } from './registry-state.ts';
import { openRollout, type Rollout, stageOf } from '../rollout/rollout.ts';
import { shownPath, type World } from '../world.ts';

export interface PromoteOptions {
  /** The stage whose evidence to act on; the first not yet entered where absent. */
  readonly stage?: string;
  /** The evidence, where it is not beside the plan. */
  readonly evidence?: string;
  /** Tells the change and makes none. */
  readonly dryRun?: boolean;
  /** What to do instead of what the evidence says; needs `by` and `reason`. */
  readonly override?: Decision;
  readonly by?: string;
  readonly reason?: string;
}

/**
 * Acts on a stage's latest evidence, or on what a person decided against it: enters the stage, records the look or takes
 * the candidate out.
 * @throws UserError (exit 2 or 5) when there is no evidence, it is not for things as they are now, or another change came first.
 */
export async function promote(world: World, file: string, options: PromoteOptions): Promise<Promotion> {
  const overriddenBy = overridingPerson(options);
  const rollout = await openRollout(world, file);
  const stage = stageOf(rollout, options.stage);
  const { plan, registry, registryFolder } = rollout;
  const evidence = await evidenceFor(world, rollout, stage, options);
  const decision = options.override ?? evidence?.verdict.decision;
  if (decision === undefined) throw new Error('evidence is absent only where a person decides');
  const at = world.now().toISOString();
  if (decision === 'increase' && options.override === undefined) requireWindow(stage, at);
  const registryChange = changeFor(rollout, stage, at, evidence && lookOf(evidence), overriddenBy);
  const change = (before: ModelRegistry) =>
    withPendingApply(before, applyVerdict(before, decision, registryChange), plan.apply !== undefined);
  const { before, after, path, changelogFailure }: RegistryUpdate =
    options.dryRun === true
      ? { before: registry, after: change(registry), path: registryPath(registryFolder, plan.model) }
      : await updateRegistry(registryFolder, plan.model, registry.revision, change);
  if (changelogFailure !== undefined) world.note(changelogFailure);
  const { action } = describeChange(before, after, stage.name);
  const apply = options.dryRun === true || action === 'look' ? undefined : await applyChange(world, rollout);
  return {
    dryRun: options.dryRun === true,
    model: plan.model,
    plan: plan.name,
    planFile: file,
    candidate: rollout.candidate.version,
    stage: { name: stage.name, weight: stage.weight },
    verdict: decision,
    ...(overriddenBy === undefined ? {} : { override: { ...overriddenBy, ...against(evidence) } }),
    action,
    ...(apply === undefined ? {} : { apply }),
    before: stateOf(before),
    after: stateOf(after),
    registryFile: shownPath(world.cwd, path),
  };
}

/** @throws UserError (exit 3) outside of the stage's window: the increase waits, and nothing is changed. */
function requireWindow(stage: Stage, now: string): void {
  const wait = windowWait(stage, { now });
  if (wait?.until === undefined) return;
  throw new UserError(ExitCode.hold, `Stage ${stage.name} cannot begin now: ${wait.detail}`, {
    hint: 'Nothing was changed. Run canary evaluate and canary promote again then.',
  });
}

function overridingPerson({ override, by, reason }: PromoteOptions): Required<Person> | undefined {
  const said = [by, reason].filter((text) => text !== undefined && text.trim() !== '');
  if (override === undefined && said.length === 0) return undefined;
  if (override === undefined) {
    throw invalidInput('--by and --reason go with --override', {
      hint: 'Without --override the evidence decides, and is its own reason.',
    });
  }
  if (by !== undefined && reason !== undefined && said.length === 2) return { by, reason };
  throw invalidInput('--override needs --by NAME and --reason TEXT', {
    hint: 'Whoever overrules the gate does so on the record: the history and the changelog keep both.',
  });
}

/**
 * The evidence to act on. A person may hold or roll back without any; to increase without having looked is not offered,
 * since absence of evidence is never a pass.
 */
async function evidenceFor(
  world: World,
  rollout: Rollout,
  stage: Stage,
  { evidence: chosen, override }: PromoteOptions,
): Promise<Evidence | undefined> {
  const place = evidencePlace(rollout.folder, rollout.plan.name, stage.name, chosen, world.cwd);
  const mayBeAbsent = override === 'hold' || override === 'rollback' || isFirstLive(rollout, stage, override);
  try {
    const evidence = await readLatest(place);
    if (evidence === undefined) {
      if (mayBeAbsent) return undefined;
      throw unusableFile(`There is no evidence for stage ${stage.name} at ${place.latest}`, {
        hint: `canary evaluate ${rollout.file} --stage ${stage.name} writes it; the registry is at revision ${rollout.registry.revision}.`,
      });
    }
    for (const note of await verifyBinding(rollout, stage, evidence, place.latest)) world.note(note);
    return evidence;
  } catch (error) {
    if (!mayBeAbsent || !(error instanceof UserError)) throw error;
    world.note(`Acting without evidence: ${error.message}`);
    return undefined;
  }
}

/** A live stage cannot show anything before somebody begins it; a person may, with few users. */
function isFirstLive({ plan, registry, candidate }: Rollout, stage: Stage, override: Decision | undefined): boolean {
  const isSmall = stage.weight > 0 && stage.weight <= largestFirstWeight;
  const hasNone = (registry.traffic[candidate.version] ?? 0) === 0;
  return override === 'increase' && isSmall && hasNone && basisOf(plan, stage) === 'live';
}

function against(evidence: Evidence | undefined): { readonly against?: Decision } {
  return evidence === undefined ? {} : { against: evidence.verdict.decision };
}

function lookOf({ plan, stage, statistics, digest, verdict }: Evidence): RecordedLook {
  const { look, series } = stage;
  return {
    look,
    series,
    plan: plan.withoutEnd ?? plan.sha256,
    verdict: verdict.decision,
    ...(verdict.alarm === true ? { alarm: true } : {}),
    evidence: `sha256:${digest}`,
    ...frozenOf(statistics),
  };
}
