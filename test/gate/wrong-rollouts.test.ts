import { describe, expect, test } from 'vitest';
import { assign } from '../../src/gate/assign.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { promote } from '../../src/gate/act/promote.ts';
import { reviewPlan } from '../../src/gate/review/review-plan.ts';
import { UserError } from '../../src/domain/errors.ts';
import { type PlanKeys, TestRollout } from '../fixtures/test-rollout.ts';
import { checkOf } from './planted-log.ts';
import { servedDay } from './served-day.ts';
import { worldAt } from './world-at.ts';

const hour = 3_600_000;
const monday = Date.UTC(2026, 10, 2);
const iso = (hours: number) => new Date(monday + hours * hour).toISOString();
const right = { '1.0.0': 0.9, '1.1.0': 0.93 };
const live = '{ source: log.jsonl, fields: { servedBy: served_by } }';
const guardrails = ['{ metric: error_rate, max: 8% }', '{ metric: accuracy, maxDecrease: 10pp }'];
const stages =
  '[{ name: canary-5, weight: 5%, basis: live }, { name: half, weight: 50%, basis: live }, { name: full, weight: 1, basis: live }]';
const personal = { override: 'increase', by: 'ana', reason: 'first percent' } as const;

function at({ folder }: TestRollout, hours: number) {
  return worldAt(folder, { now: () => new Date(monday + hours * hour) });
}

/** A live rollout that a person began some hours after Monday. */
async function begun(hours: number, plan: PlanKeys = {}): Promise<TestRollout> {
  const rollout = new TestRollout({
    plan: { requests: live, stages, guardrails, ...plan },
    files: { 'log.jsonl': servedDay({ from: monday, users: 9000, weight: 0.05, right, hours: 36 }) },
  });
  await promote(at(rollout, hours), 'plan.yaml', { stage: 'canary-5', ...personal });
  return rollout;
}

/** What a plan is refused for, a line each. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UserError)
      return `exit ${error.exitCode}: ${error.message}\n${error.diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n')}`;
    throw error;
  }
  return 'accepted';
}

test('a history that does not cover the log says which time is unknown, and holds', async () => {
  const rollout = await begun(12);
  const { evidence } = await evaluate(at(rollout, 36), 'plan.yaml', { stage: 'half' });
  expect(evidence.verdict.decision).toBe('hold');
  const { status, detail } = checkOf(evidence, 'periods');
  expect(status).toBe('hold');
  expect(detail).toMatch(
    /^the weight of 1\.1\.0 from 2026-11-02T00:\d\d:[\d.]+Z to 2026-11-02T11:\d\d:[\d.]+Z is unknown, but it answered \d+ requests then: the registry's history does not cover that time; write requests\.weights, or a requests\.from from which it does, or set the clock of the servers that log, if it is behind$/u,
  );
});

/** Requests of which the plan tells the weights, since so many hours after Monday. */
function told(...weights: readonly (readonly [hours: number, weight: string])[]): string {
  const list = weights.map(([hours, weight]) => `{ from: ${iso(hours)}, weight: ${weight} }`);
  return `{ source: log.jsonl, fields: { servedBy: served_by }, weights: [${list.join(', ')}] }`;
}

describe('weights that the plan tells', () => {
  test('are refused where the registry never gave them, or not by then', async () => {
    const rollout = await begun(0);
    for (const [weights, found] of [
      [
        [
          [0, '5%'],
          [12, '10%'],
        ],
        '1.1.0 has 10% since 2026-11-02T12:00:00.000Z',
      ],
      [[[0, '50%']], '1.1.0 has 50% since 2026-11-02T00:00:00.000Z'],
    ] as const) {
      rollout.plan({ requests: told(...weights) });
      expect(await refusal(evaluate(at(rollout, 36), 'plan.yaml', { stage: 'half' }))).toContain(
        `requests.weights say that ${found}, but the registry had not given it that by then: 5% since 2026-11-02T00:00:00.000Z`,
      );
    }
    rollout.plan({ requests: told([0, '5%']) });
    await evaluate(at(rollout, 36), 'plan.yaml', { stage: 'half' });
    await promote(at(rollout, 36), 'plan.yaml', { stage: 'half', ...personal });
    rollout.plan({ requests: told([0, '5%'], [30, '50%']) });
    expect(await refusal(evaluate(at(rollout, 48), 'plan.yaml', { stage: 'full' }))).toContain(
      '1.1.0 has 50% since 2026-11-03T06:00:00.000Z',
    );
  });

  test('hold while the registry gives another weight than the last of them', async () => {
    const rollout = await begun(0, { requests: told([-24, '2%'], [0, '5%']) });
    await evaluate(at(rollout, 36), 'plan.yaml', { stage: 'half' });
    await promote(at(rollout, 36), 'plan.yaml', { stage: 'half', ...personal });
    const { evidence } = await evaluate(at(rollout, 37), 'plan.yaml', { stage: 'full' });
    expect(checkOf(evidence, 'periods')).toMatchObject({
      status: 'hold',
      detail: expect.stringContaining(
        'the registry gives 50% since 2026-11-03T12:00:00.000Z, and requests.weights end with 5%',
      ),
    });
  });
});

