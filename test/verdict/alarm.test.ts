import { expect, test } from 'vitest';
import type { CheckResult, GuardrailResult } from '../../src/domain/evidence.ts';
import { alarmCheck } from '../../src/verdict/alarm.ts';
import { decide } from '../../src/verdict/decide.ts';

function breach(kind: 'max' | 'maxIncrease', extra: Partial<GuardrailResult> = {}): GuardrailResult {
  return {
    metric: 'error_rate',
    segment: null,
    bound: { kind, value: 0.01, relative: false },
    onBreach: 'rollback',
    test: 'interval',
    unit: 'proportion',
    status: 'breach',
    reason: `error_rate breaches its ${kind}`,
    needed: { units: null, requests: null },
    ...extra,
  };
}

const uneven: CheckResult = { name: 'sample ratio', status: 'hold', detail: 'too few users', excuses: true };
const rejects: CheckResult = { name: 'rejected', status: 'hold', detail: 'many rejected' };

test('a breach of the own bound rolls back whatever the sample ratio says', () => {
  expect(decide([breach('max')], [uneven])).toMatchObject({ decision: 'rollback' });
});

test('a breach of a difference between unlike users holds, as an alarm', () => {
  const verdict = decide([breach('maxIncrease')], [uneven]);
  expect(verdict).toMatchObject({ decision: 'hold', alarm: true, exitCode: 3 });
});

test('and is the first reason', () => {
  const guardrails = [breach('maxIncrease')];
  const alarm = alarmCheck(guardrails, [uneven], { action: 'hold', hasTraffic: true });
  const { reasons } = decide(guardrails, alarm === undefined ? [uneven] : [alarm, uneven]);
  expect(reasons[0]).toBe(
    'ALARM: error_rate breaches its maxIncrease, which the check sample ratio keeps from being proof (too few users)',
  );
});

test.each([
  [true, 'rollback'],
  [false, 'hold'],
])('checks.alarm: rollback takes out a candidate that has traffic (%s)', (hasTraffic, decision) => {
  const guardrails = [breach('maxIncrease')];
  const alarm = alarmCheck(guardrails, [uneven], { action: 'rollback', hasTraffic });
  expect(decide(guardrails, alarm === undefined ? [] : [alarm, uneven])).toMatchObject({ decision, alarm: true });
});

test('a check that only warns excuses nothing', () => {
  expect(decide([breach('maxIncrease')], [{ ...uneven, status: 'warn' }]).decision).toBe('rollback');
});

test('how often users come is the doing of the candidate and excuses nothing', () => {
  const parity: CheckResult = { name: 'parity', status: 'hold', detail: 'requests per user differ' };
  expect(decide([breach('maxIncrease')], [parity]).decision).toBe('rollback');
});

test('an own bound that rejected records could explain is an alarm while they hold', () => {
  expect(decide([breach('max', { doubtful: true })], [rejects])).toMatchObject({ decision: 'hold', alarm: true });
  expect(decide([breach('max')], [rejects])).toMatchObject({ decision: 'rollback' });
});

test('what does not apply decides nothing', () => {
  const other = breach('max', { status: 'not-applicable' });
  expect(decide([other, breach('max', { status: 'pass' })], []).decision).toBe('increase');
  expect(decide([other], []).decision).toBe('hold');
});
