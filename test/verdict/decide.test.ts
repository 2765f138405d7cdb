import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckResult, CheckStatus, GuardrailResult, GuardrailStatus } from '../../src/domain/evidence.ts';
import type { OnBreach } from '../../src/domain/plan.ts';
import { decide } from '../../src/verdict/decide.ts';

const statuses: readonly GuardrailStatus[] = ['pass', 'breach', 'inconclusive', 'uncomputable'];
const checkStatuses: readonly CheckStatus[] = ['pass', 'warn', 'hold', 'not-applicable'];

function guardrail(status: GuardrailStatus, onBreach: OnBreach = 'rollback'): GuardrailResult {
  return {
    metric: 'accuracy',
    segment: null,
    bound: { kind: 'maxDecrease', value: 0.01, relative: false },
    onBreach,
    test: 'interval',
    unit: 'proportion',
    status,
    reason: `accuracy: ${status}`,
    needed: { units: null, requests: null },
  };
}

function check(status: CheckStatus): CheckResult {
  return { name: 'minUnits', status, detail: `minUnits: ${status}` };
}

const anyGuardrails = fc.array(
  fc.record({ status: fc.constantFrom(...statuses), onBreach: fc.constantFrom('rollback' as const, 'hold' as const) }),
  { maxLength: 8 },
);
const anyChecks = fc.array(fc.constantFrom(...checkStatuses), { maxLength: 5 });
const harm = { increase: 0, hold: 1, rollback: 2 } as const;

describe('decide', () => {
  test('increases when every guardrail passes and no check holds', () => {
    const verdict = decide([guardrail('pass')], [check('pass'), check('warn'), check('not-applicable')]);
    expect(verdict).toEqual({ decision: 'increase', exitCode: 0, reasons: ['accuracy: pass'] });
  });

  test.each(['inconclusive', 'uncomputable'] as const)('holds when a guardrail is %s', (status) => {
    expect(decide([guardrail('pass'), guardrail(status)], [])).toMatchObject({ decision: 'hold', exitCode: 3 });
  });

  test('holds when a guardrail whose breach means hold is breached', () => {
    expect(decide([guardrail('breach', 'hold')], [])).toMatchObject({ decision: 'hold', exitCode: 3 });
  });

  test('rolls back on a breach although a check holds and another guardrail cannot be computed', () => {
    const verdict = decide([guardrail('uncomputable'), guardrail('breach')], [check('hold')]);
    expect(verdict).toEqual({ decision: 'rollback', exitCode: 4, reasons: ['accuracy: breach'] });
  });

  test('begins with what decides: the worst breach, or else the check that holds, or else what is undecided', () => {
    const breach = (value: number, onBreach: OnBreach) =>
      ({ ...guardrail('breach', onBreach), value, reason: `breach of ${value}` }) as const;
    const worst = decide([breach(-0.02, 'rollback'), breach(-0.2, 'rollback')], [check('hold')]);
    expect(worst.reasons).toEqual(['breach of -0.2', 'breach of -0.02']);
    const held = decide([guardrail('inconclusive'), guardrail('uncomputable')], [check('hold')]);
    expect(held.reasons).toEqual(['minUnits: hold', 'accuracy: uncomputable', 'accuracy: inconclusive']);
    const both = decide([guardrail('inconclusive'), breach(-0.2, 'hold')], [check('hold')]);
    expect(both.reasons).toEqual(['breach of -0.2', 'minUnits: hold', 'accuracy: inconclusive']);
  });

  test('holds without any guardrail, since nothing was shown', () => {
    expect(decide([], [check('pass')])).toMatchObject({ decision: 'hold', exitCode: 3 });
  });

  test.each(statuses)('takes no notice of a guardrail that only reports, whatever it found: %s', (status) => {
    const reported = guardrail(status, 'report');
    expect(decide([guardrail('pass'), reported], [])).toEqual(decide([guardrail('pass')], []));
    expect(decide([guardrail('breach'), reported], [])).toEqual(decide([guardrail('breach')], []));
    expect(decide([reported], []).decision).toBe('hold');
  });

  test('holds on a status that it does not know', () => {
    const unknown = { ...check('pass'), ...JSON.parse('{"status":"skipped"}') };
    expect(decide([guardrail('pass')], [unknown]).decision).toBe('hold');
    const unknownGuardrail = { ...guardrail('pass'), ...JSON.parse('{"status":"fine"}') };
    expect(decide([unknownGuardrail], []).decision).toBe('hold');
  });

  test('is total, and its exit code and reasons follow from its decision', () => {
    fc.assert(
      fc.property(anyGuardrails, anyChecks, (guardrails, checks) => {
        const verdict = decide(
          guardrails.map(({ status, onBreach }) => guardrail(status, onBreach)),
          checks.map(check),
        );
        expect(verdict.exitCode).toBe({ increase: 0, hold: 3, rollback: 4 }[verdict.decision]);
        expect(verdict.reasons.length).toBeGreaterThan(0);
      }),
    );
  });

  test('does not depend on the order of guardrails and checks', () => {
    fc.assert(
      fc.property(anyGuardrails, anyChecks, (guardrails, checks) => {
        const results = guardrails.map(({ status, onBreach }) => guardrail(status, onBreach));
        const checked = checks.map(check);
        expect(decide(results.toReversed(), checked.toReversed()).decision).toBe(decide(results, checked).decision);
      }),
    );
  });

  test('never improves when something that did not pass is added', () => {
    const worse = fc.constantFrom('breach' as const, 'inconclusive' as const, 'uncomputable' as const);
    fc.assert(
      fc.property(anyGuardrails, anyChecks, worse, (guardrails, checks, added) => {
        const results = guardrails.map(({ status, onBreach }) => guardrail(status, onBreach));
        const checked = checks.map(check);
        const before = decide(results, checked).decision;
        const after = decide([...results, guardrail(added)], checked).decision;
        expect(harm[after]).toBeGreaterThanOrEqual(harm[before]);
      }),
    );
  });
});
