import { expect, test } from 'vitest';
import { parsedLines } from '../fixtures/plain-plan.ts';

function findingsOf(guardrail: string, requests = '{ source: log.jsonl, fields: { servedBy: v } }'): readonly string[] {
  const parsed = parsedLines([
    `requests: ${requests}`,
    'stages: [{ name: full, weight: 1 }]',
    'guardrails:',
    '  - { metric: error_rate, max: 1% }',
    `  - ${guardrail}`,
  ]);
  return parsed.ok
    ? parsed.plan.guardrails.map(({ metric }) => metric.id)
    : parsed.diagnostics.map(({ line, message, hint }) => `${line} ${message}; ${hint}`);
}

test.for([
  [
    '{ metric: kpi.revenue, maxDecrease: 2%, trigger: answers-differ }',
    'kpi.revenue from the first differing answer on',
  ],
  [
    '{ metric: kpi.revenue, maxDecrease: 2%, trigger: answers-differ, carryOver: none }',
    'kpi.revenue where answers differ',
  ],
  [
    '{ metric: kpi.revenue, cap: 50, maxDecrease: 2%, trigger: answers-differ }',
    'kpi.revenue capped at 50 from the first differing answer on',
  ],
])('%s is read as %s', ([written = '', id]) => {
  expect(findingsOf(written)).toEqual(['error_rate', id]);
});

test.for([
  [
    '{ metric: accuracy, maxDecrease: 2pp, trigger: answers-differ }',
    '12 trigger: accuracy is compared on every request; leave trigger out; it is for kpi.NAME',
  ],
  [
    '{ metric: kpi.revenue, min: 2, trigger: answers-differ }',
    "12 trigger: the candidate's own value is that of all its requests; write maxDecrease or maxIncrease here, and max or min in a guardrail without trigger",
  ],
  [
    '{ metric: kpi.revenue, maxDecrease: 2%, carryOver: none }',
    '12 carryOver: carryOver needs a trigger; write trigger: answers-differ beside it',
  ],
])('%s is refused', ([written = '', message]) => {
  expect(findingsOf(written)).toEqual([message]);
});

test('another trigger is none', () => {
  expect(findingsOf('{ metric: kpi.revenue, maxDecrease: 2%, trigger: errors }')[0]).toContain('answers-differ');
});