test('what was edited behind a stage that was entered is told, and moves nobody', async () => {
  const rollout = await begun(0);
  rollout.plan({ stages: stages.replace('canary-5, weight: 5%', 'canary-5, weight: 8%') });
  const edited = await reviewPlan(at(rollout, 36), 'plan.yaml');
  expect(edited.warnings.map(({ message }) => message).join('\n')).toContain(
    'the stage canary-5 was entered with 5%, and the plan now gives it 8%',
  );
  rollout.plan({ stages: stages.replace('canary-5, weight: 5%', 'canary-6, weight: 6%') });
  const renamed = await reviewPlan(at(rollout, 36), 'plan.yaml');
  expect(renamed.warnings.map(({ message }) => message).join('\n')).toContain(
    'the stage canary-5 was entered and is no longer in the plan',
  );
});

async function refused(plan: PlanKeys): Promise<string> {
  const rollout = new TestRollout({ plan: { requests: live, stages, ...plan }, files: { 'log.jsonl': [] } });
  return await refusal(evaluate(rollout.world, 'plan.yaml', {}));
}

describe('a plan whose guardrails guard nothing', () => {
  test('is refused where a metric applies to no stage', async () => {
    const said = await refused({ guardrails: [...guardrails, '{ metric: agreement, min: 90% }'] });
    expect(said).toMatch(/^exit 2: /u);
    expect(said).toContain('13:5 the guardrail on agreement applies to no stage');
  });

  test('is refused where a live stage has no guardrail on errors', async () => {
    expect(await refused({ guardrails: ['{ metric: accuracy, maxDecrease: 10pp }'] })).toContain(
      'no guardrail on errors applies to stage canary-5, which gives users the candidate',
    );
    expect(await refused({ guardrails: ['{ metric: error_rate, max: 8%, stages: [half, full] }'] })).toContain(
      'no guardrail on errors applies to stage canary-5',
    );
  });

  test('is refused where it names a stage that the plan has not', async () => {
    expect(await refused({ guardrails: ['{ metric: error_rate, max: 8%, stages: [hall] }'] })).toContain(
      'stages: the plan has no stage hall',
    );
  });
});

test.each(['{ salt: other }', '{ scheme: md5 }'])(
  'an assignment that would move users who have the candidate is refused: %s',
  async (assignment) => {
    const rollout = await begun(0);
    rollout.plan({ assignment });
    expect(await refusal(reviewPlan(at(rollout, 1), 'plan.yaml'))).toMatch(/^exit 2/u);
    expect(await refusal(evaluate(at(rollout, 1), 'plan.yaml', {}))).toMatch(/^exit 5/u);
    expect(await refusal(promote(at(rollout, 1), 'plan.yaml', {}))).toMatch(/^exit 5/u);
  },
);

test('a live split without an assignment says that the router decides', async () => {
  const rollout = await begun(0);
  await assign(rollout.world, 'plan.yaml', ['ana'], {});
  expect(rollout.notes.join('\n')).toContain('The router decides who gets which version');
  rollout.plan({ assignment: '{ scheme: murmur3 }' });
  rollout.notes.length = 0;
  await assign(rollout.world, 'plan.yaml', ['ana'], {});
  expect(rollout.notes).toEqual([]);
});
