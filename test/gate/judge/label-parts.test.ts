import { describe, expect, test } from 'vitest';
import { reviewPlan } from '../../../src/gate/review/review-plan.ts';
import { worldAt } from '../world-at.ts';
import { checkOf, type PlantedRecord, plantedRollout, planLines, seeded } from '../planted-log.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const shadow = 'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]';
const source = 'requests: { source: log.jsonl, segments: { locale: context.locale } }';

/** Requests of three labels, one a user: `a` and `b` of many users and unchanged, `c` of a few, of which the candidate gets a share right. */
function logOf(few: number, right: number): PlantedRecord[] {
  const random = seeded(23);
  const record = (label: string, index: number, share: number): PlantedRecord => {
    const isRight = random() < 0.86;
    const staysRight = isRight && random() < share;
    const other = label === 'a' ? 'b' : 'a';
    return {
      request_id: `${label}-${index}`,
      timestamp: start + Math.floor(random() * 48 * 3_600_000),
      user_id: `${label}-${index}`,
      label,
      context: { locale: label === 'c' ? 'is' : 'en' },
      outcomes: {
        '1.0.0': { prediction: isRight ? label : other, latency_ms: 40 },
        '1.1.0': { prediction: staysRight ? label : other, latency_ms: 40 },
      },
    };
  };
  return [
    ...Array.from({ length: 4000 }, (_, index) => record(index % 2 === 0 ? 'a' : 'b', index, 1)),
    ...Array.from({ length: few }, (_, index) => record('c', index, right)),
  ];
}

describe('recall(*)', () => {
  let rollout: ReturnType<typeof plantedRollout>;
  const perLabel = 'guardrails: [{ metric: recall(*), maxDecrease: 5pp }]';
  const ofC = { 'true label': 'c' };

  test('rolls back for a label of 28 users that is destroyed, although the whole is within the bound', async () => {
    rollout = plantedRollout().write('log.jsonl', logOf(28, 0));
    const evidence = await rollout.evaluate(planLines([source, shadow, perLabel]));
    expect(evidence.guardrails.find(({ segment }) => segment === null)?.status).toBe('pass');
    const label = evidence.guardrails.find(({ segment }) => segment?.['true label'] === 'c');
    expect(label).toMatchObject({ metric: 'recall(*)', segment: ofC, status: 'breach' });
    expect(label?.reason).toMatch(/worse for \d+ of 28 users, better for 0; allowed: max decrease 5 pp: breach/u);
    expect(evidence.verdict.decision).toBe('rollback');
  });

  test('holds for a label of so few users that nothing can be proven', async () => {
    rollout = plantedRollout().write('log.jsonl', logOf(13, 0));
    const evidence = await rollout.evaluate(planLines([source, shadow, perLabel]));
    expect(evidence.guardrails.find(({ segment }) => segment?.['true label'] === 'c')?.status).toBe('inconclusive');
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('increases where no label worsens, and names the label that is too small', async () => {
    rollout = plantedRollout().write('log.jsonl', logOf(9, 1));
    const evidence = await rollout.evaluate(planLines([source, shadow, perLabel]));
    expect(evidence.verdict.decision).toBe('increase');
    expect(checkOf(evidence, 'segments').detail).toContain('true label=c (9 users, 30 are needed), observed recall(*)');
    const judged = evidence.guardrails.map(({ segment }) => segment?.['true label'] ?? 'all');
    expect(judged).toEqual(['all', 'a', 'b']);
  });

  test('does not go with segments', async () => {
    rollout = plantedRollout().write('log.jsonl', logOf(9, 1));
    const both = 'guardrails: [{ metric: recall(*), maxDecrease: 5pp, segments: auto }]';
    await expect(rollout.evaluate(planLines([source, shadow, both]))).rejects.toMatchObject({
      diagnostics: [expect.objectContaining({ message: expect.stringContaining('judged on each true label') })],
    });
  });
});

test('segments: auto rolls back for a segment of few users that is destroyed', async () => {
  const rollout = plantedRollout().write('log.jsonl', logOf(28, 0));
  const automatic = 'guardrails: [{ metric: accuracy, maxDecrease: 5pp, segments: auto }]';
  const evidence = await rollout.evaluate(planLines([source, shadow, automatic]));
  expect(evidence.guardrails.find(({ segment }) => segment?.['locale'] === 'is')?.status).toBe('breach');
  expect(evidence.verdict.decision).toBe('rollback');
});

describe('onBreach: report', () => {
  const recall = '{ metric: recall(*), maxDecrease: 5pp, onBreach: report }';

  test('shows a breach and neither rolls back nor holds, nor takes a part of alpha', async () => {
    const rollout = plantedRollout().write('log.jsonl', logOf(28, 0));
    const plan = [source, shadow, `guardrails: [{ metric: accuracy, maxDecrease: 5pp }, ${recall}]`];
    const evidence = await rollout.evaluate(planLines(plan));
    const reported = evidence.guardrails.filter(({ onBreach }) => onBreach === 'report');
    expect(reported.find(({ segment }) => segment?.['true label'] === 'c')?.status).toBe('breach');
    expect(evidence.verdict.decision).toBe('increase');
    expect(evidence.statistics.tests).toBe(1);
  });

  test('of every guardrail leaves nothing that decides, which is an error of the plan', async () => {
    const rollout = plantedRollout().write('log.jsonl', logOf(28, 0));
    await expect(rollout.evaluate(planLines([source, shadow, `guardrails: [${recall}]`]))).rejects.toMatchObject({
      diagnostics: [expect.objectContaining({ rule: 'no-guardrail-decides' })],
    });
  });
});

test('plan tells how many labels will have to pass on their own', async () => {
  const rollout = plantedRollout().write('log.jsonl', logOf(9, 1));
  await rollout.evaluate(planLines([source, shadow, 'guardrails: [{ metric: recall(*), maxDecrease: 5pp }]']));
  const { review } = await reviewPlan(worldAt(rollout.folder), 'plan.yaml');
  expect(review.guardrails[0]?.detectable).toEqual([
    expect.objectContaining({ stage: 'shadow', segments: { mustPass: 2, all: 3 } }),
    expect.objectContaining({ stage: 'full', segments: { mustPass: 2, all: 3 } }),
  ]);
});
