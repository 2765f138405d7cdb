import { describe, expect, test } from 'vitest';
import { murmur3Bucket } from '../../../src/assignment/schemes/murmur3.ts';
import type { Evidence } from '../../../src/domain/evidence.ts';
import { heldRollout, type HeldRollout, pairs, words, type Written } from '../held-logs.ts';

async function judge(records: readonly Written[], rollout: HeldRollout = {}): Promise<Evidence> {
  return await heldRollout(records, rollout).evaluate();
}

const digit = (value: boolean) => (value ? '1' : '0');
const digits = (label: unknown, baseline: boolean, candidate: boolean): Written => ({
  label,
  baseline: { prediction: digit(baseline) },
  candidate: { prediction: digit(candidate) },
});

describe('a candidate that is 40 pp worse is rolled back however truths and answers are written', () => {
  test.each<[string, (value: boolean) => unknown]>([
    ['text', digit],
    ['floats', (value) => (value ? 1.5 - 0.5 : 0)],
    ['text of floats', (value) => (value ? '1.0' : '0.0')],
    ['booleans', (value) => value],
    ['text of booleans', (value) => (value ? 'True' : 'False')],
    ['with white space', (value) => ` ${digit(value)}\t`],
  ])('as %s', async (_, write) => {
    const plain = await judge(pairs((truth, baseline, candidate) => digits(digit(truth), baseline, candidate)));
    const truths = await judge(pairs((truth, baseline, candidate) => digits(write(truth), baseline, candidate)));
    const answers = await judge(
      pairs((truth, baseline, candidate) => ({
        label: digit(truth),
        baseline: { prediction: write(baseline) },
        candidate: { prediction: write(candidate) },
      })),
    );
    expect(plain.verdict.decision).toBe('rollback');
    expect([truths.guardrails, answers.guardrails]).toEqual([plain.guardrails, plain.guardrails]);
  });
});

describe('what was never measured holds, and says why', () => {
  test.each<[string, readonly Written[], string]>([
    [
      'truths in capitals',
      pairs((truth, baseline, candidate) => words(truth ? 'FRAUD' : 'LEGIT', baseline, candidate)),
      'nearest: "fraud"',
    ],
    [
      'answers in capitals',
      pairs((truth, baseline, candidate) => ({
        ...words(truth ? 'fraud' : 'legit', baseline, candidate),
        candidate: { prediction: candidate ? 'FRAUD' : 'LEGIT' },
      })),
      'answers of 1.1.0 in the log are not labels of it',
    ],
    [
      'truths of other requests',
      pairs((_, baseline, candidate, request) =>
        words(murmur3Bucket('other', String(request)) < 0.4 ? 'fraud' : 'legit', baseline, candidate),
      ),
      'match what 1.0.0 answered no better than by chance',
    ],
    [
      'truths that are turned round',
      pairs((truth, baseline, candidate) => words(truth ? 'legit' : 'fraud', baseline, candidate)),
      'match what 1.0.0 answered no better than by chance',
    ],
    [
      'scores for answers',
      pairs((truth, baseline, candidate) => ({
        label: truth ? 'fraud' : 'legit',
        baseline: { prediction: baseline ? 0.93 : 0.07 },
        candidate: { prediction: candidate ? 0.93 : 0.07 },
      })),
      'not labels of it',
    ],
  ])('%s', async (_, records, why) => {
    const { verdict, guardrails, checks } = await judge(records, { labels: ['legit', 'fraud'] });
    expect(verdict.decision).toBe('hold');
    expect(guardrails.map(({ status }) => status)).toEqual(['uncomputable']);
    expect(checks.find(({ name }) => name === 'labels')?.detail).toContain(why);
  });

  test('a field of errors that says of every request of the version in production that it failed', async () => {
    const records = pairs((truth, baseline, candidate) => ({
      label: digit(truth),
      baseline: { prediction: digit(baseline), error: 'completed' },
      candidate: { prediction: digit(candidate), error: candidate ? 'completed' : 'cancelled' },
    }));
    const guardrails = '{ metric: error_rate, max: 1%, maxIncrease: 0.5pp }';
    const read = await judge(records, { guardrails });
    expect(read.verdict.decision).toBe('hold');
    expect(read.verdict.reasons.join()).toContain('okStatus');
    const named = await judge(records, { guardrails, requests: ', okStatus: [completed]' });
    expect(named.outcomes.baseline.errors).toEqual({});
    expect(named.verdict.decision).toBe('rollback');
  });
});

