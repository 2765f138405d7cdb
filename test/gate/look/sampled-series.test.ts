import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, describe, test } from 'vitest';
import type { Evidence } from '../../../src/domain/evidence.ts';
import { promote } from '../../../src/gate/act/promote.ts';
import { reviewPlan } from '../../../src/gate/review/review-plan.ts';
import { parseRegistry } from '../../../src/registry/file/parse-registry.ts';
import type { TestRollout } from '../../fixtures/test-rollout.ts';
import { type PlantedRecord, plantedRollout, planLines, seeded } from '../planted-log.ts';
import { worldAt } from '../world-at.ts';

const stages = 'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]';
const guardrails = 'guardrails: [{ metric: accuracy, maxDecrease: 4pp }]';
const planOf = (sample: string) =>
  planLines([`requests: { source: log.jsonl${sample === '' ? '' : `, sample: ${sample}`} }`, stages, guardrails]);

function withLog(): TestRollout {
  const random = seeded(5);
  const records = Array.from({ length: 6_000 }, (_, index): PlantedRecord => {
    const right = random() < 0.9;
    const prediction = right ? 'a' : 'b';
    return {
      request_id: `r${index}`,
      timestamp: Date.parse('2026-11-01T00:00:00Z') + 60_000 * index,
      user_id: `u${Math.floor(index / 3)}`,
      label: 'a',
      outcomes: { '1.0.0': { prediction, latency_ms: 40 }, '1.1.0': { prediction, latency_ms: 40 } },
    };
  });
  return plantedRollout().write('log.jsonl', records);
}

const units = ({ cohorts }: Evidence) => cohorts.find(({ name }) => name === 'all')?.units ?? 0;

async function look(rollout: TestRollout, sample: string): Promise<Evidence> {
  return await rollout.evaluate(planOf(sample), { stage: 'shadow' });
}

describe('a sample of users', () => {
  test('is stated in the evidence, and continues the series when it grows', async () => {
    const rollout = withLog();
    const first = await look(rollout, '{ units: 5% }');
    expect(first.inputs.sample).toEqual({ units: 0.05, salt: 'sample' });
    expect(first.stage).toMatchObject({ look: 1, series: 1 });
    const grown = await look(rollout, '{ units: 10%, salt: sample }');
    expect(grown.stage).toMatchObject({ look: 2, series: 1 });
    expect(grown.statistics.plannedUnits).toBe(first.statistics.plannedUnits);
    expect(units(grown)).toBeGreaterThan(units(first));
    const whole = await look(rollout, '');
    expect(whole.stage).toMatchObject({ look: 3, series: 1 });
    expect(units(whole)).toBe(2_000);
  });

  test('starts another series when it shrinks or has another salt', async () => {
    const rollout = withLog();
    await look(rollout, '');
    expect((await look(rollout, '{ units: 50% }')).stage).toMatchObject({ look: 2, series: 2 });
    expect((await look(rollout, '{ units: 40% }')).stage).toMatchObject({ look: 3, series: 3 });
    expect((await look(rollout, '{ units: 60%, salt: other }')).stage).toMatchObject({ look: 4, series: 4 });
  });

  test('is kept by the registry, so that a machine without the evidence knows whether it grew', async () => {
    const rollout = withLog();
    await look(rollout, '{ units: 20% }');
    await promote(worldAt(rollout.folder), 'plan.yaml', { stage: 'shadow' });
    const registry = parseRegistry(readFileSync(join(rollout.folder, 'registry/m.json'), 'utf8'), 'm.json');
    expect(registry.rollouts['planted']?.looks[0]?.sample).toEqual({ units: 0.2, salt: 'sample' });
    rmSync(join(rollout.folder, '.canary'), { recursive: true });
    expect((await look(rollout, '{ units: 30% }')).stage).toMatchObject({ look: 2, series: 1 });
    rmSync(join(rollout.folder, '.canary'), { recursive: true });
    expect((await look(rollout, '{ units: 10% }')).stage).toMatchObject({ look: 2, series: 2 });
  });

  test('that would decide is named by plan for each guardrail', async () => {
    const rollout = withLog();
    const smallest = async (sample: string) => {
      rollout.plan(planOf(sample));
      const { review } = await reviewPlan(worldAt(rollout.folder), 'plan.yaml');
      const [guardrail] = review.guardrails;
      return typeof guardrail?.detectable === 'string' ? undefined : guardrail?.detectable[0]?.smallestSample;
    };
    const [ofAll, ofHalf] = [await smallest(''), await smallest('{ units: 50% }')];
    expect(ofAll).toBeGreaterThan(0);
    expect(ofAll).toBeLessThan(1);
    expect(ofHalf).toBeGreaterThan((ofAll ?? 0) / 1.5);
    expect(ofHalf).toBeLessThan((ofAll ?? 0) * 1.5);
    rollout.plan(planOf(`{ units: ${String((ofAll ?? 0) * 1.3)} }`));
    expect((await look(rollout, `{ units: ${String((ofAll ?? 0) * 1.3)} }`)).guardrails[0]?.status).toBe('pass');
  });
});
