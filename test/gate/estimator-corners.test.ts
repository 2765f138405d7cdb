import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
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
}

/** Evaluates the first stage of a rollout of two recorded versions. */
async function evidenceOf(
  records: readonly object[],
  { name, requests, guardrails, more = '' }: Rollout,
): Promise<Evidence> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-corners-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'registry'));
  const registry = starterRegistry('classifier', '1.0.0', '1.1.0', ['a', 'b']);
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
  const metrics = ['macro_f1', 'auc', 'pr_auc', 'recall_at_alerts(20%)', 'accuracy', 'recall(b)'];
  const guardrails = [
    ...metrics.map((metric) => `{ metric: ${metric}, maxDecrease: 5pp }`),
    '{ metric: log_loss, maxIncrease: 0.1 }',
    '{ metric: latency.mean, maxIncrease: 5ms }',
    '{ metric: latency.p95, maxIncrease: 5ms }',
  ];
  const intervals = new Set<string>();
  for (const name of Array.from({ length: names }, (_, index) => `plan-${index}`)) {
    const more = name === 'plan-3' ? 'judge: all\nassignment: { salt: another }\n' : 'judge: all\n';
    const evidence = await evidenceOf(pairs, { name, requests: '{ source: log.jsonl }', guardrails, more });
    const told = evidence.guardrails.map(({ metric, status, value, low, high }) => [metric, status, value, low, high]);
    expect(
      told.every(([, , value, low, high]) => [value, low, high].every((number) => typeof number === 'number')),
    ).toBe(true);
    intervals.add(JSON.stringify(told));
  }
  expect(intervals.size).toBe(1);
}, 300_000);

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
