import { unusableFile } from '../domain/errors.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { ModelRegistry } from '../domain/registry.ts';
import { applyVerdict, describeChange } from '../registry/apply-verdict.ts';
import { registryPath, updateRegistry } from '../registry/registry-store.ts';
import type { RecordedLook } from '../registry/transition.ts';
import type { Promotion } from '../report/promotion-text.ts';
import { checkBinding } from './evidence-binding.ts';
import { evidencePlace, readLatest } from './look-history.ts';
import { changeFor } from './preview-change.ts';
import { stateOf } from './registry-state.ts';
import { openRollout, stageOf } from './rollout.ts';
import type { World } from './world.ts';

export interface PromoteOptions {
  /** The stage whose evidence to act on; the first not yet entered where absent. */
  readonly stage?: string;
  /** The evidence, where it is not beside the plan. */
  readonly evidence?: string;
  /** Tells the change and makes none. */
  readonly dryRun?: boolean;
}

/**
 * Acts on a stage's latest evidence: enters the stage, records the look or takes the candidate out.
 * @throws UserError (exit 2 or 5) when there is no evidence, it is not for things as they are now, or another change came first.
 */
export async function promote(world: World, file: string, options: PromoteOptions): Promise<Promotion> {
  const rollout = await openRollout(world, file);
  const stage = stageOf(rollout, options.stage);
  const { plan, registry, registryFolder, folder } = rollout;
  const place = evidencePlace(folder, plan.name, stage.name, options.evidence, world.cwd);
  const evidence = await readLatest(place);
  if (evidence === undefined) {
    throw unusableFile(`There is no evidence for stage ${stage.name} at ${place.latest}`, {
      hint: `canary evaluate ${file} --stage ${stage.name} writes it.`,
    });
  }
  const notes = await checkBinding(rollout, stage, evidence, place.latest);
  for (const note of notes) world.note(note);
  const { decision } = evidence.verdict;
  const registryChange = changeFor(rollout, stage, world.now().toISOString(), lookOf(evidence));
  const change = (before: ModelRegistry) => applyVerdict(before, decision, registryChange);
  const { before, after, path } =
    options.dryRun === true
      ? { before: registry, after: change(registry), path: registryPath(registryFolder, plan.model) }
      : await updateRegistry(registryFolder, plan.model, registry.revision, change);
  return {
    dryRun: options.dryRun === true,
    model: plan.model,
    plan: plan.name,
    planFile: file,
    candidate: rollout.candidate.version,
    stage: { name: stage.name, weight: stage.weight },
    verdict: decision,
    action: describeChange(before, after, stage.name).action,
    before: stateOf(before),
    after: stateOf(after),
    registryFile: path,
  };
}

function lookOf({ stage, statistics, digest }: Evidence): RecordedLook {
  const { tests, plannedUnits } = statistics;
  return { look: stage.look, evidence: `sha256:${digest}`, tests, plannedUnits };
}
