import type { ModelRegistry, RolloutRecord, VersionStatus, Decision } from '../../domain/registry.ts';
import {
  withAlias,
  withEntered,
  withLook,
  withoutAlias,
  withRecord,
  withStatus,
  whoActed,
  type RolloutChange,
} from './transition.ts';
import { withHistory } from '../file/hash-chain.ts';
import {
  requireFreshStart,
  requireNoOther,
  requireNotRolledBack,
  requireSameVersions,
  requireStableBaseline,
} from './rollout-guards.ts';
import { type RolloutVersions, recordOf, rolloutState, nextStage } from '../file/rollout-state.ts';
import { splitTraffic, inSteps } from '../file/traffic.ts';
import { unusableFile } from '../../domain/errors.ts';
import type { RegistryChange } from '../../domain/evidence.ts';
import { rollBack } from './roll-back.ts';

/**
 * Acts on *increase*: enters the stage and gives the candidate the stage's weight. The alias `canary` names the
 * candidate from the first stage that exposes users. Entering the last stage makes the candidate stable and archives the
 * baseline. Where the stage was entered before, only the look is recorded. A person may start a rolled-back candidate
 * again, from the first stage.
 * @throws UserError (exit 5) when the stage is not the next, the rollout was rolled back, another rollout of the model is
 * under way, or the baseline is not the stable version.
 */
function enterStage(registry: ModelRegistry, change: RolloutChange): ModelRegistry {
  const { rollout, stage, stages, at, overriddenBy } = change;
  const restarts = overriddenBy !== undefined && rolloutState(registry, rollout.name) === 'rolled-back';
  const known = restarts ? withRecord(registry, rollout, begunAnew(recordOf(registry, rollout))) : registry;
  if (recordOf(known, rollout).entered.includes(stage.name)) return recordLook(known, change, 'increase');
  if (!restarts) requireNotRolledBack(known, rollout);
  requireMayEnter(known, change);
  const entered = withAssignment(withEntered(withLook(known, change), rollout, stage.name), change);
  const completes = stage.name === stages.at(-1)?.name;
  const moved = completes ? withStable(entered, rollout) : withShare(entered, rollout, stage.weight);
  return withHistory(moved, {
    at,
    action: completes ? 'complete' : 'enter',
    version: rollout.candidate,
    rollout: rollout.name,
    stage: stage.name,
    weight: moved.traffic[rollout.candidate] ?? 0,
    ...whoActed('increase', change),
  });
}

/** A candidate that starts again has no users yet. */
function begunAnew({ assignment: _before, ...record }: RolloutRecord): RolloutRecord {
  return { ...record, entered: [] };
}

/** The registry with how users are assigned, from the first stage on that gives some of them the candidate. */
function withAssignment(registry: ModelRegistry, { rollout, stage, assignment }: RolloutChange): ModelRegistry {
  const record = recordOf(registry, rollout);
  if (assignment === undefined || stage.weight === 0 || record.assignment !== undefined) return registry;
  return withRecord(registry, rollout, { ...record, assignment });
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

/** The registry with the candidate's share of the traffic at a stage, and the status and alias that go with it. */
export function withShare(
  registry: ModelRegistry,
  { baseline, candidate }: RolloutVersions,
  weight: number,
): ModelRegistry {
  const status: VersionStatus = weight === 0 ? 'shadow' : 'canary';
  const split = { ...withStatus(registry, candidate, status), traffic: splitTraffic(baseline, candidate, weight) };
  return weight === 0 ? split : withAlias(split, 'canary', candidate);
}

function withStable(registry: ModelRegistry, { baseline, candidate }: RolloutVersions): ModelRegistry {
  const switched = withStatus(withStatus(registry, candidate, 'stable'), baseline, 'archived');
  return withoutAlias({ ...withAlias(switched, 'stable', candidate), traffic: { [candidate]: 1 } }, 'canary');
}

/** @throws UserError (exit 5) when the stage is not the one that may begin next. */
function requireNext(registry: ModelRegistry, { rollout, stage, stages }: RolloutChange): void {
  const { entered } = recordOf(registry, rollout);
  const next = nextStage(stages, entered);
  if (next?.name === stage.name) return;
  const place = stages.findIndex(({ name }) => name === stage.name);
  if (next !== undefined && place > stages.indexOf(next)) {
    throw unusableFile(`Stage ${stage.name} cannot begin: ${rollout.name} has not entered ${next.name}`, {
      hint: `Run canary evaluate --stage ${next.name} and canary promote with the plan first.`,
    });
  }
  throw unusableFile(`Stage ${stage.name} comes before ${entered.at(-1)}, which ${rollout.name} has entered`, {
    hint: next === undefined ? 'The rollout has entered its last stage.' : `The next stage is ${next.name}.`,
  });
}

/** @throws UserError (exit 5) when the stage would give the candidate less traffic than it has. */
function requireNotFalling(registry: ModelRegistry, { rollout, stage }: RolloutChange): void {
  const { candidate } = rollout;
  const share = registry.traffic[candidate] ?? 0;
  if (inSteps(stage.weight) >= inSteps(share)) return;
  throw unusableFile(`${candidate} has ${share} of the traffic; stage ${stage.name} would give it ${stage.weight}`, {
    hint: 'Users who have the candidate keep it: weights never fall from stage to stage.',
  });
}

/**
 * Acts on *hold*: records the look and moves nothing. Also all that *increase* does on a stage that was entered before.
 * @throws UserError (exit 5) when the rollout was rolled back, or is one of other versions in the registry.
 */
function recordLook(registry: ModelRegistry, change: RolloutChange, decision: Decision = 'hold'): ModelRegistry {
  const { rollout, stage, at } = change;
  requireNotRolledBack(registry, rollout);
  requireSameVersions(registry, rollout);
  return withHistory(withLook(registry, change), {
    at,
    action: 'look',
    version: rollout.candidate,
    rollout: rollout.name,
    stage: stage.name,
    ...whoActed(decision, change),
  });
}

const transitions: Readonly<Record<Decision, (registry: ModelRegistry, change: RolloutChange) => ModelRegistry>> = {
  increase: enterStage,
  hold: recordLook,
  rollback: rollBack,
};

/**
 * The registry after acting on a verdict. Promoting and previewing both come through here, so that they cannot disagree.
 * @throws UserError (exit 5) when the registry is not in a state in which that can be done.
 */
export function applyVerdict(registry: ModelRegistry, verdict: Decision, change: RolloutChange): ModelRegistry {
  return transitions[verdict](registry, change);
}

/**
 * What a transition did, for evidence: all traffic and aliases after it, and the status of each version whose status it
 * changed. A registry that stayed as it was, because the transition was refused, gives the action `look`.
 */
export function describeChange(before: ModelRegistry, after: ModelRegistry, stage: string): RegistryChange {
  const last = after.revision > before.revision ? after.history.at(-1)?.action : undefined;
  const action = last === 'enter' || last === 'complete' || last === 'rollback' ? last : 'look';
  const changed = Object.entries(after.versions).filter(
    ([version, { status }]) => before.versions[version]?.status !== status,
  );
  return {
    action,
    stage,
    traffic: after.traffic,
    aliases: after.aliases,
    status: Object.fromEntries(changed.map(([version, { status }]) => [version, status])),
  };
}
