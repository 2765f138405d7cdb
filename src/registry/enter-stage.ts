import type { ModelRegistry, VersionStatus } from '../domain/registry.ts';
import { withAlias, withEntered, withLook, withoutAlias, withRecord, withStatus } from './edit-registry.ts';
import { withHistory } from './history.ts';
import { recordLook } from './record-look.ts';
import {
  requireFreshStart,
  requireNoOther,
  requireNotRolledBack,
  requireSameVersions,
  requireStableBaseline,
} from './rollout-guards.ts';
import { recordOf, rolloutState } from './rollout-state.ts';
import { requireNext, requireNotFalling } from './stage-guards.ts';
import { splitTraffic } from './traffic.ts';
import { overrideOf, type RolloutChange, type RolloutVersions } from './transition.ts';

/**
 * Acts on *increase*: enters the stage and gives the candidate the stage's weight. The alias `canary` names the
 * candidate from the first stage that exposes users. Entering the last stage makes the candidate stable and archives the
 * baseline. Of a stage that was entered before, only the look is recorded. A person may start a rolled-back candidate
 * again, from the first stage.
 * @throws UserError (exit 5) when the stage is not the next, the rollout was rolled back, another rollout of the model is
 * under way, or the baseline is not the stable version.
 */
export function enterStage(registry: ModelRegistry, change: RolloutChange): ModelRegistry {
  const { rollout, stage, stages, at, overriddenBy } = change;
  const restarts = overriddenBy !== undefined && rolloutState(registry, rollout.name) === 'rolled-back';
  const known = restarts ? withRecord(registry, rollout, { ...recordOf(registry, rollout), entered: [] }) : registry;
  if (recordOf(known, rollout).entered.includes(stage.name)) return recordLook(known, change, 'increase');
  if (!restarts) requireNotRolledBack(known, rollout);
  requireMayEnter(known, change);
  const entered = withEntered(withLook(known, change), rollout, stage.name);
  const completes = stage.name === stages.at(-1)?.name;
  const moved = completes ? withStable(entered, rollout) : withShare(entered, rollout, stage.weight);
  return withHistory(moved, {
    at,
    action: completes ? 'complete' : 'enter',
    version: rollout.candidate,
    rollout: rollout.name,
    stage: stage.name,
    weight: moved.traffic[rollout.candidate] ?? 0,
    ...overrideOf('increase', change),
  });
}

function requireMayEnter(registry: ModelRegistry, change: RolloutChange): void {
  const { rollout } = change;
  requireSameVersions(registry, rollout);
  requireNoOther(registry, rollout);
  requireStableBaseline(registry, rollout);
  if (recordOf(registry, rollout).entered.length === 0) requireFreshStart(registry, rollout);
  requireNext(registry, change);
  requireNotFalling(registry, change);
}

function withShare(registry: ModelRegistry, { baseline, candidate }: RolloutVersions, weight: number): ModelRegistry {
  const status: VersionStatus = weight === 0 ? 'shadow' : 'canary';
  const split = { ...withStatus(registry, candidate, status), traffic: splitTraffic(baseline, candidate, weight) };
  return weight === 0 ? split : withAlias(split, 'canary', candidate);
}

function withStable(registry: ModelRegistry, { baseline, candidate }: RolloutVersions): ModelRegistry {
  const switched = withStatus(withStatus(registry, candidate, 'stable'), baseline, 'archived');
  return withoutAlias({ ...withAlias(switched, 'stable', candidate), traffic: { [candidate]: 1 } }, 'canary');
}
