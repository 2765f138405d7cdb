import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Evidence } from '../../src/domain/evidence.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { starterRegistry } from '../../src/gate/init/starter.ts';
import { serializeRegistry } from '../../src/registry/file/serialize-registry.ts';
import { worldAt } from '../gate/world-at.ts';

const model = 'classifier';
export const baseline = '1.0.0';
export const candidate = '1.1.0';

/** A record of a log as it will be written: anything, since broken ones are part of the question. */
export type LogRecord = Readonly<Record<string, unknown>>;

export const guardrailLines: readonly string[] = [
  '{ metric: latency.p95, max: 500ms, maxIncrease: 20% }',
  '{ metric: latency.mean, maxIncrease: 20ms }',
  '{ metric: error_rate, maxIncrease: 4pp }',
  '{ metric: accuracy, maxDecrease: 5pp }',
];

/** Evaluates a shadow stage on recorded outcomes, in a folder of its own that is gone afterwards. */
export async function evaluateLog(
  files: Readonly<Record<string, readonly LogRecord[]>>,
  guardrails: readonly string[] = guardrailLines,
): Promise<Evidence> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-properties-'));
  try {
    mkdirSync(join(folder, 'registry'));
    mkdirSync(join(folder, 'requests'));
    const registry = starterRegistry(model, baseline, candidate, ['a', 'b', 'c']);
    writeFileSync(join(folder, 'registry', `${model}.json`), serializeRegistry(registry));
    for (const [name, records] of Object.entries(files)) {
      writeFileSync(join(folder, 'requests', name), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    }
    writeFileSync(join(folder, 'plan.yaml'), planText(guardrails));
    return (await evaluate(worldAt(folder), 'plan.yaml', {})).evidence;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function planText(guardrails: readonly string[]): string {
  return [
    'apiVersion: canary/v1',
    'kind: RolloutPlan',
    'name: properties',
    `model: ${model}`,
    'registry: registry',
    'baseline: stable',
    `candidate: ${candidate}`,
    'requests: { source: requests/*.jsonl, segments: { locale: context.locale } }',
    'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
    'guardrails:',
    ...guardrails.map((line) => `  - ${line}`),
    '',
  ].join('\n');
}

/** The part of evidence that says what was found, without the files that it was found in. */
export function findings({ cohorts, outcomes, comparisons, guardrails, verdict }: Evidence) {
  return { cohorts, outcomes, comparisons, guardrails, verdict };
}
