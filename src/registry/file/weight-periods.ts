import type { HistoryEntry, ModelRegistry } from '../../domain/registry.ts';
import type { TimedWeight } from '../../domain/stages/period.ts';
import { isMove } from './rollout-state.ts';

/**
 * The periods in which a version had the same share of the traffic, the oldest first, as the registry's history tells them. A change holds
 * from when its commands had brought it to the router; where there are none, from when it was made.
 * @returns none where no change of traffic was ever made.
 */
export function weightPeriods(
  registry: Pick<ModelRegistry, 'history' | 'applied'>,
  version: string,
): readonly TimedWeight[] {
  const changes = registry.history.flatMap((entry, index) => {
    if (!isMove(entry)) return [];
    const from = inForceFrom(registry, index);
    const onTheWay = from === entry.at ? {} : { decided: entry.at };
    return from === undefined ? [] : [{ from, ...onTheWay, weight: shareAfter(entry, version) }];
  });
  return changes.filter(({ weight }, index) => weight !== changes[index - 1]?.weight);
}

/** The stage that a rollout entered last, and since when it is in force (ISO 8601); undefined before the first. */
export function lastEntered(
  registry: Pick<ModelRegistry, 'history' | 'applied'>,
  rollout: string,
): { readonly name: string; readonly since: string } | undefined {
  const index = registry.history.findLastIndex((entry) => entry.rollout === rollout && isMove(entry));
  const entry = registry.history[index];
  if (entry?.stage === undefined || entry.action === 'rollback') return undefined;
  return { name: entry.stage, since: inForceFrom(registry, index) ?? entry.at };
}

function shareAfter({ action, version, weight = 0 }: HistoryEntry, of: string): number {
  return version === of && action !== 'rollback' ? weight : 0;
}

/** Undefined for a change that the router never got before the next one. */
function inForceFrom(
  { history, applied }: Pick<ModelRegistry, 'history' | 'applied'>,
  index: number,
): string | undefined {
  const made = history[index]?.at;
  const firstApplied = history.findIndex(({ action }) => action === 'apply');
  const isLast = !history.slice(index + 1).some(isMove);
  // Before any command was ever run, and without commands, a change is all that there is to know.
  if (firstApplied === -1 ? applied !== false || !isLast : applied === undefined) return made;
  const next = history.findIndex((entry, place) => place > index && (isMove(entry) || entry.action === 'apply'));
  return history[next]?.action === 'apply' ? history[next].at : undefined;
}
