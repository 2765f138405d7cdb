import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { schemes } from '../../src/assignment/schemes.ts';
import type { CheckResult, Evidence } from '../../src/domain/evidence.ts';
import { evaluate, type EvaluateOptions } from '../../src/gate/evaluate/evaluate.ts';
import { starterRegistry } from '../../src/gate/init/starter.ts';
import { serializeRegistry } from '../../src/registry/file/serialize-registry.ts';
import { worldAt } from './world-at.ts';

/** A record of a log, as it will be written. */
export type PlantedRecord = Readonly<Record<string, unknown>>;

/** Name of the plan, and so the salt of the assignment. */
const salt = 'planted';

/** Whether a user is in the canary cohort at a weight. */
export function inCanary(user: string, weight: number): boolean {
  return schemes.murmur3(salt, user) < weight;
}

/** Numbers in [0, 1) that are the same each time. */
export function seeded(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** A folder with a registry of two recorded versions, whose logs and plan a test writes. */
export class PlantedRollout {
  readonly folder = mkdtempSync(join(tmpdir(), 'canary-planted-'));

  constructor() {
    mkdirSync(join(this.folder, 'registry'));
    const registry = starterRegistry('m', '1.0.0', '1.1.0', ['a', 'b', 'c']);
    writeFileSync(join(this.folder, 'registry', 'm.json'), serializeRegistry(registry));
  }

  log(name: string, records: readonly PlantedRecord[]): this {
    writeFileSync(join(this.folder, name), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    return this;
  }

  /** @param lines of the plan beside the ones that every plan needs. */
  async evaluate(lines: readonly string[], options: EvaluateOptions = {}): Promise<Evidence> {
    const plan = [
      'apiVersion: canary/v1',
      'kind: RolloutPlan',
      `name: ${salt}`,
      'model: m',
      'registry: registry',
      'baseline: stable',
      'candidate: 1.1.0',
      ...lines,
      '',
    ].join('\n');
    writeFileSync(join(this.folder, 'plan.yaml'), plan);
    return (await evaluate(worldAt(this.folder), 'plan.yaml', options)).evidence;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The check of that name. */
export function checkOf({ checks }: Pick<Evidence, 'checks'>, name: string): CheckResult {
  const found = checks.find((check) => check.name === name);
  if (found === undefined) throw new Error(`no check is named ${name}`);
  return found;
}