/** An answer of which one label is spelled otherwise. */
const capital = (isFraud: boolean) => ({ prediction: isFraud ? 'Fraud' : 'legit' });

describe('single values that fit no model', () => {
  test('up to the allowed share warn, and are wrong for both', async () => {
    const records = pairs((truth, baseline, candidate, request) =>
      digits(request < 15 ? 'unclear' : digit(truth), baseline, candidate),
    );
    const { verdict, checks } = await judge(records);
    expect(verdict.decision).toBe('rollback');
    expect(checks.find(({ name }) => name === 'labels')).toMatchObject({ status: 'warn' });
    expect((await judge(records, { requests: ', maxUnknownLabels: 0.5%' })).verdict.decision).toBe('hold');
  });

  test('of an answer are the failure bad-label of its version', async () => {
    const records = pairs((truth, baseline, candidate, request) => ({
      ...digits(digit(truth), baseline, candidate),
      ...(request < 100 ? { candidate: { prediction: '7' } } : {}),
    }));
    expect((await judge(records)).outcomes.candidate.errors).toEqual({ 'bad-label': 100 });
  });

  test('of answers of the version in production too are no failures that the candidate could be rolled back for', async () => {
    const guardrails = '{ metric: error_rate, max: 1%, maxIncrease: 1pp }';
    const records = pairs((truth, baseline, candidate) => ({
      label: truth ? 'fraud' : 'legit',
      baseline: capital(baseline),
      candidate: capital(candidate),
    }));
    const { verdict, guardrails: results } = await judge(records, { labels: ['legit', 'fraud'], guardrails });
    expect(verdict.decision).toBe('hold');
    expect(results.map(({ status }) => status)).toEqual(['uncomputable', 'uncomputable']);
    expect(results[0]?.reason).toContain('not labels of it, such as "Fraud"');
  });

  test('that the plan names are labels', async () => {
    const records = pairs((truth, baseline, candidate, request) =>
      words(request < 100 ? 'chargeback' : truth ? 'DECLINE' : 'legit', baseline, candidate),
    );
    const labels = ['legit', 'fraud'];
    const requests = ', labelNames: { DECLINE: fraud }, otherLabels: [chargeback]';
    expect((await judge(records, { labels })).verdict.decision).toBe('hold');
    const { verdict, checks } = await judge(records, { labels, requests });
    expect(verdict.decision).toBe('rollback');
    expect(checks.find(({ name }) => name === 'labels')).toMatchObject({ status: 'pass' });
  });

  test('None and NULL are labels where the model has them', async () => {
    const records = pairs((truth, baseline, candidate) => ({
      label: truth ? 'None' : 'NULL',
      baseline: { prediction: baseline ? 'None' : 'NULL' },
      candidate: { prediction: candidate ? 'None' : 'NULL' },
    }));
    expect((await judge(records, { labels: ['None', 'NULL'] })).verdict.decision).toBe('rollback');
  });
});

test('a failure counts whatever answer stands beside it', async () => {
  const records = pairs((truth, baseline, _, request) => ({
    label: digit(truth),
    baseline: { prediction: digit(baseline) },
    candidate: { prediction: digit(baseline), ...(request % 20 === 0 ? { error: '503 Service Unavailable' } : {}) },
  }));
  const { verdict, outcomes, inputs } = await judge(records, { guardrails: '{ metric: error_rate, max: 0.8% }' });
  expect(inputs.requests[0]?.rejected).toEqual({});
  expect(outcomes.candidate.errors).toEqual({ 'http-503': 100 });
  expect(verdict.decision).toBe('rollback');
});

test('a baseline that is far from what the registry says of it warns', async () => {
  const records = pairs((truth, baseline, candidate) => digits(digit(truth), baseline, candidate));
  const labelsOf = async (accuracy: number) =>
    (await judge(records, { metrics: { accuracy } })).checks.find(({ name }) => name === 'labels');
  expect(await labelsOf(0.7)).toMatchObject({ status: 'warn' });
  expect(await labelsOf(0.85)).toMatchObject({ status: 'pass' });
});
