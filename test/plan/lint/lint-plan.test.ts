import { expect, test } from 'vitest';
import { lintPlan } from '../../../src/plan/lint/lint-plan.ts';
import { lintRules } from '../../../src/plan/lint/rules.ts';
import { asLine, examplePlan, parsed, planWith } from '../plan-text.ts';

function lint(text: string): string[] {
  return lintPlan(parsed(text)).map((finding) => `${finding.severity} ${asLine(finding)}`);
}

const guardrails = /guardrails:\n(?: .*\n)+/u;

test('a careful plan has no findings', () => {
  expect(lint(examplePlan)).toEqual([]);
});

test('a plan should bound latency and errors', () => {
  expect(lint(examplePlan.replace(guardrails, 'guardrails: [{ metric: agreement, min: 95% }]\n'))).toEqual([
    'warning rollouts/a.yaml:26:1 no guardrail on latency, so a slower candidate would pass; add { metric: latency.p95, maxIncrease: 10% }',
    'warning rollouts/a.yaml:26:1 no guardrail on errors, so a candidate that fails more often would pass; add { metric: error_rate, maxIncrease: 0.2pp }',
  ]);
});

test('a bound that nothing can break is a warning', () => {
  expect(lint(planWith('max: 0.8%, ', 'max: 100%, '))).toEqual([
    'warning rollouts/a.yaml:28:32 max of error_rate can never be broken; write the worst value that you would accept',
  ]);
});

function memory(how: string): string {
  const added = `max: 0.8%, onBreach: hold }\n  - { metric: memory.peak, max: 1GB${how} }\n  - { metric: error_rate, `;
  return planWith('max: 0.8%, ', added);
}

test('a proof of a number that a replay gives once is a warning', () => {
  expect(lint(memory(''))).toEqual([
    'warning rollouts/a.yaml:29:15 metric: memory.peak is one number per replay, which has no interval; add test: point',
  ]);
  expect(lint(memory(', test: point'))).toEqual([]);
});

test('a plan should say who rolls it back and how', () => {
  expect(lint(examplePlan.replace(/^rollback.*\n/mu, ''))).toEqual([
    'warning rollouts/a.yaml:1:1 intent-1.5.0 does not say who rolls it back and how; add rollback: { owner: on-call, steps: [...] }',
  ]);
});

test('a first step above 10% of the users is a warning', () => {
  expect(lint(planWith('weight: 5%', 'weight: 12.5%'))).toEqual([
    'warning rollouts/a.yaml:19:31 the first step exposes 12.5% of the users at once; add a stage of 10% or less before it',
  ]);
});

test('a first step of exactly 10% is fine', () => {
  expect(lint(planWith('weight: 5%', 'weight: 10%'))).toEqual([]);
});

test('every rule has a name of its own', () => {
  expect(new Set(lintRules.map(({ name }) => name)).size).toBe(lintRules.length);
});
