import { rolloutRecord, type RolloutVersions } from '../../registry/file/rollout-state.ts';
import { movesTraffic } from '../../domain/exposure/routing.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { withPendingApply } from '../../registry/change/applied.ts';
import { readRegistry, type RegistryUpdate, updateRegistry } from '../../registry/store/registry-store.ts';
import { rollBack } from '../../registry/change/roll-back.ts';
import type { Person } from '../../registry/change/transition.ts';
import type { Rollback } from '../../report/commands/rollback-text.ts';
import { applyChange } from './apply.ts';
import { stateOf } from './registry-state.ts';
import { shownPath, type World } from '../world.ts';
import { resolve } from 'node:path';
import { UserError } from '../../domain/errors.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { resolveVersion } from '../../domain/resolve-version.ts';
import {
  onceStable,
  type RollbackTarget,
  targetOfModel,
  targetOfPlan,
  targetOfVersion,
} from '../../registry/change/rollback-target.ts';
import { type LoadedPlan, loadPlan } from '../rollout/load-plan.ts';

export interface RollbackOptions {
  /** Folder of the registry; what is rolled back is then the name of a model, not a plan. */
  readonly registry?: string;
  /** The version to go back to; the one before the candidate where absent. */
  readonly to?: string;
  readonly reason?: string;
  readonly by?: string;
}

/**
 * Takes the candidate out of traffic without asking for evidence. It is right on any revision, so that a change which came
 * first does not stop it; a candidate that is out of traffic already is left as it is.
 * @param target a plan file, or with `registry` the name of a model.
 * @throws UserError (exit 2 or 5), and then nothing was changed.
 */
export async function rollBackRollout(world: World, target: string, options: RollbackOptions): Promise<Rollback> {
  const subject = await rollbackSubject(world, target, options);
  const { registryFolder, model } = subject;
  const named = { target, model, ...(options.registry === undefined ? {} : { registryFolder: options.registry }) };
  const { registry, path } = await readRegistry(registryFolder, model);
  const registryFile = shownPath(world.cwd, path);
  const found = subject.targetIn(registry);
  if ('nothing' in found) return { ...named, action: 'none', why: found.nothing, now: stateOf(registry), registryFile };
  const done = await takeOut(subject, world.now().toISOString(), personOf(world, options));
  if ('nothing' in done) {
    // Somebody else was faster; what they left is what counts.
    const { registry: now } = await readRegistry(registryFolder, model);
    return { ...named, action: 'none', why: done.nothing, now: stateOf(now), registryFile };
  }
  const { before, after, changelogFailure } = done.update;
  if (changelogFailure !== undefined) world.note(changelogFailure);
  const apply = subject.loaded === undefined ? undefined : await applyChange(world, subject.loaded);
  const stage = rolloutRecord(before, done.rollout.name)?.entered.at(-1);
  return {
    ...named,
    action: 'rollback',
    rollout: done.rollout,
    ...(stage === undefined ? {} : { stage }),
    before: stateOf(before),
    others: onceStable(after),
    ...(apply === undefined ? {} : { apply }),
    now: stateOf(after),
    registryFile,
  };
}

/** Who did it and, as far as they said, why. */
export function personOf(world: World, { by, reason }: Pick<RollbackOptions, 'by' | 'reason'>): Person {
  return { ...world.actor(by), ...(reason === undefined ? {} : { reason }) };
}

/** Takes the subject's candidate out of traffic in a registry folder, or tells why there was nothing to do under the lock. */
export async function takeOut(
  { registryFolder, model, targetIn, loaded }: RollbackSubject,
  at: string,
  person: Person,
): Promise<{ readonly update: RegistryUpdate; readonly rollout: RolloutVersions } | { readonly nothing: string }> {
  let rollout: RolloutVersions | undefined;
  const transition = (registry: ModelRegistry) => {
    const found = targetIn(registry);
    if ('nothing' in found) throw new NothingToDo(found.nothing);
    rollout = found.rollout;
    const commands = loaded === undefined ? 'unknown' : movesTraffic(loaded.plan);
    return withPendingApply(registry, rollBack(registry, { rollout, at, person, to: found.to }), commands);
  };
  try {
    const update = await updateRegistry(registryFolder, model, null, transition);
    if (rollout === undefined) throw new Error('a registry was changed without its transition');
    return { update, rollout };
  } catch (error) {
    if (error instanceof NothingToDo) return { nothing: error.message };
    throw error;
  }
}

/** Leaves the lock without a change. */
class NothingToDo extends Error {}

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
  { registry, to }: Pick<RollbackOptions, 'registry' | 'to'>,
): Promise<RollbackSubject> {
  const toVersion = to === undefined ? undefined : (known: ModelRegistry) => targetOfVersion(known, to);
  if (registry !== undefined) {
    return { registryFolder: resolve(world.cwd, registry), model: target, targetIn: toVersion ?? targetOfModel };
  }
  const loaded = await loadPlan(world, target).catch((error: unknown) => {
    throw withWayOut(error);
  });
  const { registryFolder, plan } = loaded;
  return {
    registryFolder,
    model: plan.model,
    loaded,
    targetIn: toVersion ?? ((known) => targetOfPlan(known, versionsOf(plan, known))),
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
