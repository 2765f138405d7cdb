import { expect, test } from 'vitest';
import { parsePlan } from '../../../src/plan/parse-plan.ts';

function planWith(lines: string, guardrail = '{ metric: accuracy, maxDecrease: 1pp }', stage = '') {
  const text = `apiVersion: canary/v1
kind: RolloutPlan
name: p
model: m
registry: registry
baseline: stable
candidate: 1.1.0
requests: { source: log.jsonl, segments: { locale: context.locale } }
stages: [{ name: full, weight: 1${stage} }]
guardrails: [${guardrail}]
${lines}
`;
  return parsePlan({
    path: 'p.yaml',
    text,
    readBase: () => {
      throw new Error('no base');
    },
  });
}

function findings(...written: Parameters<typeof planWith>): string[] {
  const parsed = planWith(...written);
  if (parsed.ok) return [];
  return parsed.diagnostics.map(({ line, message, hint }) => `${line}: ${message}; ${hint}`);
}

function checksOf(...written: Parameters<typeof planWith>) {
  const parsed = planWith(...written);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.plan;
}

test('a check is an action, or an action with what it asks for', () => {
  const { checks } = checksOf('checks: { sampleRatio: warn, parity: { action: hold, alpha: 0.01 } }');
  expect(checks.sampleRatio).toEqual({ action: 'warn', alpha: 0.001 });
  expect(checks.parity).toEqual({ action: 'hold', alpha: 0.01 });
});

test('a day is asked for where the plan says nothing, and what missing it does follows from the comparison', () => {
  expect(checksOf('').checks.window).toEqual({ minDurationMs: 86_400_000 });
});

test('a span that the plan writes itself holds, unless it says otherwise', () => {
  expect(checksOf('checks: { window: { minDuration: 7d } }').checks.window).toEqual({
    action: 'hold',
    minDurationMs: 604_800_000,
  });
  expect(checksOf('checks: { window: { minDuration: 90m, action: warn } }').checks.window.action).toBe('warn');
  const ofStage = checksOf('', undefined, ', minDuration: 1.5h');
  expect(ofStage.checks.window.action).toBe('hold');
  expect(ofStage.stages[0]?.minDurationMs).toBe(5_400_000);
});

test('segments: auto is a list of no dimensions and a mark', () => {
  expect(checksOf('', '{ metric: accuracy, maxDecrease: 1pp, segments: auto }').guardrails[0]).toMatchObject({
    segments: [],
    autoSegments: true,
  });
});

test('what is wrong in checks says what to write instead, all at once', () => {
  const wrong = `checks:
  paritiy: warn
  parity: rollback
  coverage: ignore
  window: { minDuration: 24, action: wran }
  sampleRatio: { alpha: 0 }
  segments: { alpha: 0.5 }`;
  expect(findings(wrong)).toEqual([
    '12: unknown key paritiy in checks; did you mean parity?',
    '13: parity: rollback is not an action; write one of warn, hold',
    '14: coverage: ignore is not an action; write warn: the finding is shown but decides nothing',
    '15: minDuration: 24 has no unit; write 24h or 24d',
    '15: action: wran is not an action; did you mean warn?',
    '16: alpha: 0 is not above 0; write alpha: 0.001',
    '17: alpha: 0.5 is above 0.1; write alpha: 0.01',
  ]);
});

test('a word that is not auto is told which list it may mean', () => {
  expect(findings('', '{ metric: accuracy, maxDecrease: 1pp, segments: locale }')).toEqual([
    '10: segments: locale is neither auto nor a list of dimensions; write segments: [locale]',
  ]);
  expect(findings('', '{ metric: accuracy, maxDecrease: 1pp, segments: automatic }')[0]).toContain('segments: auto');
});
