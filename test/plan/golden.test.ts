import { expect, test } from 'vitest';
import { planDigestInput } from '../../src/plan/parse-plan.ts';
import { parsed, problems, shortPlan } from './plan-text.ts';

function goldenOf(lines: string) {
  return parsed(`${shortPlan}${lines}\n`).plan.golden;
}

test('golden requests are a file, a glob or a list of them, and hold', () => {
  expect(goldenOf('golden: golden/must-work.jsonl')).toEqual({ source: ['golden/must-work.jsonl'], action: 'hold' });
  expect(goldenOf('golden: [a.jsonl, b.jsonl]')).toEqual({ source: ['a.jsonl', 'b.jsonl'], action: 'hold' });
});

test('they warn where the plan says so, in either form', () => {
  expect(goldenOf('golden: a.jsonl\nchecks: { golden: warn }')?.action).toBe('warn');
  expect(goldenOf('golden: a.jsonl\nchecks: { golden: { action: warn } }')?.action).toBe('warn');
});

test('a plan without any is the plan that it was, whatever its defaults say of the check', () => {
  const plain = parsed(shortPlan);
  expect(plain.plan).not.toHaveProperty('golden');
  expect(planDigestInput(parsed(`${shortPlan}checks: { golden: warn }\n`).plan)).toBe(planDigestInput(plain.plan));
  expect(planDigestInput(parsed(`${shortPlan}golden: a.jsonl\n`).plan)).not.toBe(planDigestInput(plain.plan));
});

test('come from the base that a plan extends', () => {
  const text = shortPlan.replace('kind: RolloutPlan', 'kind: RolloutPlan\nextends: base.yaml');
  expect(parsed(text, { 'base.yaml': 'golden: golden/*.jsonl\n' }).plan.golden?.source).toEqual(['golden/*.jsonl']);
});

test.each([
  ['golden: []', '11:1 golden is empty'],
  ['golden: ""', '11:9 golden'],
  ['golden: { source: a.jsonl }', '11:1 golden: a mapping is not text or a list'],
  ['golden: 7', '11:9 golden'],
  ['golden:', '11:8 golden has no value; write golden: ../golden/must-work.jsonl'],
  ['golden: [a.jsonl, ""]', '11:19'],
  ['goldn: a.jsonl', '11:1 unknown key goldn; did you mean golden?'],
  ['golden: a.jsonl\nchecks: { golden: off }', '12:19 golden: off is not an action; write warn'],
  ['golden: a.jsonl\nchecks: { golden: { alpha: 0.01 } }', '12:21 unknown key alpha in checks.golden'],
])('%j is refused', (lines, told) => {
  const found = problems(`${shortPlan}${lines}\n`);
  expect(found).toEqual([expect.stringContaining(`rollouts/a.yaml:${told}`)]);
});
