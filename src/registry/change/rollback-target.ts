import semver from 'semver';
import { unusableFile } from '../../domain/errors.ts';
import type { HistoryEntry, ModelRegistry } from '../../domain/registry.ts';
import {
  type RolloutVersions,
  isMove,
  recordOf,
  rolledBackText,
  rolloutRecord,
  rolloutState,
  rolloutUnderway,
} from '../file/rollout-state.ts';

/** The rollout whose candidate is to leave traffic, or why there is none: what was asked for is so already. */
export type RollbackTarget =
  | {
      readonly rollout: RolloutVersions;
      /** The version that is to serve; the rollout's baseline where absent. */
      readonly to?: string;
    }
  | { readonly nothing: string };

/**
 * What rolling a plan back means now. A rollout that the registry has heard of is taken with the versions that it began
 * with, whatever the plan names today. Where the candidate has its traffic from a rollout of another name, such as the plan's
 * before it was renamed, that one is meant.
 */
export function targetOfPlan(registry: ModelRegistry, plan: RolloutVersions): RollbackTarget {
  const { baseline, candidate } = recordOf(registry, plan);
  const state = rolloutState(registry, plan.name);
  if (state === 'underway' || state === 'complete') return { rollout: { name: plan.name, baseline, candidate } };
  const other = rolloutUnderway(registry);
  const record = rolloutRecord(registry, other);
  if (other !== undefined && record?.candidate === candidate) {
    return { rollout: { name: other, baseline: record.baseline, candidate } };
  }
  return {
    nothing:
      state === 'waiting'
        ? `${plan.name} has not entered a stage, so ${candidate} has no traffic from it`
        : rolledBackText(registry, plan.name),
  };
}

/**
 * What rolling a model back means now: its rollout under way or, where the last that happened was that one was completed,
 * that one. After a rollback it means nothing, so that two people who act at once do not go back two versions.
 * @throws UserError (exit 5) when traffic is split and no rollout tells how that came about.
 */
export function targetOfModel(registry: ModelRegistry): RollbackTarget {
  const last = registry.history.findLast((entry) => isMove(entry) && hasBegun(registry, entry));
  const name = rolloutUnderway(registry) ?? last?.rollout;
  const record = rolloutRecord(registry, name);
  if (name === undefined || record === undefined) {
    requireOneServing(registry);
    return { nothing: `no rollout of ${registry.model} has entered a stage` };
  }
  const { baseline, candidate } = record;
  if (rolloutState(registry, name) !== 'rolled-back') return { rollout: { name, baseline, candidate } };
  const others = onceStable(registry);
  const further =
    others.length === 0
      ? 'no other version was stable'
      : `to go further back, name the version with --to: ${others.join(', ')}`;
  return { nothing: `${rolledBackText(registry, name)}; ${further}` };
}

/**
 * What going back to a version means now: the rollout under way ends, or else the one that made the version stable that serves.
 * @throws UserError (exit 5) for a version that was never stable, or where nothing tells how the one that serves came to.
 */
export function targetOfVersion(registry: ModelRegistry, to: string): RollbackTarget {
  const stable = registry.aliases['stable'];
  const underway = rolloutUnderway(registry);
  if (underway === undefined && stable === to) return { nothing: `${to} already serves everybody` };
  const candidates = onceStable(registry);
  if (to !== stable && !candidates.includes(to)) {
    throw unusableFile(`${to} was never the stable version of ${registry.model}`, {
      hint:
        candidates.length === 0
          ? 'No other version was stable.'
          : `Versions that were stable: ${candidates.join(', ')}.`,
    });
  }
  const completed = registry.history.findLast(
    ({ action, version, rollout }) =>
      action === 'complete' && version === stable && rolloutState(registry, rollout) === 'complete',
  )?.rollout;
  const name = underway ?? completed;
  const record = rolloutRecord(registry, name);
  if (name !== undefined && record !== undefined) {
    return { rollout: { name, baseline: record.baseline, candidate: record.candidate }, to };
  }
  throw unusableFile(`No rollout made ${stable ?? 'any version'} stable, so there is none to roll back`, {
    hint: `Make ${to} the candidate of a rollout.`,
  });
}

/** The versions that were stable once, do not serve everybody now and were not taken out, the highest first. */
export function onceStable({ aliases, history, rollouts, versions }: ModelRegistry): string[] {
  const archived = Object.keys(versions).filter((version) => versions[version]?.status === 'archived');
  const baselines = Object.values(rollouts).flatMap(({ baseline, entered }) => (entered.length > 0 ? [baseline] : []));
  const completed = history.flatMap(({ action, version }) => (action === 'complete' ? [version] : []));
  return [...new Set([...archived, ...baselines, ...completed])]
    .filter((version) => version !== aliases['stable'] && versions[version]?.status !== 'rolled_back')
    .toSorted((left, right) => semver.compareBuild(right, left));
}

/** A candidate that was rolled back before it entered a stage took no traffic away from anybody. */
function hasBegun(registry: ModelRegistry, { rollout }: HistoryEntry): boolean {
  return (rolloutRecord(registry, rollout)?.entered.length ?? 0) > 0;
}

function requireOneServing({ model, traffic }: ModelRegistry): void {
  const serving = Object.keys(traffic).filter((version) => (traffic[version] ?? 0) > 0);
  if (serving.length === 1) return;
  throw unusableFile(
    `${serving.join(' and ')} share the traffic of ${model}, but no rollout says which served before`,
    {
      hint: 'Write the traffic and the aliases that you want into the file at revision 0.',
    },
  );
}
