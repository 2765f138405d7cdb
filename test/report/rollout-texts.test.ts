import { join } from 'node:path';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { planText, type PlanReview } from '../../src/report/commands/plan-text.ts';
import { type Promotion, promotionText } from '../../src/report/commands/promotion-text.ts';
import { type RolloutStatus, statusText } from '../../src/report/commands/status-text.ts';
import { columns } from './example-evidence.ts';

const stageWeights = { shadow: 0, 'canary-5': 0.05, 'canary-25': 0.25, full: 1 };
const smallestChanges = [0.031, 0.14, 0.06, 0.031];

const review: PlanReview = {
  plan: 'intent-classifier-1.5.0',
  model: 'intent-classifier',
  baseline: '1.4.2',
  candidate: '1.5.0',
  log: {
    files: 1,
    requests: 10_000,
    units: 1003,
    leftOut: 0,
    notes: [],
    rejected: 12,
    from: '2026-11-01T00:00:12.000Z',
    to: '2026-11-03T23:59:01.000Z',
  },
  stages: Object.entries(stageWeights).map(([name, weight]) => {
    const share = weight === 0 ? 1 : weight;
    return { name, weight, units: Math.round(1003 * share), requests: 10_000 * share, minUnits: 100, minRequests: 500 };
  }),
  guardrails: [
    {
      metric: 'latency.p95',
      unit: 'ms',
      bounds: [
        { kind: 'max', value: 120, relative: false },
        { kind: 'maxIncrease', value: 0.1, relative: true },
      ],
      segments: [],
      onBreach: 'rollback',
      detectable: Object.keys(stageWeights).map((stage, index) => {
        return { stage, change: smallestChanges[index] ?? 0, relative: true };
      }),
    },
    {
      metric: 'accuracy',
      unit: 'proportion',
      bounds: [{ kind: 'maxDecrease', value: 0.01, relative: false }],
      segments: ['locale', 'device'],
      onBreach: 'hold',
      detectable: 'no outcome of 1.5.0 is recorded yet',
    },
  ],
  statistics: { inference: 'sequential' },
  findings: 2,
};

const status: RolloutStatus = {
  model: 'intent-classifier',
  plan: 'intent-classifier-1.5.0',
  baseline: { version: '1.4.2', status: 'stable' },
  candidate: { version: '1.5.0', status: 'canary' },
  traffic: { '1.4.2': 0.95, '1.5.0': 0.05 },
  stages: [
    {
      name: 'shadow',
      weight: 0,
      entered: true,
      looks: 1,
      last: { verdict: 'increase', at: '2026-11-04T08:00:00.000Z' },
    },
    {
      name: 'canary-5',
      weight: 0.05,
      entered: true,
      looks: 3,
      last: { verdict: 'hold', at: '2026-11-05T08:00:00.000Z' },
    },
    { name: 'full', weight: 1, entered: false, looks: 0 },
  ],
  decisions: [],
  next: { command: 'canary evaluate rollouts/intent.yaml', why: 'asks whether full may begin' },
};

const promotion: Promotion = {
  dryRun: false,
  model: 'intent-classifier',
  plan: 'intent-classifier-1.5.0',
  planFile: 'rollouts/intent classifier.yaml',
  candidate: '1.5.0',
  stage: { name: 'canary-5', weight: 0.05 },
  verdict: 'increase',
  action: 'enter',
  registryFile: 'fixtures/registry/intent-classifier.json',
  before: {
    revision: 3,
    traffic: { '1.4.2': 1 },
    aliases: { stable: '1.4.2' },
    status: { '1.4.2': 'stable', '1.5.0': 'shadow' },
  },
  after: {
    revision: 4,
    traffic: { '1.4.2': 0.95, '1.5.0': 0.05 },
    aliases: { stable: '1.4.2', canary: '1.5.0' },
    status: { '1.4.2': 'stable', '1.5.0': 'canary' },
  },
};

test.each([
  ['plan-80', planText(review, columns(80))],
  ['plan-50', planText(review, columns(50))],
  ['status-80', statusText(status, columns(80))],
  ['promotion-80', promotionText(promotion, columns(80))],
  ['promotion-dry-run-80', promotionText({ ...promotion, dryRun: true }, columns(80))],
])('%s reads as it was reviewed', async (name, text) => {
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${name}.txt`));
});

test('no line is wider than the terminal', () => {
  for (const width of [70, 80, 100, 160]) {
    const style = columns(width);
    const text = [planText(review, style), statusText(status, style), promotionText(promotion, style)].join('');
    expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
  }
});

test('a stage that the log is too small for says so', () => {
  const text = planText(review, columns(80));
  expect(text).toMatch(/canary-5 .* TOO LITTLE/u);
  expect(text).toMatch(/canary-25 .* enough/u);
});

test('a smallest detectable change beyond the bound is marked and explained', () => {
  expect(planText(review, columns(80))).toMatch(
    / 3\.1% +14\.0%\* +6\.0% +3\.1%\n {2}\* more than the guardrail allows/u,
  );
});

test('a recorded hold moves nothing and mentions no router', () => {
  const held = { ...promotion, action: 'look', verdict: 'hold', after: { ...promotion.before, revision: 4 } } as const;
  const text = promotionText(held, columns(80));
  expect(text).toContain('traffic   1.4.2 100%\n  aliases   unchanged\n  status    unchanged');
  expect(text).not.toContain('router');
});

test('a rollback names no command, since a person must find the cause', () => {
  const back = {
    ...promotion,
    action: 'rollback',
    verdict: 'rollback',
    before: promotion.after,
    after: promotion.before,
  } as const;
  const text = promotionText(back, columns(80));
  expect(text).toContain('intent-classifier: took 1.5.0 out of traffic');
  expect(text).toContain('1.5.0 5% → 0%');
  expect(text).toContain('Next: find out why 1.5.0 failed');
});

test('a plan whose name has a space is quoted in the next command', () => {
  expect(promotionText(promotion, columns(80))).toContain("canary evaluate 'rollouts/intent classifier.yaml'");
});
