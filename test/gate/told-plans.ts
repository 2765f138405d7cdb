import type { Evidence } from '../../src/domain/evidence.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { serializeEvidence } from '../../src/report/document/serialize-evidence.ts';
import { classifying, type PlanKeys, TestRollout } from '../fixtures/test-rollout.ts';

export interface NumbersPlan {
  readonly guardrails: readonly string[];
  readonly stage?: string;
  readonly requests?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly plan?: PlanKeys;
}

/** A rollout that is judged on numbers. */
export function numbersRollout({ guardrails, stage = '', requests, files = {}, plan = {} }: NumbersPlan): TestRollout {
  return new TestRollout({
    plan: {
      name: 'numbers',
      requests: requests ?? '{ format: aggregates, source: numbers.csv }',
      stages: `[{ name: canary-10, weight: 10%${stage} }, { name: full, weight: 1 }]`,
      guardrails,
      ...plan,
    },
    version: classifying(['a', 'b']),
    files,
  });
}

/** Evaluates the first stage on these rows of numbers, each `metric,version,value,count,units,variance,segment`. */
export async function evidenceOf(rows: readonly string[], plan: NumbersPlan): Promise<Evidence> {
  const csv = `metric,version,value,count,units,variance,segment\n${rows.join('\n')}\n`;
  const evidence = await numbersRollout({ ...plan, files: { 'numbers.csv': csv, ...plan.files } }).evaluate();
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
