import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { classifying, type Content, type PlanKeys, TestRollout } from '../fixtures/test-rollout.ts';

const quarter = 4;

/** How sure each version is that a payment is fraud: every fourth is. The candidate says 0.2 less of all of them, and ranks them alike. */
function fraudScores(index: number): { readonly baseline: number; readonly candidate: number } {
  const spread = ((index * 37) % 101) / 1000;
  const baseline = (index % quarter === 0 ? 0.6 : 0.3) + spread;
  return { baseline, candidate: baseline - 0.2 };
}

interface Case {
  readonly log: Content;
  readonly guardrails: readonly string[];
  readonly plan: PlanKeys;
}

/** The judgement of a half of the traffic, which is the candidate's already. */
async function evaluated({ log, guardrails, plan }: Case): Promise<Evidence> {
  const rollout = new TestRollout({
    plan: {
      name: 'thresholds',
      stages: '[{ name: half, weight: 50% }, { name: full, weight: 1 }]',
      guardrails,
      ...plan,
    },
    version: classifying(['legit', 'fraud']),
    versions: { '1.1.0': { status: 'canary' } },
    traffic: { '1.0.0': 0.5, '1.1.0': 0.5 },
    files: { 'log.jsonl': log, 'log.csv': log },
  });
  return await rollout.evaluate();
}

/** Records with both versions' predictions. */
function pairs(predictionOf: (score: number) => unknown): object[] {
  return Array.from({ length: 2000 }, (_, index) => {
    const { baseline, candidate } = fraudScores(index);
    return {
      request_id: `r${index}`,
      timestamp: 1_790_000_000 + index * 60,
      user_id: `u${index}`,
      label: index % quarter === 0 ? 'fraud' : 'legit',
      outcomes: { '1.0.0': { prediction: predictionOf(baseline) }, '1.1.0': { prediction: predictionOf(candidate) } },
    };
  });
}

function statuses({ guardrails }: Evidence): Readonly<Record<string, string>> {
  return Object.fromEntries(guardrails.map(({ metric, status }) => [metric, status]));
}

const all = [
  '{ metric: recall(fraud), maxDecrease: 2pp }',
  '{ metric: fpr, maxIncrease: 2pp }',
  '{ metric: decision_cost, maxIncrease: 5 }',
  '{ metric: auc, maxDecrease: 2pp }',
  '{ metric: pr_auc, maxDecrease: 15pp }',
  '{ metric: recall_at_alerts(20%), maxDecrease: 4pp }',
];
const priced = { judge: 'all', decisionCost: '{ falsePositive: 5, falseNegative: 200 }' };

describe('scores of two versions', () => {
  test('are answers by the threshold of each, so that a candidate with another scale is as good', async () => {
    const evidence = await evaluated({
      log: pairs((score) => score),
      guardrails: all,
      plan: { ...priced, threshold: '{ baseline: 0.5, 1.1.0: 0.3 }' },
    });
    expect(new Set(Object.values(statuses(evidence)))).toEqual(new Set(['pass']));
    expect(evidence.verdict.decision).toBe('increase');
  });

  test('with one threshold show what the other scale costs, and that it ranks alike', async () => {
    const evidence = await evaluated({
      log: pairs((score) => ({ scores: { legit: 1 - score, fraud: score } })),
      guardrails: all,
      plan: { ...priced, threshold: '50%' },
    });
    expect(statuses(evidence)).toMatchObject({
      'recall(fraud)': 'breach',
      fpr: 'pass',
      decision_cost: 'breach',
      auc: 'pass',
      pr_auc: 'pass',
    });
    // 500 of 2,000 payments are fraud, and of the candidate's scores of those only the largest is 0.5.
    const missed = Array.from({ length: 2000 }, (_, index) => index).filter(
      (index) => index % quarter === 0 && fraudScores(index).candidate < 0.5,
    ).length;
    const cost = evidence.comparisons.find(({ metric }) => metric === 'decision_cost');
    expect(cost).toMatchObject({ unit: 'number', baseline: 0, candidate: expect.closeTo((200 * missed) / 2000, 9) });
    expect(evidence.verdict.decision).toBe('rollback');
  });

  test('without a threshold are no labels, and the verdict names it', async () => {
    const evidence = await evaluated({
      log: pairs((score) => score),
      guardrails: all,
      plan: priced,
    });
    expect(evidence.verdict.decision).toBe('hold');
    expect(evidence.guardrails.map(({ status }) => status)).toEqual(all.map(() => 'uncomputable'));
    expect(evidence.guardrails[0]?.reason).toContain('they are scores, which need a threshold');
  });

  test('that are log odds are refused as such', async () => {
    const evidence = await evaluated({
      log: pairs((score) => 12 * (score - 0.4) + 2),
      guardrails: all,
      plan: { ...priced, threshold: '0.5' },
    });
    expect(evidence.verdict.decision).toBe('hold');
    expect(evidence.guardrails[0]).toMatchObject({ status: 'uncomputable' });
    expect(evidence.guardrails[0]?.reason).toContain('outside [0, 1]');
  });

  test('are not there where labels were recorded, which a threshold says', async () => {
    const log = pairs((score) => (score >= 0.5 ? 'fraud' : 'legit'));
    const labelled: Case = {
      log,
      guardrails: all,
      plan: { ...priced, threshold: '0.5' },
    };
    await expect(evaluated(labelled)).rejects.toMatchObject({
      exitCode: 5,
      message: 'threshold: 2,000 of 2,000 outcomes in the log by 1.0.0 have no score to compare with it',
    });
  });
});

test('a live split in CSV may have a score and no answer', async () => {
  const rows = Array.from({ length: 4000 }, (_, index) => {
    const { baseline, candidate } = fraudScores(Math.floor(index / 2));
    const version = index % 2 === 0 ? '1.0.0' : '1.1.0';
    const truth = Math.floor(index / 2) % quarter === 0 ? 'fraud' : 'legit';
    return `r${index},${1_790_000_000 + index * 60},u${index},${truth},${version},${(index % 2 === 0 ? baseline : candidate).toFixed(3)},`;
  });
  const evidence = await evaluated({
    log: `request_id,timestamp,user_id,label,version,risk,error\n${rows.join('\n')}\n`,
    guardrails: ['{ metric: accuracy, maxDecrease: 3pp }', '{ metric: fpr, maxIncrease: 3pp }'],
    plan: {
      requests: '{ source: log.csv, fields: { servedBy: version, score: risk, error: error } }',
      threshold: '{ baseline: 0.5, candidate: 0.3 }',
    },
  });
  const accuracy = evidence.comparisons.find(({ metric }) => metric === 'accuracy');
  expect(accuracy).toMatchObject({ comparison: 'served', baseline: 1, candidate: 1 });
  expect(statuses(evidence)).toEqual({ accuracy: 'pass', fpr: 'pass' });
});
