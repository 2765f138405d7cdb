import type { RolloutVersions } from '../../registry/file/rollout-state.ts';
import { resolve } from 'node:path';
import { UserError } from '../../domain/errors.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { resolveVersion } from '../../domain/resolve-version.ts';
import { type RollbackTarget, targetOfModel, targetOfPlan } from '../../registry/change/rollback-target.ts';
import { type LoadedPlan, loadPlan } from '../rollout/load-plan.ts';
import type { World } from '../world.ts';

/** Whose candidate is to leave traffic: a plan's, or whatever is new of a model. */
export interface RollbackSubject {
  readonly registryFolder: string;
  readonly model: string;
  /** Absent where the model was named. */
  readonly loaded?: LoadedPlan;
  /** What rolling back means in a state of the registry. @throws UserError (exit 5) when the registry cannot tell. */
  readonly targetIn: (registry: ModelRegistry) => RollbackTarget;
}

/**
 * Finds out what is to be rolled back, from the plan or from the model's name alone. Nothing is checked that a person on
 * call could not mend at once: neither the log nor an artifact is opened, and what lint says of the versions is no matter.
 * @param target a plan file, or with `registry` the name of a model.
 * @throws UserError (exit 2) when there is no such plan or it cannot be read.
 */
export async function rollbackSubject(
  world: World,
  target: string,
  registry: string | undefined,
): Promise<RollbackSubject> {
  if (registry !== undefined) {
    return { registryFolder: resolve(world.cwd, registry), model: target, targetIn: targetOfModel };
  }
  const loaded = await loadPlan(world.cwd, target).catch((error: unknown) => {
    throw withWayOut(error);
  });
  const { folder, plan } = loaded;
  return {
    registryFolder: resolve(folder, plan.registry),
    model: plan.model,
    loaded,
    targetIn: (known) => targetOfPlan(known, versionsOf(plan, known)),
  };
}

/** The versions of a plan that the registry has not heard of, for which its aliases mean what they mean now. */
export function versionsOf({ name, baseline, candidate }: RolloutPlan, registry: ModelRegistry): RolloutVersions {
  return {
    name,
    baseline: resolveVersion(registry, baseline)?.version ?? baseline,
    candidate: resolveVersion(registry, candidate)?.version ?? candidate,
  };
}

function withWayOut(error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  const { exitCode, message, diagnostics, cause } = error;
  const hint = 'Without a plan: canary rollback MODEL --registry DIR';
  return new UserError(exitCode, message, { hint, diagnostics, cause });
}
