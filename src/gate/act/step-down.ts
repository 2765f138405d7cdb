import { movesTraffic } from '../../domain/exposure/routing.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { withPendingApply } from '../../registry/change/applied.ts';
import { stepDown } from '../../registry/change/step-down.ts';
import type { DecidingPerson } from '../../registry/change/transition.ts';
import { enteredWeight } from '../../registry/file/rollout-state.ts';
import { registryPath, updateRegistry } from '../../registry/store/registry-store.ts';
import type { Promotion } from '../../report/commands/promotion-text.ts';
import { type Rollout, stageNamed } from '../rollout/rollout.ts';
import { shownPath, type World } from '../world.ts';
import { applyChange } from './apply.ts';
import { namesOf } from './promotion-names.ts';
import { stateOf } from './registry-state.ts';

/**
 * Gives the candidate the weight of a stage again that it had left behind. The weight is the one with which the stage was entered,
 * whatever the plan says today.
 * @throws UserError (exit 2 or 5), and then nothing was changed.
 */
export async function promoteBack(
  world: World,
  rollout: Rollout,
  to: string,
  person: DecidingPerson,
  dryRun: boolean,
): Promise<Promotion> {
  const { plan, registry, registryFolder, baseline, candidate } = rollout;
  const { name, weight } = stageNamed(plan, to);
  const stage = { name, weight: enteredWeight(registry, plan.name, name) ?? weight };
  const versions = { name: plan.name, baseline: baseline.version, candidate: candidate.version };
  const at = world.now().toISOString();
  const change = (before: ModelRegistry) =>
    withPendingApply(before, stepDown(before, { rollout: versions, stage, at, person }), movesTraffic(plan));
  const decidedOn = { revision: registry.revision, rollout: plan.name };
  const update = dryRun
    ? { before: registry, after: change(registry), path: registryPath(registryFolder, plan.model) }
    : await updateRegistry(registryFolder, plan.model, decidedOn, change);
  if ('changelogFailure' in update) world.note(update.changelogFailure);
  const apply = dryRun ? undefined : await applyChange(world, rollout);
  return {
    dryRun,
    ...namesOf(rollout, stage),
    override: person,
    action: 'step-down',
    ...(apply === undefined ? {} : { apply }),
    before: stateOf(update.before),
    after: stateOf(update.after),
    registryFile: shownPath(world.cwd, update.path),
  };
}
