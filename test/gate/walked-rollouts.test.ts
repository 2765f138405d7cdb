import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assign } from '../../src/gate/assign.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { promote } from '../../src/gate/act/promote.ts';
import { rolloutStatus } from '../../src/gate/look/rollout-status.ts';
import { verifyRegistry } from '../../src/gate/registry/inspect-registry.ts';
import { readReport } from '../../src/gate/report/read-report.ts';
import { renderReport } from '../../src/gate/report/report-files.ts';
import { reviewPlan } from '../../src/gate/review/review-plan.ts';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { baseline, candidate, jsonLines, TestRollout } from '../fixtures/test-rollout.ts';
import { servedDay } from './served-day.ts';
import { worldAt } from './world-at.ts';
import { isWhole } from '../fixtures/tiers.ts';

const hour = 3_600_000;
const monday = Date.UTC(2026, 10, 2);
const users = Array.from({ length: 200 }, (_, index) => `user${index}`);

interface Step {
  /** Hours since Monday. */
  readonly at: number;
  /** The stage that is asked for, and what the evaluation says. */
  readonly stage: string;
  readonly verdict: 'increase' | 'hold';
  /** The candidate's share of the traffic once that was acted on. */
  readonly weight: number;
  /** Words of the first reason, of what a check says, or of what status says comes next. */
  readonly reason?: string;
  readonly check?: readonly [name: string, detail: string];
  readonly next?: string;
}

const exitCodes = { increase: 0, hold: 3 } as const;

/** Runs every command once, in the order in which a team would, and holds what they say against each other. */
async function step(rollout: TestRollout, { at, stage, verdict, weight, reason, check, next }: Step): Promise<void> {
  const world = worldAt(rollout.folder, { now: () => new Date(monday + at * hour), note: () => undefined });
  const { review } = await reviewPlan(world, 'plan.yaml');
  const { evidence } = await evaluate(world, 'plan.yaml', {});
  expect({ stage: evidence.stage.name, verdict: evidence.verdict.decision, reasons: evidence.verdict.reasons }).toEqual(
    {
      stage,
      verdict,
      reasons: expect.any(Array),
    },
  );
  expect(evidence.verdict.exitCode).toBe(exitCodes[verdict]);
  if (reason !== undefined) expect(evidence.verdict.reasons.join('\n')).toContain(reason);
  if (check !== undefined) expect(evidence.checks.find(({ name }) => name === check[0])?.detail).toContain(check[1]);
  const report = await readReport(world, [`.canary/test/${stage}/evidence.json`]);
  expect(await renderReport('md', report)).toContain(`Verdict: ${verdict.toUpperCase()}`);
  const { verdict: done, after } = await promote(world, 'plan.yaml', {});
  expect({ done, weight: after.traffic[candidate] ?? 0 }).toEqual({ done: verdict, weight });
  const status = await rolloutStatus(world, 'plan.yaml');
  const entered = status.stages.filter((each) => each.entered).map(({ name }) => name);
  expect(entered.includes(stage)).toBe(verdict === 'increase');
  expect(status.traffic[candidate] ?? 0).toBe(weight);
  expect(status.next.why).toContain(next ?? '');
  const got = await assign(world, 'plan.yaml', users, {});
  const inCanary = users.filter((user) => murmur3Bucket('test', user) < weight);
  expect(got.filter(({ version }) => version === candidate).map(({ unit }) => unit)).toEqual(inCanary);
  const [verified] = await verifyRegistry(world, 'registry');
  expect(verified?.problems).toEqual([]);
  expect(review.stages.map(({ name }) => name)).toContain(stage);
}

/** Promotes once more. */
async function nothingLeft({ folder }: TestRollout): Promise<string | undefined> {
  return (await promote(worldAt(folder), 'plan.yaml', {})).why;
}

/** Requests of a day with both versions' answers, by 300 users. */
function replayed(from: number): object[] {
  return Array.from({ length: 1200 }, (_, index) => {
    const outcome = { prediction: index % 10 === 0 ? 'b' : 'a' };
    return {
      request_id: `${from}-${index}`,
      timestamp: new Date(from + index * 72_000).toISOString(),
      user_id: `u${index % 300}`,
      label: 'a',
      outcomes: { [baseline]: outcome, [candidate]: outcome },
    };
  });
}

const guardrails = ['{ metric: error_rate, max: 8% }', '{ metric: accuracy, maxDecrease: 10pp }'];
const right = { '1.0.0': 0.9, '1.1.0': 0.93 };

test('a rollout on replays alone, as in CI, is walked from shadow to stable', async () => {
  const stages =
    '[{ name: shadow, weight: 0 }, { name: canary-5, weight: 5% }, { name: half, weight: 50% }, { name: full, weight: 1 }]';
  const rollout = new TestRollout({ plan: { stages, guardrails }, files: { 'log.jsonl': replayed(monday) } });
  const steps: readonly [stage: string, weight: number, next: string][] = [
    ['shadow', 0, 'asks whether stage canary-5 may begin'],
    ['canary-5', 0.05, 'asks whether stage half may begin'],
    ['half', 0.5, 'asks whether stage full may begin'],
    ['full', 1, '1.1.0 is stable'],
  ];
  for (const [index, [stage, weight, next]] of steps.entries())
    await step(rollout, { at: 24 + index, stage, weight, next, verdict: 'increase' });
  expect(await nothingLeft(rollout)).toBe('nothing left to begin: 1.1.0 is stable');
});

