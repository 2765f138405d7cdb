import { beforeAll, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { promote } from '../../src/gate/act/promote.ts';
import { rolloutRows } from '../../src/gate/look/rollout-rows.ts';
import { rolloutStatus } from '../../src/gate/look/rollout-status.ts';
import { renderReport } from '../../src/gate/report/report-files.ts';
import { reportOf } from '../../src/gate/report/read-report.ts';
import { statusText } from '../../src/report/commands/status-text.ts';
import { rolloutRowsText } from '../../src/report/commands/rollout-rows-text.ts';
import { evidenceText } from '../../src/report/evidence/evidence-text.ts';
import { baseline, candidate, keptForTheRun, TestRollout } from '../fixtures/test-rollout.ts';
import { checkOf } from './planted-log.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 2);

/** Two days of a split in halves, in which the candidate leaves no line of a quarter of its users, and fails others. */
const log = Array.from({ length: 8000 }, (_, index) => {
  const isCandidate = index % 2 === 1;
  const isSilent = isCandidate && index % 8 === 1;
  const fails = isCandidate ? index % 16 === 3 : index % 200 === 0;
  return { index, isCandidate, isSilent, fails };
}).flatMap(({ index, isCandidate, isSilent, fails }) =>
  isSilent
    ? []
    : [
        {
          request_id: `r${index}`,
          timestamp: new Date(start + index * 21_600).toISOString(),
          user_id: `u${index}`,
          served_by: isCandidate ? candidate : baseline,
          latency_ms: 40,
          ...(fails ? { error: 'timeout' } : { prediction: 'a' }),
        },
      ],
);

const plan = {
  requests: `{ source: log.jsonl, fields: { servedBy: served_by }, weights: [{ from: ${new Date(start - hour).toISOString()}, weight: 50% }] }`,
  stages: '[{ name: half, weight: 50% }, { name: full, weight: 1 }]',
};

function rolloutWith(guardrails: readonly string[]): TestRollout {
  return new TestRollout({ plan: { ...plan, guardrails }, files: { 'log.jsonl': log } }, keptForTheRun);
}

test('a candidate that crashes for a quarter of its users is rolled back by its own bound although the sample ratio fails', async () => {
  const evidence = await rolloutWith(['{ metric: error_rate, max: 2%, maxIncrease: 1pp }']).evaluate();
  expect(checkOf(evidence, 'sample ratio').status).toBe('hold');
  expect(evidence.verdict).toMatchObject({ decision: 'rollback', exitCode: 4 });
  expect(evidence.verdict.reasons[0]).toContain('error_rate');
});

const plain = { color: 0, columns: 100, unicode: false } as const;

let rollout: TestRollout;
let evidence: Evidence;
beforeAll(async () => {
  rollout = rolloutWith(['{ metric: error_rate, maxIncrease: 1pp }']);
  evidence = (await evaluate(rollout.world, 'plan.yaml', {})).evidence;
  await promote(rollout.world, 'plan.yaml', {});
});

test('by a relative bound alone it is an alarm that says what to do', () => {
  expect(evidence.verdict).toMatchObject({ decision: 'hold', exitCode: 3, alarm: true });
  expect(evidence.verdict.reasons[0]).toMatch(
    /^ALARM: error_rate .* which the check sample ratio keeps from being proof/u,
  );
  const text = evidenceText(evidence, plain, { planFile: 'plan.yaml' });
  expect(text).toContain('Verdict: HOLD (ALARM)');
  expect(text).toContain('Next: canary rollback plan.yaml');
});

test.each([
  ['prom', 'canary_alarm{'],
  ['md', 'ALARM'],
  ['html', 'ALARM'],
  ['xml', 'ALARM'],
])('the .%s report says so', async (extension, told) => {
  const report = await reportOf(rollout.world, evidence, '.canary/test/half/evidence.json', 'plan.yaml');
  const text = await renderReport(extension, report);
  expect(text).toContain(told);
  if (extension === 'prom') expect(text).toMatch(/^canary_alarm\{.*\} 1$/mu);
});

test('status says so, of one rollout and among several, where it comes before all that only holds', async () => {
  const status = await rolloutStatus(rollout.world, 'plan.yaml');
  expect(status.next).toMatchObject({ command: 'canary rollback plan.yaml' });
  expect(statusText(status, plain)).toContain('HOLD (ALARM)');
  const rows = await rolloutRows(rollout.world, ['plan.yaml'], {});
  expect(rows.rollouts[0]).toMatchObject({ last: { verdict: 'hold', alarm: true } });
  expect(rolloutRowsText(rows, plain)).toContain('an alarm: canary rollback');
});
