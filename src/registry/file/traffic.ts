import type { ModelRegistry } from '../../domain/registry.ts';
import { isMove, rolloutRecord } from './rollout-state.ts';

/** Shares of traffic are kept in steps of one millionth, so that they are short to read and sum to exactly 1. */
const stepsOfAll = 1_000_000;

/** A share of traffic, in [0, 1], as a whole number of millionths; none of 0 or 1 that is neither. */
export function inSteps(share: number): number {
  const nearest = Math.round(share * stepsOfAll);
  return share > 0 && share < 1 ? Math.min(Math.max(nearest, 1), stepsOfAll - 1) : nearest;
}

/** The traffic of a stage. @param weight the candidate's share, in [0, 1]. */
export function splitTraffic(baseline: string, candidate: string, weight: number): Record<string, number> {
  const steps = inSteps(weight);
  return { [baseline]: (stepsOfAll - steps) / stepsOfAll, [candidate]: steps / stepsOfAll };
}

/** The sum of all shares, rounded to a hundredth of a step so that 0.1 + 0.2 reads 0.3. */
export function trafficSum(traffic: Readonly<Record<string, number>>): number {
  const sum = Object.values(traffic).reduce((total, share) => total + share, 0);
  return Math.round(sum * stepsOfAll * 100) / (stepsOfAll * 100);
}

/** Whether shares add up to 1, to the nearest step. */
export function sumsToOne(traffic: Readonly<Record<string, number>>): boolean {
  return Math.round(trafficSum(traffic) * stepsOfAll) === stepsOfAll;
}

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
  return `${wrong} has ${traffic[wrong] ?? 0} of the traffic, but the history gives it ${expected[wrong] ?? 0}`;
}

function expectedTraffic(registry: ModelRegistry): Record<string, number> | undefined {
  const last = registry.history.findLast(
    (entry) => isMove(entry) && (rolloutRecord(registry, entry.rollout)?.entered.length ?? 0) > 0,
  );
  const record = rolloutRecord(registry, last?.rollout);
  if (last === undefined || record === undefined) return undefined;
  const { baseline, candidate } = record;
  if (last.action === 'rollback') return { [last.to ?? baseline]: 1 };
  if (last.action === 'complete') return { [candidate]: 1 };
  return last.weight === undefined ? undefined : splitTraffic(baseline, candidate, last.weight);
}