test('a rollout that begins on a replay and goes on with what is served walks its ramp to the end', async () => {
  const live = 'basis: live, requests: { source: live.jsonl, fields: { servedBy: served_by } }';
  const rollout = new TestRollout({
    plan: {
      stages: [
        '{ name: shadow, weight: 0 }',
        '{ name: canary-5, weight: 5%, minUnits: 10, minRequests: 40 }',
        `{ name: canary-25, weight: 25%, bake: 24h, newRequests: 2000, ${live} }`,
        `{ name: full, weight: 1, bake: 24h, increaseWindow: 'Mon-Fri 09:00-17:00 UTC', ${live} }`,
      ],
      guardrails,
    },
    files: {
      'log.jsonl': replayed(monday - 24 * hour),
      'live.jsonl': servedDay({ from: monday - hour, users: 200, weight: 0, right, hours: 1 }),
    },
  });
  await step(rollout, { at: 0, stage: 'shadow', weight: 0, verdict: 'increase', next: 'stage canary-5' });
  const next =
    'stage canary-5 has been in force since 2026-11-02T01:00:00.000Z; 24 h are required: wait until 2026-11-03T01:00:00.000Z';
  await step(rollout, { at: 1, stage: 'canary-5', weight: 0.05, verdict: 'increase', next });
  append(rollout, 'live.jsonl', servedDay({ from: monday + hour, users: 1600, weight: 0.05, right, hours: 6 }));
  await step(rollout, {
    at: 7,
    stage: 'canary-25',
    weight: 0.05,
    verdict: 'hold',
    check: ['bake', 'wait until 2026-11-03T01:00:00.000Z'],
  });
  append(rollout, 'live.jsonl', servedDay({ from: monday + 7 * hour, users: 7400, weight: 0.05, right, hours: 30 }));
  await step(rollout, {
    at: 37,
    stage: 'canary-25',
    weight: 0.25,
    verdict: 'increase',
    check: ['periods', 'in force is 5% since 2026-11-02T01:00:00.000Z'],
  });
  append(rollout, 'live.jsonl', servedDay({ from: monday + 37 * hour, users: 5000, weight: 0.25, right, hours: 45 }));
  // Thursday, 8 in the evening, and Friday, 10 in the morning.
  await step(rollout, {
    at: 92,
    stage: 'full',
    weight: 0.25,
    verdict: 'hold',
    check: ['increaseWindow', 'wait until Fri 2026-11-06 09:00 UTC'],
  });
  await step(rollout, {
    at: 106,
    stage: 'full',
    weight: 1,
    verdict: 'increase',
    check: ['periods', 'before: 5% since'],
  });
  expect(await nothingLeft(rollout)).toBe('nothing left to begin: 1.1.0 is stable');
});

test.runIf(isWhole)(
  'a rollout of a router that canary does not move is walked by what the plan tells of it',
  async () => {
    const told = (...weights: readonly [hours: number, weight: string][]) =>
      `{ source: live.jsonl, fields: { servedBy: served_by }, weights: [${weights
        .map(([hours, weight]) => `{ from: ${new Date(monday + hours * hour).toISOString()}, weight: ${weight} }`)
        .join(', ')}] }`;
    const rollout = new TestRollout({
      plan: {
        requests: told([0, '5%']),
        stages:
          '[{ name: canary-5, weight: 5%, basis: live }, { name: canary-25, weight: 25%, basis: live }, { name: full, weight: 1, basis: live, bake: 24h }]',
        guardrails,
      },
      files: { 'live.jsonl': servedDay({ from: monday, users: 9000, weight: 0.05, right, hours: 36 }) },
    });
    await step(rollout, {
      at: 36,
      stage: 'canary-5',
      weight: 0.05,
      verdict: 'increase',
      check: ['periods', 'in force is 5% since 2026-11-02T00:00:00.000Z'],
    });
    await step(rollout, { at: 37, stage: 'canary-25', weight: 0.25, verdict: 'increase' });
    // The router still gives 5%.
    append(rollout, 'live.jsonl', servedDay({ from: monday + 36 * hour, users: 500, weight: 0.05, right, hours: 2 }));
    await step(rollout, {
      at: 38,
      stage: 'full',
      weight: 0.25,
      verdict: 'hold',
      reason: 'add { from: TIME, weight: 25% } once the router gives it',
    });
    rollout.plan({ requests: told([0, '5%'], [38, '25%']) });
    append(rollout, 'live.jsonl', servedDay({ from: monday + 38 * hour, users: 5000, weight: 0.25, right, hours: 30 }));
    // The registry gave 25% an hour before the router did.
    await step(rollout, {
      at: 61.5,
      stage: 'full',
      weight: 0.25,
      verdict: 'hold',
      check: [
        'bake',
        'in force since 2026-11-03T14:00:00.000Z; 24 h are required: wait until 2026-11-04T14:00:00.000Z',
      ],
    });
    await step(rollout, {
      at: 68,
      stage: 'full',
      weight: 1,
      verdict: 'increase',
      check: ['periods', 'before: 5% since'],
    });
    expect(await nothingLeft(rollout)).toBe('nothing left to begin: 1.1.0 is stable');
  },
);

function append(rollout: TestRollout, name: string, records: readonly object[]): void {
  appendFileSync(join(rollout.folder, name), jsonLines(records));
}
