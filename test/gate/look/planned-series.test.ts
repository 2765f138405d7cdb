import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, describe, test } from 'vitest';
import { UserError } from '../../../src/domain/errors.ts';
import type { Evidence } from '../../../src/domain/evidence.ts';
import { evaluate } from '../../../src/gate/evaluate/evaluate.ts';
import { promote } from '../../../src/gate/act/promote.ts';
import { parseRegistry } from '../../../src/registry/file/parse-registry.ts';
import type { TestRollout } from '../../fixtures/test-rollout.ts';
import { type PlantedRecord, plantedRollout, planLines, seeded } from '../planted-log.ts';
import { worldAt } from '../world-at.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const stages = 'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]';
const guardrails = 'guardrails: [{ metric: accuracy, maxDecrease: 4pp }]';
const source = 'requests: { source: log.jsonl }';

/** Three requests of each of so many users, who come one after the other; the candidate is right as often as the baseline, less a loss. */
function recordsOf(users: number, loss = 0): PlantedRecord[] {
  const random = seeded(11);
  return Array.from({ length: 3 * users }, (_, index): PlantedRecord => {
    const [luck, churn] = [random(), random()];
    const right = luck < 0.85;
    const other = churn < 0.1 ? random() < 0.85 - 10 * loss : right;
    return {
      request_id: `r${index}`,
      timestamp: start + 60_000 * index,
      user_id: `u${Math.floor(index / 3)}`,
      label: 'a',
      outcomes: {
        '1.0.0': { prediction: right ? 'a' : 'b', latency_ms: 40 },
        '1.1.0': { prediction: other ? 'a' : 'b', latency_ms: 40 },
      },
    };
  });
}

const statisticsOf = (...keys: string[]) => `statistics: { inference: planned, ${keys.join(', ')} }`;

let rollout: TestRollout;

/** Looks at the first users of a log. */
async function lookAt(users: number, statistics: string, loss = 0): Promise<Evidence> {
  return await rollout
    .write('log.jsonl', recordsOf(users, loss))
    .evaluate(planLines([source, stages, guardrails, statistics]), { stage: 'shadow' });
}

function passLooks({ statistics }: Evidence) {
  return statistics.spending?.[0]?.pass ?? [];
}

/** From the tested value to the bound that faces harm. */
function halfWidth({ guardrails: [result] }: Evidence): number {
  return (result?.value ?? 0) - (result?.low ?? -1);
}

