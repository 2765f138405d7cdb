import { resolve } from 'node:path';
import { invalidInput } from '../../domain/errors.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { changeToApply, recordApplied } from '../../registry/change/applied.ts';
import { readRegistry, updateRegistry } from '../../registry/store/registry-store.ts';
import type { ApplyOutcome, AppliedPlan } from '../../report/commands/apply-text.ts';
import { runCommands } from './apply-commands.ts';
import { loadPlan, type LoadedPlan } from '../rollout/load-plan.ts';
import type { World } from '../world.ts';

/** The plan's own part of what applying needs. */
export type Applicable = Pick<LoadedPlan, 'folder' | 'plan'>;

/**
 * Runs a plan's commands again with the registry as it is now.
 * @throws UserError (exit 2) when the plan has none, (exit 5) when the registry cannot be used.
 */
export async function applyPlan(world: World, file: string): Promise<AppliedPlan> {
  const loaded = await loadPlan(world.cwd, file);
  const { plan } = loaded;
  const outcome = await applyChange(world, loaded);
  if (outcome === undefined) {
    throw invalidInput(`${file} has no apply commands`, { hint: 'Add apply: ["./set-weight.sh"] to the plan.' });
  }
  const { registry } = await readRegistry(resolve(loaded.folder, plan.registry), plan.model);
  return { model: plan.model, planFile: file, traffic: registry.traffic, outcome };
}

/**
 * Brings the registry's traffic to the router by the plan's commands, and records that. Where another change came while they
 * ran, they run again with that one: whoever ends last leaves the router with the latest.
 * @returns undefined for a plan without commands.
 */
export async function applyChange(world: World, { folder, plan }: Applicable): Promise<ApplyOutcome | undefined> {
  const { apply: commands, registry: written, model } = plan;
  if (commands === undefined) return undefined;
  const registryFolder = resolve(folder, written);
  for (;;) {
    const { registry } = await readRegistry(registryFolder, model);
    const failure = await runCommands(world, folder, commands, changeToApply(registry));
    if (failure !== undefined) return { applied: false, failure };
    if (await recorded(world, registryFolder, registry)) return { applied: true };
  }
}

/** Records that a state was applied. @returns false when it is not the latest any more. */
async function recorded(world: World, registryFolder: string, applied: ModelRegistry): Promise<boolean> {
  if (applied.applied !== false) return true;
  try {
    const at = world.now().toISOString();
    const { changelogFailure } = await updateRegistry(registryFolder, applied.model, null, (registry) => {
      if (registry.revision !== applied.revision) throw new Outdated();
      return recordApplied(registry, at);
    });
    if (changelogFailure !== undefined) world.note(changelogFailure);
    return true;
  } catch (error) {
    if (error instanceof Outdated) return false;
    throw error;
  }
}

/** Leaves the lock without a change. */
class Outdated extends Error {}
