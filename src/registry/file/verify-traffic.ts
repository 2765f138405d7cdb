import type { ModelRegistry } from '../../domain/registry.ts';
import { isMove, rolloutRecord } from './rollout-state.ts';
import { inSteps, splitTraffic } from './traffic.ts';

/**
 * Compares the traffic with what the history says it must be: the weight of the stage entered last, everything after a
 * rollout was completed, nothing after it was rolled back.
 * @returns a sentence that says what differs; undefined where it agrees or the history does not tell.
 */
export function trafficContradiction(registry: ModelRegistry): string | undefined {
  const expected = expectedTraffic(registry);
  if (expected === undefined) return undefined;
  const { traffic } = registry;
  const versions = [...new Set([...Object.keys(expected), ...Object.keys(traffic)])];
  const wrong = versions.find((version) => inSteps(traffic[version] ?? 0) !== inSteps(expected[version] ?? 0));
  if (wrong === undefined) return undefined;
  return `${wrong} has ${traffic[wrong] ?? 0} of the traffic, but by the history it has ${expected[wrong] ?? 0}`;
}

function expectedTraffic(registry: ModelRegistry): Record<string, number> | undefined {
  const last = registry.history.findLast(
    (entry) => isMove(entry) && (rolloutRecord(registry, entry.rollout)?.entered.length ?? 0) > 0,
  );
  const record = rolloutRecord(registry, last?.rollout);
  if (last === undefined || record === undefined) return undefined;
  const { baseline, candidate } = record;
  if (last.action === 'rollback') return { [baseline]: 1 };
  if (last.action === 'complete') return { [candidate]: 1 };
  return last.weight === undefined ? undefined : splitTraffic(baseline, candidate, last.weight);
}
