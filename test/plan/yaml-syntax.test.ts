import { expect, test } from 'vitest';
import { parsed, planWith, problems, shortPlan } from './plan-text.ts';

test('every syntax error is found, with its place', () => {
  expect(problems('name: "a" b\nowner: @me\n')).toEqual([
    'rollouts/a.yaml:1:11 not valid YAML: unexpected scalar at node end; put the whole value in quotes',
    'rollouts/a.yaml:2:8 not valid YAML: plain value cannot start with reserved character @; put the value in quotes',
  ]);
});

test('a tab as indentation', () => {
  expect(problems('requests:\n\tsource: x\n')).toEqual([
    'rollouts/a.yaml:2:1 not valid YAML: tabs are not allowed as indentation; indent with spaces',
  ]);
});

test('a bracket that is never closed', () => {
  expect(problems('stages: [{ name: full }\n')).toHaveLength(1);
});

test('a key that is written twice names the line of the first', () => {
  expect(problems(planWith('replay: {', 'model: other\nreplay: {'))).toEqual([
    'rollouts/a.yaml:32:1 model is written twice; keep one of the two; the first is in line 4',
  ]);
});

test('a glob that starts with * needs quotes', () => {
  expect(problems(planWith('source: ../requests/*.jsonl', 'source: *.jsonl'))).toEqual([
    'rollouts/a.yaml:10:11 *.jsonl refers to an anchor that does not exist; write "*.jsonl" if it is text',
  ]);
});

test('an anchor that contains itself', () => {
  expect(problems(planWith('steps: [', 'steps: &steps [*steps, '))).toEqual([
    'rollouts/a.yaml:34:67 *steps contains itself; write the value out',
  ]);
});

test('aliases that grow without bound are refused', () => {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const inner = level === 0 ? 'x' : `*a${level - 1}`;
    return `k${level}: &a${level} [${Array.from({ length: 9 }, () => inner).join(', ')}]`;
  });
  expect(problems(levels.join('\n')).join('\n')).toContain('the file holds more than 50000 values');
});

test('a key that is a list', () => {
  expect(problems(`${shortPlan}? [a, b]\n: 1\n`)).toEqual([
    'rollouts/a.yaml:11:3 a key must be one word or text in quotes; write key: value',
  ]);
});

test('a second document', () => {
  expect(problems(`${shortPlan}---\nname: other\n`)).toEqual([
    'rollouts/a.yaml:11:1 the file contains several documents; keep one plan per file: delete the --- and everything after it',
  ]);
});

test.each([
  ['an empty file', ''],
  ['a file of comments', '# nothing yet\n'],
  ['a list', '- name: a\n'],
  ['a sentence', 'roll out the new model\n'],
])('%s is not a plan', (_what, text) => {
  const found = problems(text);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain('a plan is a mapping of keys; start with apiVersion: canary/v1');
});

test('an unknown tag is a warning, and the value is taken as text', () => {
  const { plan, warnings } = parsed(shortPlan.replace('name: short', 'name: !local short'));
  expect(plan.name).toBe('short');
  expect(warnings.map(({ severity, line, column }) => ({ severity, line, column }))).toEqual([
    { severity: 'warning', line: 3, column: 7 },
  ]);
});

test('a date stays text, even in the YAML of 2005', () => {
  const { plan } = parsed(planWith('apiVersion:', '%YAML 1.1\n---\napiVersion:'));
  expect(plan.rollback?.rehearsed).toBe('2026-11-01');
});
