import { describe, expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import type { OutputSignature } from '../../src/domain/registry.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { serializeEvidence } from '../../src/report/document/serialize-evidence.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';

interface LogRecord {
  readonly label: unknown;
  readonly outcomes: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** Evaluates the first stage of a rollout of two recorded versions, on a log with one user per record. */
async function evaluateLog(
  guardrails: readonly string[],
  output: OutputSignature,
  records: readonly LogRecord[],
  stages = '[{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
): Promise<Evidence> {
  const log = records.map((record, index) => ({
    request_id: `r${index}`,
    timestamp: 1_790_000_000 + index,
    user_id: `u${index}`,
    ...record,
  }));
  const plan = { name: 'quality', guardrails, stages };
  const rollout = new TestRollout({ plan, version: { signature: { output } }, files: { 'log.jsonl': log } });
  return parseEvidence(serializeEvidence(await rollout.evaluate()), 'evidence.json');
}

function guardrail(evidence: Evidence, metric: string) {
  const found = evidence.guardrails.find((result) => result.metric === metric);
  if (found === undefined) throw new Error(`no guardrail on ${metric}`);
  return found;
}

const spam: OutputSignature = { kind: 'classification', labels: ['spam', 'ham'] };

/** How sure each version is that a mail is spam. The candidate misses every tenth spam, and is less sure of all of it. */
function spamScores(index: number): { readonly baseline: number; readonly candidate: number } {
  const spread = (index % 29) / 100;
  if (index % 2 === 1) return { baseline: 0.45 - spread, candidate: 0.45 - spread };
  return { baseline: 0.7 + spread, candidate: index % 20 === 0 ? 0.4 - (index % 7) / 100 : 0.6 + spread };
}

/** Four thousand mails, the even ones spam. */
const mails: LogRecord[] = Array.from({ length: 4000 }, (_, index) => {
  const { baseline, candidate } = spamScores(index);
  return {
    label: index % 2 === 0 ? 'spam' : 'ham',
    outcomes: {
      '1.0.0': { prediction: { scores: { ham: 1 - baseline, spam: baseline } } },
      // Of two labels the score of one tells the other's.
      '1.1.0': {
        prediction: candidate > 0.5 ? { label: 'spam', score: candidate } : { label: 'ham', score: 1 - candidate },
      },
    },
  };
});

describe('guardrails on a recorded classification', () => {
  test('see what the candidate got worse at, and nothing else', async () => {
    const evidence = await evaluateLog(
      [
        '{ metric: recall(spam), maxDecrease: 2pp }',
        '{ metric: precision(spam), maxDecrease: 2pp }',
        '{ metric: recall(ham), maxDecrease: 2pp }',
        '{ metric: log_loss, maxIncrease: 0.05 }',
        '{ metric: auc, min: 0.6 }',
        '{ metric: macro_f1, maxDecrease: 2pp }',
      ],
      spam,
      mails,
    );
    expect(Object.fromEntries(evidence.guardrails.map(({ metric, status }) => [metric, status]))).toEqual({
      'recall(spam)': 'breach',
      'precision(spam)': 'pass',
      'recall(ham)': 'pass',
      // One mistake more may cost 34.5, which so few requests do not exclude.
      log_loss: 'inconclusive',
      auc: 'pass',
      macro_f1: 'breach',
    });
    expect(guardrail(evidence, 'recall(spam)')).toMatchObject({ value: -0.1, unit: 'proportion' });
    expect(guardrail(evidence, 'log_loss').unit).toBe('number');
    expect(guardrail(evidence, 'log_loss').reason).toContain('log_loss changed by +0.0985');
    expect(evidence.verdict.decision).toBe('rollback');
  });

  test('have the numbers that the definition gives', async () => {
    const evidence = await evaluateLog(['{ metric: log_loss, maxIncrease: 50% }'], spam, mails);
    const loss = mails.map(({ label }, index) => {
      const { candidate } = spamScores(index);
      return -Math.log(label === 'spam' ? candidate : 1 - candidate);
    });
    const [comparison] = evidence.comparisons;
    if (comparison === undefined || !('candidate' in comparison)) throw new Error('no comparison');
    expect(comparison.candidate).toBeCloseTo(loss.reduce((sum, one) => sum + one, 0) / loss.length, 9);
  });

  test('without a score hold, and say how many answers lack one', async () => {
    const [first, ...others] = mails;
    const unscored = { ...first, label: 'spam', outcomes: { ...first?.outcomes, '1.1.0': { prediction: 'ham' } } };
    const evidence = await evaluateLog(['{ metric: log_loss, maxIncrease: 50% }', '{ metric: auc, min: 0.1 }'], spam, [
      unscored,
      ...others,
    ]);
    expect(guardrail(evidence, 'log_loss')).toMatchObject({ status: 'uncomputable' });
    expect(guardrail(evidence, 'log_loss').reason).toContain('no score of the true label on 1 request');
    expect(guardrail(evidence, 'auc').status).toBe('uncomputable');
    expect(evidence.verdict.decision).toBe('hold');
  });
});

describe('guardrails on a recorded regression', () => {
  const prices: LogRecord[] = Array.from({ length: 3000 }, (_, index) => {
    const truth = 100 + (index % 97);
    const error = ((index * 31) % 41) / 10 - 2;
    return {
      label: truth,
      outcomes: {
        '1.0.0': { prediction: truth + error },
        '1.1.0': { prediction: truth + error * 1.5 + (index % 13) / 100 },
      },
    };
  });
  const regression: OutputSignature = { kind: 'regression', unit: 'EUR' };

  test('compare the sizes of its mistakes', async () => {
    const evidence = await evaluateLog(
      ['{ metric: mae, max: 2, maxIncrease: 10% }', '{ metric: rmse, maxIncrease: 0.1 }'],
      regression,
      prices,
    );
    const statuses = evidence.guardrails.map(({ metric, bound, status }) => [metric, bound.kind, status]);
    expect(statuses).toEqual([
      ['mae', 'max', 'pass'],
      ['mae', 'maxIncrease', 'breach'],
      ['rmse', 'maxIncrease', 'breach'],
    ]);
    const change = evidence.guardrails.find(({ bound }) => bound.relative)?.value;
    expect(change).toBeCloseTo(0.5, 1);
  });
});

/** A live split of 50%: users are served as they are assigned, and buy with a chance of 30%, those of the candidate with another. */
function splitLog(chanceOfCandidate: number): LogRecord[] {
  return Array.from({ length: 6000 }, (_, index) => {
    const isCanary = murmur3Bucket('quality', `u${index}`) < 0.5;
    const chance = isCanary ? chanceOfCandidate : 0.3;
    return {
      label: 'ham',
      context: { bought: (index * 7919) % 1000 < 1000 * chance },
      outcomes: { [isCanary ? '1.1.0' : '1.0.0']: { prediction: 'ham' } },
    };
  });
}

describe('guardrails on what users did', () => {
  const guard = '{ metric: kpi.context.bought, maxDecrease: 6% }';
  const half = '[{ name: half, weight: 50% }, { name: full, weight: 1 }]';

  test('judge each version on the users whom it served', async () => {
    const evidence = await evaluateLog([guard], spam, splitLog(0.2), half);
    const worse = guardrail(evidence, 'kpi.context.bought');
    expect(worse).toMatchObject({ status: 'breach', unit: 'number' });
    expect(worse.value).toBeCloseTo(-1 / 3, 1);
    expect(guardrail(await evaluateLog([guard], spam, splitLog(0.45), half), 'kpi.context.bought').status).toBe('pass');
  });

  test('on a log with outcomes of both versions do not apply, and alone hold', async () => {
    const both = mails.map((record) => ({ ...record, context: { bought: true } }));
    const evidence = await evaluateLog([guard], spam, both);
    expect(guardrail(evidence, 'kpi.context.bought')).toMatchObject({ status: 'not-applicable' });
    expect(guardrail(evidence, 'kpi.context.bought').reason).toContain('does not apply: a replay does not show');
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('on a log without the field hold', async () => {
    const evidence = await evaluateLog(['{ metric: kpi.revenue, max: 1 }'], spam, splitLog(0.3), half);
    expect(guardrail(evidence, 'kpi.revenue').reason).toContain(
      'no request that only one version served has a revenue',
    );
    expect(evidence.verdict.decision).toBe('hold');
  });
});
