import { unusableFile } from '../../domain/errors.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import {
  withAlias,
  withLook,
  withoutAlias,
  withRecord,
  withStatus,
  whoActed,
  type RollbackChange,
} from './transition.ts';
import { withHistory } from '../file/hash-chain.ts';
import { requireNoOther, requireNotRolledBack, requireSameVersions, statusOf } from './rollout-guards.ts';
import { type RolloutVersions, recordOf, rolloutState } from '../file/rollout-state.ts';

/**
 * Acts on *rollback*: takes the candidate out of traffic, which goes back to the baseline. After the rollout is complete,
 * that is the archived baseline, which becomes stable again. A candidate that has entered no stage has no traffic to
 * give back; it is only marked.
 * @throws UserError (exit 5) when the rollout was rolled back before, another one of the model is under way, or a later
 * one has replaced the candidate.
 */
export function rollBack(registry: ModelRegistry, change: RollbackChange): ModelRegistry {
  const { rollout, stage, at, look, to } = change;
  requireNotRolledBack(registry, rollout);
  requireSameVersions(registry, rollout);
  const record = recordOf(registry, rollout);
  const looked =
    stage === undefined
      ? // A rollout that is taken back before anything was recorded of it leaves its record too: its name is used up.
        withRecord(registry, rollout, record)
      : withLook(registry, { rollout, stage, at, look });
  const stageName = look === undefined ? record.entered.at(-1) : stage?.name;
  return withHistory(withoutCandidate(looked, rollout, to), {
    at,
    action: 'rollback',
    version: rollout.candidate,
    rollout: rollout.name,
    ...(stageName === undefined ? {} : { stage: stageName }),
    ...(to === undefined || to === rollout.baseline ? {} : { to }),
    ...whoActed('rollback', change),
  });
}

function withoutCandidate(registry: ModelRegistry, rollout: RolloutVersions, to?: string): ModelRegistry {
  const { name, baseline, candidate } = rollout;
  const state = rolloutState(registry, name);
  if (state === 'waiting') {
    requireIdle(registry, rollout);
    return withStatus(registry, candidate, 'rolled_back');
  }
  requireNoOther(registry, rollout);
  if (state === 'complete') requireNotReplaced(registry, rollout);
  const serving = to ?? baseline;
  const left = withStatus(registry, candidate, 'rolled_back');
  // While the candidate was under way the baseline was stable; another version than it takes its place.
  const replaced = serving === baseline || state === 'complete' ? left : withStatus(left, baseline, 'archived');
  const switched = withStatus(replaced, serving, 'stable');
  return withoutAlias({ ...withAlias(switched, 'stable', serving), traffic: { [serving]: 1 } }, 'canary');
}

/** A candidate that serves users through another rollout is that rollout's to take back. */
function requireIdle(registry: ModelRegistry, { name, candidate }: RolloutVersions): void {
  const status = statusOf(registry, candidate);
  if (status !== 'shadow' && status !== 'canary' && status !== 'stable') return;
  throw unusableFile(`${name} has not entered a stage, and ${candidate} is ${status} without it`, {
    hint: 'Roll back the plan that brought it there.',
  });
}

/** Once a later rollout has replaced the candidate, going back to this rollout's baseline would skip a version. */
function requireNotReplaced({ history, ...registry }: ModelRegistry, { name, candidate }: RolloutVersions): void {
  const completed = history.findLastIndex(({ rollout, action }) => rollout === name && action === 'complete');
  const later = history
    .slice(completed + 1)
    .findLast(({ rollout, action }) => action === 'complete' && rolloutState({ history }, rollout) === 'complete');
  if (later === undefined) return;
  throw unusableFile(`${candidate}, which ${name} made stable, was replaced by ${later.version}`, {
    hint: `The stable version is ${registry.aliases['stable'] ?? later.version}: roll back ${later.rollout ?? 'its rollout'} instead.`,
  });
}
