import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RolloutPlan } from '../../../src/domain/plan.ts';
import type { Runtime } from '../../../src/domain/registry.ts';
import { outcomeSources } from '../../../src/gate/outcomes/outcome-sources.ts';
import { parsePlan } from '../../../src/plan/parse-plan.ts';

function planWith(latency: 'measured' | 'recorded', metrics: readonly string[]): RolloutPlan {
  const text = readFileSync(new URL('../../../rollouts/intent-1.5.0.yaml', import.meta.url), 'utf8');
  const parsed = parsePlan({ path: 'plan.yaml', text, readBase: () => '' });
  if (!parsed.ok) throw new Error('a shipped plan is wrong');
  const guardrails = parsed.plan.guardrails.filter(({ metric }) => metrics.includes(metric.id));
  return { ...parsed.plan, guardrails, replay: { ...parsed.plan.replay, latency } };
}

function latenciesOf(plan: RolloutPlan, baseline: Runtime, candidate: Runtime): string[] {
  const sources = outcomeSources(plan, { baseline, candidate });
  return [sources.baseline.latency, sources.candidate.latency];
}

test('a measured candidate is never compared with recorded times of the baseline', () => {
  expect(latenciesOf(planWith('measured', ['latency.p95']), 'recorded', 'tfjs')).toEqual(['none', 'measured']);
});

test('two models are measured side by side', () => {
  expect(latenciesOf(planWith('measured', ['latency.p95']), 'tfjs', 'tfjs')).toEqual(['measured', 'measured']);
});

test('recorded versions have recorded times', () => {
  expect(latenciesOf(planWith('measured', ['latency.p95']), 'recorded', 'recorded')).toEqual(['recorded', 'recorded']);
});

test('a plan can ask for the times of the log', () => {
  expect(latenciesOf(planWith('recorded', ['latency.p95']), 'tfjs', 'tfjs')).toEqual(['recorded', 'recorded']);
});

test('nothing is timed that no guardrail asks for', () => {
  expect(latenciesOf(planWith('measured', ['accuracy']), 'tfjs', 'tfjs')).toEqual(['none', 'none']);
});

test('a version that runs is replayed, one that was recorded is read', () => {
  const { baseline, candidate } = outcomeSources(planWith('measured', []), { baseline: 'recorded', candidate: 'tfjs' });
  expect([baseline.predictions, candidate.predictions]).toEqual(['recorded', 'replayed']);
});
