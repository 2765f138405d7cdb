import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { starterRegistry } from '../../src/gate/init/starter.ts';
import { serializeRegistry } from '../../src/registry/file/serialize-registry.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { serializeEvidence } from '../../src/report/document/serialize-evidence.ts';
import { worldAt } from './world-at.ts';

export interface NumbersPlan {
  readonly guardrails: readonly string[];
  readonly stage?: string;
  readonly requests?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly more?: string;
}

/** A folder with a registry and a plan that is judged on numbers. */
export function planFolder({ guardrails, stage = '', requests, files = {}, more = '' }: NumbersPlan): string {
  const folder = mkdtempSync(join(tmpdir(), 'canary-aggregates-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'registry'));
  const registry = starterRegistry('classifier', '1.0.0', '1.1.0', ['a', 'b']);
  writeFileSync(join(folder, 'registry', 'classifier.json'), serializeRegistry(registry));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const plan = `apiVersion: canary/v1
kind: RolloutPlan
name: numbers
model: classifier
registry: registry
baseline: stable
candidate: 1.1.0
requests: ${requests ?? '{ format: aggregates, source: numbers.csv }'}
stages: [{ name: canary-10, weight: 10%${stage} }, { name: full, weight: 1 }]
guardrails:
${guardrails.map((each) => `  - ${each}\n`).join('')}${more}`;
  writeFileSync(join(folder, 'plan.yaml'), plan);
  return folder;
}

/** Evaluates the first stage on these rows of numbers, each `metric,version,value,count,units,variance,segment`. */
export async function evidenceOf(rows: readonly string[], plan: NumbersPlan): Promise<Evidence> {
  const csv = `metric,version,value,count,units,variance,segment\n${rows.join('\n')}\n`;
  const folder = planFolder({ ...plan, files: { 'numbers.csv': csv, ...plan.files } });
  const { evidence } = await evaluate(worldAt(folder), 'plan.yaml', {});
  return parseEvidence(serializeEvidence(evidence), 'evidence.json');
}

export async function statusOf(rows: readonly string[], guardrail: string): Promise<[string, string]> {
  const { guardrails } = await evidenceOf(rows, { guardrails: [guardrail] });
  return [guardrails[0]?.status ?? 'none', guardrails[0]?.reason ?? ''];
}

export async function checksOf(rows: readonly string[], plan: NumbersPlan): Promise<Record<string, string>> {
  const { checks } = await evidenceOf(rows, plan);
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
}