describe('a series whose end is planned', () => {
  test('spends from look to look, tests no look twice and decides by its end', async () => {
    rollout = plantedRollout();
    const planned = statisticsOf('plannedUnits: 1000');
    const first = await lookAt(300, planned);
    expect(first.statistics).toMatchObject({ inference: 'planned', horizon: 1000, plannedUnits: 300, tests: 1 });
    expect(passLooks(first).map(({ units }) => units)).toEqual([300]);
    const again = await lookAt(300, planned);
    expect(again).toEqual(first);
    const skipped = await lookAt(305, planned);
    expect(passLooks(skipped)).toEqual(passLooks(first));
    expect(skipped.verdict.decision).toBe('hold');
    const second = await lookAt(600, planned);
    expect(passLooks(second)[0]).toEqual(passLooks(first)[0]);
    expect(second.stage).toMatchObject({ series: 1, look: 3 });
    const end = await lookAt(1000, planned);
    expect(passLooks(end).map(({ units }) => units)).toEqual([300, 600, 1000]);
    expect(passLooks(end).at(-1)?.spent).toBeCloseTo(0.045, 12);
    expect(end.guardrails[0]?.status).toBe('pass');
    expect(end.verdict.decision).toBe('increase');
  });

  test('passes at its end what a sequence that never ends does not', async () => {
    rollout = plantedRollout();
    const users = 200;
    const forever = await lookAt(users, 'statistics: { inference: sequential }');
    const once = await lookAt(users, statisticsOf('looks: 1'));
    expect(halfWidth(once)).toBeLessThan(0.65 * halfWidth(forever));
    expect(once.statistics.horizon).toBe(users);
    expect(once.stage.series).toBe(2);
  });

  test('goes on with what is left of its alpha where the plan moves the end, and says so', async () => {
    rollout = plantedRollout();
    await lookAt(300, statisticsOf('plannedUnits: 600'));
    const before = await lookAt(500, statisticsOf('plannedUnits: 600'));
    const moved = await lookAt(700, statisticsOf('plannedUnits: 1400'));
    expect(moved.stage.series).toBe(1);
    expect(moved.statistics).toMatchObject({ horizon: 1400, movedFrom: [600], plannedUnits: 180 });
    expect(passLooks(moved).slice(0, 2)).toEqual(passLooks(before));
    expect(passLooks(moved).at(-1)?.spent).toBeLessThan(0.045);
    const end = await lookAt(1400, statisticsOf('plannedUnits: 1400'));
    expect(passLooks(end).at(-1)?.spent).toBeCloseTo(0.045, 12);
  });

  test('rests on the alpha that was kept once its end is passed', async () => {
    rollout = plantedRollout();
    const planned = statisticsOf('plannedUnits: 400');
    const end = await lookAt(450, planned);
    const later = await lookAt(900, planned);
    expect(passLooks(later)).toEqual(passLooks(end));
    expect(later.guardrails[0]?.status).toBe('pass');
  });

  test('sees a disaster before any boundary of its own is near', async () => {
    rollout = plantedRollout();
    const early = await lookAt(330, statisticsOf('plannedUnits: 20000'), 0.15);
    expect(early.guardrails[0]?.status).toBe('breach');
    expect(early.statistics.spending?.[0]?.breach).toEqual([]);
  });

  test('is carried on from the registry where no evidence lies here', async () => {
    rollout = plantedRollout();
    const planned = statisticsOf('plannedUnits: 1000');
    const first = await lookAt(300, planned);
    await promote(worldAt(rollout.folder), 'plan.yaml', { stage: 'shadow' });
    const second = await lookAt(500, planned);
    await promote(worldAt(rollout.folder), 'plan.yaml', { stage: 'shadow' });
    rmSync(join(rollout.folder, '.canary'), { recursive: true });
    const third = await lookAt(800, planned);
    expect(passLooks(third).slice(0, 2)).toEqual(passLooks(second));
    expect(third.stage).toMatchObject({ look: 3, series: 1 });
    const text = readFileSync(join(rollout.folder, 'registry', 'm.json'), 'utf8');
    const looks = parseRegistry(text, 'm.json').rollouts['planted']?.looks;
    expect(looks?.map(({ spending }) => spending !== undefined)).toEqual([false, true]);
    expect(passLooks(first)).toHaveLength(1);
  });
});

describe('a planned end that is none', () => {
  test.each([
    [
      'no end at all',
      source,
      'inference: planned needs an end that is fixed before the first look, but stage shadow has none',
    ],
    [
      'a time to come',
      'requests: { source: log.jsonl, to: 2026-12-01T00:00:00Z }',
      'inference: planned needs an end in users, but requests.to (2026-12-01T00:00:00.000Z) of stage shadow is still to come',
    ],
  ])('%s is a mistake in the plan', async (_name, requests, message) => {
    rollout = plantedRollout().write('log.jsonl', recordsOf(40));
    const evaluated = rollout.evaluate(planLines([requests, stages, guardrails, 'statistics: { inference: planned }']));
    const reason: unknown = await evaluated.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const errors = reason instanceof UserError ? reason.diagnostics.filter(({ severity }) => severity === 'error') : [];
    expect(errors.map((each) => each.message)).toEqual([message]);
    expect(errors[0]?.hint).toContain('statistics.plannedUnits');
  });

  test('but once that time is past the log is at its end', async () => {
    rollout = plantedRollout().write('log.jsonl', recordsOf(400));
    const requests = 'requests: { source: log.jsonl, to: 2026-12-01T00:00:00Z }';
    const evaluated = rollout.evaluate(planLines([requests, stages, guardrails, 'statistics: { inference: planned }']));
    await expect(evaluated).rejects.toThrow(UserError);
    const later = worldAt(rollout.folder, { now: () => new Date('2026-12-01T00:00:00Z') });
    const { evidence } = await evaluate(later, 'plan.yaml', {});
    expect(evidence.statistics.horizon).toBe(400);
    expect(passLooks(evidence).map(({ spent }) => spent)).toEqual([0.9 * (1 - 0.95)]);
  });
});
