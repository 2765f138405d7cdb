import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import type { CheckResult, Evidence } from '../../src/domain/evidence.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';

/** A record of a log, as it will be written. */
export type PlantedRecord = Readonly<Record<string, unknown>>;

/** Name of the plan, and so the salt of the assignment. */
const salt = 'planted';

/** Whether a user is in the canary cohort at a weight. */
export function inCanary(user: string, weight: number): boolean {
  return murmur3Bucket(salt, user) < weight;
}

/** Numbers in [0, 1) that are the same each time. */
export function seeded(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** A rollout whose assignment is salted as `inCanary` says. */
export function plantedRollout(): TestRollout {
  return new TestRollout({ plan: { name: salt } });
}

/** The check of that name. */
export function checkOf({ checks }: Pick<Evidence, 'checks'>, name: string): CheckResult {
  const found = checks.find((check) => check.name === name);
  if (found === undefined) throw new Error(`no check is named ${name}`);
  return found;
}

/** A plan's keys from its lines, each of which is one key with its value. */
export function planLines(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
}
