import type { Evidence } from '../../src/domain/evidence.ts';
import { keptForTheRun, TestRollout } from '../fixtures/test-rollout.ts';

/** A record of a log as it will be written: anything, since broken ones are part of the question. */
export type LogRecord = Readonly<Record<string, unknown>>;

export const guardrailLines: readonly string[] = [
  '{ metric: latency.p95, max: 500ms, maxIncrease: 20% }',
  '{ metric: latency.mean, cap: 200ms, maxIncrease: 20ms }',
  '{ metric: error_rate, maxIncrease: 4pp }',
  '{ metric: accuracy, maxDecrease: 5pp }',
];

/** Evaluates a shadow stage on recorded outcomes. */
export async function evaluateLog(
  files: Readonly<Record<string, readonly LogRecord[]>>,
  guardrails: readonly string[] = guardrailLines,
): Promise<Evidence> {
  const requests = '{ source: requests/*.jsonl, segments: { locale: context.locale } }';
  const rollout = new TestRollout({ plan: { name: 'properties', requests, guardrails } }, keptForTheRun);
  for (const [name, records] of Object.entries(files)) rollout.write(`requests/${name}`, records);
  return await rollout.evaluate();
}

/** The part of evidence that says what was found, without the files that it was found in. */
export function findings({ cohorts, outcomes, comparisons, guardrails, verdict }: Evidence) {
  return { cohorts, outcomes, comparisons, guardrails, verdict };
}
