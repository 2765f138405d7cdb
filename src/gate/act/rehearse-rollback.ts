import { copyFile, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, unusableFile, UserError } from '../../domain/errors.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { applyVerdict } from '../../registry/change/apply-verdict.ts';
import { type RolloutVersions, nextStage, rolloutRecord, rolloutState } from '../../registry/file/rollout-state.ts';
import { readRegistry, registryPath, updateRegistry } from '../../registry/store/registry-store.ts';
import { recordRehearsal } from '../../registry/change/rehearsal.ts';
import type { Rehearsal } from '../../report/commands/rollback-text.ts';
import type { Person } from '../../registry/change/transition.ts';
import { stateOf } from './registry-state.ts';
import {
  personOf,
  type RollbackOptions,
  takeOut,
  rollbackSubject,
  type RollbackSubject,
  versionsOf,
} from './roll-back.ts';
import { shownPath, type World } from '../world.ts';

/**
 * Rolls back on a copy of the registry's file, all the way from the lock to the disk, and records in the registry that this
 * was done and how it ended. A rollout that has not begun enters, on the copy, the stages up to the first that exposes
 * users, so that there is something to take back.
 * @throws UserError (exit 5) when the rehearsal failed, which is recorded, or when there is nothing to rehearse.
 */
export async function rehearseRollback(world: World, target: string, options: RollbackOptions): Promise<Rehearsal> {
  const subject = await rollbackSubject(world, target, options);
  const { registryFolder, model } = subject;
  const { registry, path } = await readRegistry(registryFolder, model);
  const rollout = rehearsed(subject, registry);
  const at = world.now().toISOString();
  const person = personOf(world, options);
  const record = (outcome: 'succeeded' | 'failed', failure?: string) =>
    updateRegistry(registryFolder, model, null, (before) =>
      recordRehearsal(before, {
        rollout,
        at,
        outcome,
        person: { ...person, ...(failure === undefined ? {} : { reason: failure }) },
      }),
    );
  try {
    const { before, after } = await rollBackCopy(subject, rollout, { at, person }, path);
    await record('succeeded');
    return {
      model,
      rollout,
      before: stateOf(before),
      after: stateOf(after),
      at,
      registryFile: shownPath(world.cwd, path),
    };
  } catch (error) {
    if (error instanceof UserError) await record('failed', error.message);
    throw error;
  }
}

function rehearsed({ loaded, model, targetIn }: RollbackSubject, registry: ModelRegistry): RolloutVersions {
  const found = targetIn(registry);
  if ('rollout' in found) return found.rollout;
  const plan = loaded?.plan;
  if (plan !== undefined && rolloutState(registry, plan.name) === 'waiting') return versionsOf(plan, registry);
  throw unusableFile(`There is no rollback of ${model} to rehearse: ${found.nothing}`, {
    hint: 'Name a plan that has not been rolled back: canary rollback PLAN --rehearse',
  });
}

async function rollBackCopy(
  { model, loaded, targetIn }: RollbackSubject,
  rollout: RolloutVersions,
  { at, person }: { readonly at: string; readonly person: Person },
  registryFile: string,
): Promise<{ readonly before: ModelRegistry; readonly after: ModelRegistry }> {
  const folder = await folderWithCopy(registryFile, model);
  try {
    if (loaded !== undefined) await updateUntilExposed(folder, loaded.plan, rollout, at);
    const done = await takeOut({ registryFolder: folder, model, targetIn }, at, person);
    if ('nothing' in done) throw unusableFile(`On the copy there was nothing to roll back: ${done.nothing}`);
    const { registry: after } = await readRegistry(folder, model);
    if ((after.traffic[rollout.candidate] ?? 0) > 0) {
      throw unusableFile(`On the copy ${rollout.candidate} kept its traffic`);
    }
    return { before: done.update.before, after };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const copyPrefix = 'canary-rehearsal-';

async function folderWithCopy(registryFile: string, model: string): Promise<string> {
  let folder: string | undefined;
  try {
    await sweepAbandoned(tmpdir(), copyPrefix);
    folder = join(tmpdir(), ownedName(copyPrefix));
    await mkdir(folder, { mode: 0o700 });
    await copyFile(registryFile, registryPath(folder, model));
    return folder;
  } catch (error) {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    throw unusableFile(`${registryFile} cannot be copied to ${tmpdir()}: ${messageOf(error)}`, {
      hint: 'The rehearsal needs room in the folder of temporary files.',
      cause: error,
    });
  }
}

/** Enters stages without evidence: the copy only has to get to where a rollback has something to do. */
async function updateUntilExposed(
  folder: string,
  { stages, model }: RolloutPlan,
  rollout: RolloutVersions,
  at: string,
): Promise<void> {
  for (;;) {
    const { registry } = await readRegistry(folder, model);
    if (rolloutState(registry, rollout.name) === 'complete' || (registry.traffic[rollout.candidate] ?? 0) > 0) return;
    const stage = nextStage(stages, rolloutRecord(registry, rollout.name)?.entered ?? []);
    if (stage === undefined) return;
    const change = { rollout, stage, stages, at };
    await updateRegistry(folder, model, null, (before) => applyVerdict(before, 'increase', change));
  }
}
