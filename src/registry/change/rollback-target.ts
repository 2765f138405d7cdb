import { unusableFile } from '../../domain/errors.ts';
import type { HistoryEntry, ModelRegistry } from '../../domain/registry.ts';
import {
  type RolloutVersions,
  isMove,
  recordOf,
  rolloutRecord,
  rolloutState,
  rolloutUnderway,
} from '../file/rollout-state.ts';

/** The rollout whose candidate is to leave traffic, or why there is none: what was asked for is so already. */
export type RollbackTarget = { readonly rollout: RolloutVersions } | { readonly nothing: string };

/**
 * What rolling a plan back means now. A rollout that the registry has heard of is taken with the versions that it began
 * with, whatever the plan names today.
 */
export function targetOfPlan(registry: ModelRegistry, plan: RolloutVersions): RollbackTarget {
  const { baseline, candidate } = recordOf(registry, plan);
  const state = rolloutState(registry, plan.name);
  if (state === 'waiting')
    return { nothing: `${plan.name} has entered no stage, so ${candidate} has no traffic from it` };
  if (state === 'rolled-back') return { nothing: rolledBackText(registry, plan.name, candidate) };
  return { rollout: { name: plan.name, baseline, candidate } };
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
  return { nothing: `${rolledBackText(registry, name, candidate)}; to go further back, name the plan of that rollout` };
}

/** A candidate that was rolled back before it entered a stage took no traffic away from anybody. */
function hasBegun(registry: ModelRegistry, { rollout }: HistoryEntry): boolean {
  return (rolloutRecord(registry, rollout)?.entered.length ?? 0) > 0;
}

function rolledBackText({ history }: ModelRegistry, name: string, candidate: string): string {
  const entry = history.findLast(({ rollout, action }) => rollout === name && action === 'rollback');
  const who = entry?.by === undefined ? '' : ` by ${entry.by}`;
  return `${candidate} was rolled back${who} at ${entry?.at ?? 'an unknown time'}`;
}

function requireOneServing({ model, traffic }: ModelRegistry): void {
  const serving = Object.keys(traffic).filter((version) => (traffic[version] ?? 0) > 0);
  if (serving.length === 1) return;
  throw unusableFile(
    `${serving.join(' and ')} share the traffic of ${model}, and no rollout says which was there before`,
    {
      hint: 'Write the traffic and the aliases that you want into the file at revision 0.',
    },
  );
}
