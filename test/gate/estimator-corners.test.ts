import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import type { ModelRegistry, OutputSignature } from '../../src/domain/registry.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { starterRegistry } from '../../src/gate/init/starter.ts';
import { serializeRegistry } from '../../src/registry/file/serialize-registry.ts';
import { Random } from '../calibration/random.ts';
import { runsOf } from '../fixtures/tiers.ts';
import { worldAt } from './world-at.ts';

interface Rollout {
  readonly name: string;
  readonly requests: string;
  readonly guardrails: readonly string[];
  readonly more?: string;
  /** What the versions answer, where it is not one of two labels. */
  readonly output?: OutputSignature;
}

function signed(registry: ModelRegistry, output: OutputSignature | undefined): ModelRegistry {
  if (output === undefined) return registry;
  const versions = Object.entries(registry.versions).map(([name, version]) => [
    name,
    { ...version, signature: { ...version.signature, output } },
  ]);
  return { ...registry, versions: Object.fromEntries(versions) };
}

/** Evaluates the first stage of a rollout of two recorded versions. */
async function evidenceOf(
  records: readonly object[],
  { name, requests, guardrails, more = '', output }: Rollout,
): Promise<Evidence> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-corners-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'registry'));
  const registry = signed(starterRegistry('classifier', '1.0.0', '1.1.0', ['a', 'b']), output);
  writeFileSync(join(folder, 'registry', 'classifier.json'), serializeRegistry(registry));
  writeFileSync(join(folder, 'log.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const plan = `apiVersion: canary/v1
kind: RolloutPlan
name: ${name}
model: classifier
registry: registry
baseline: stable
candidate: 1.1.0
requests: ${requests}
stages: [{ name: canary-5, weight: 5% }, { name: full, weight: 1 }]
guardrails:
${guardrails.map((each) => `  - ${each}\n`).join('')}${more}`;
  writeFileSync(join(folder, 'plan.yaml'), plan);
  return (await evaluate(worldAt(folder), 'plan.yaml', {})).evidence;
}

/** Three requests a user, each with both versions' answers and scores. */
const pairs = Array.from({ length: 900 }, (_, request) => {
  const truth = murmur3Bucket('truth', `r${request}`) < 0.4 ? 'b' : 'a';
  const score = (version: string) => (truth === 'b' ? 0.2 : 0) + 0.8 * murmur3Bucket(version, `r${request}`);
  const outcome = (version: string) => {
    const positive = score(version);
    return { latency_ms: 20 + 30 * positive, prediction: { scores: { a: 1 - positive, b: positive } } };
  };
  return {
    request_id: `r${request}`,
    timestamp: new Date(Date.UTC(2026, 10, 1) + request * 60_000).toISOString(),
    user_id: `u${Math.floor(request / 3)}`,
    label: truth,
    outcomes: { '1.0.0': outcome('before'), '1.1.0': outcome('after') },
  };
});

const names = runsOf(11, 4);

test(`${names} names and salts of a plan give one log the same intervals, to the last digit`, async () => {
  const metrics = ['macro_f1', 'auc', 'pr_auc', 'recall_at_alerts(20%)', 'accuracy', 'recall(b)', 'precision(b)'];
  const guardrails = [
    ...metrics.map((metric) => `{ metric: ${metric}, maxDecrease: 5pp }`),
    '{ metric: agreement, min: 50% }',
    '{ metric: error_rate, maxIncrease: 5pp }',
    '{ metric: fpr, maxIncrease: 5pp }',
    '{ metric: decision_cost, maxIncrease: 0.5 }',
    '{ metric: log_loss, maxIncrease: 0.1 }',
    '{ metric: latency.mean, maxIncrease: 5ms }',
    '{ metric: latency.p95, maxIncrease: 5ms }',
  ];
  const more = 'decisionCost: { falsePositive: 1, falseNegative: 5 }\n';
  expect(await intervalsUnderNames(pairs, { requests: '{ source: log.jsonl }', guardrails, more })).toHaveLength(1);
}, 300_000);

test(`a regression against itself has the same intervals under ${names} names and salts, and passes`, async () => {
  const itself = Array.from({ length: 600 }, (_, request) => {
    const truth = 100 + 20 * murmur3Bucket('truth', `r${request}`);
    const outcome = { latency_ms: 40, prediction: truth + 10 * murmur3Bucket('error', `r${request}`) };
    return {
      request_id: `r${request}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + request * 60_000).toISOString(),
      user_id: `u${Math.floor(request / 2)}`,
      label: truth,
      outcomes: { '1.0.0': outcome, '1.1.0': outcome },
    };
  });
  const found = await intervalsUnderNames(itself, {
    requests: '{ source: log.jsonl }',
    guardrails: ['mae', 'rmse'].map((metric) => `{ metric: ${metric}, maxIncrease: 1.5 }`),
    output: { kind: 'regression' },
  });
  expect(found).toHaveLength(1);
  expect(found[0]?.map(([metric, status, value]) => [metric, status, value])).toEqual([
    ['mae', 'pass', 0],
    ['rmse', 'pass', 0],
  ]);
}, 300_000);

/** The different lists of intervals that one log has under so many names of its plan, one of them with a salt of its own. */
async function intervalsUnderNames(records: readonly object[], rollout: Omit<Rollout, 'name'>) {
  const intervals = new Map<string, readonly (readonly unknown[])[]>();
  for (const name of Array.from({ length: names }, (_, index) => `plan-${index}`)) {
    const salt = name === 'plan-3' ? 'assignment: { salt: another }\n' : '';
    const more = `judge: all\n${salt}${rollout.more ?? ''}`;
    const evidence = await evidenceOf(records, { ...rollout, name, more });
    const told = evidence.guardrails.map(({ metric, status, value, low, high }) => [metric, status, value, low, high]);
    expect(
      told.every(([, , value, low, high]) => [value, low, high].every((number) => typeof number === 'number')),
    ).toBe(true);
    intervals.set(JSON.stringify(told), told);
  }
  return [...intervals.values()];
}

/** What users of a live split spend, of whom one in twenty buys; a twentieth of the users has the candidate, which changes nothing. */
function spending(random: Random): object[] {
  return Array.from({ length: 4000 }, (_, user) => ({
    request_id: `r${user}`,
    timestamp: new Date(Date.UTC(2026, 10, 1) + user * 30_000).toISOString(),
    user_id: `u${user}`,
    served_by: murmur3Bucket('router', `u${user}`) < 0.05 ? '1.1.0' : '1.0.0',
    prediction: 'a',
    revenue: random.chance(0.05) ? Math.round(100 * 20 * Math.exp(random.normal())) / 100 : 0,
  }));
}

test('identical versions whose revenue few users bring are rolled back in at most 5% of logs', async () => {
  const random = new Random(3);
  const [logs, decisions] = [runsOf(20, 5), new Map<string, number>()];
  for (let log = 0; log < logs; log += 1) {
    const { verdict, guardrails } = await evidenceOf(spending(random), {
      name: 'revenue',
      requests: '{ source: log.jsonl, fields: { servedBy: served_by } }',
      guardrails: ['{ metric: kpi.revenue, maxDecrease: 0.1 }'],
    });
    expect(guardrails[0]?.status).not.toBe('uncomputable');
    decisions.set(verdict.decision, (decisions.get(verdict.decision) ?? 0) + 1);
  }
  expect(decisions.get('rollback') ?? 0).toBeLessThanOrEqual(0.05 * logs);
}, 300_000);
