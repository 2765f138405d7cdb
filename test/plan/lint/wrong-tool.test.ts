import { describe, expect, test } from 'vitest';
import type { ModelRegistry } from '../../../src/domain/registry.ts';
import { lintPlan } from '../../../src/plan/lint/lint-plan.ts';
import type { PlanFacts } from '../../../src/plan/lint/plan-facts.ts';
import { routeItem } from '../../routing/example-routes.ts';
import { parsed, shortPlan } from '../plan-text.ts';

const version = { status: 'registered', artifact: { runtime: 'recorded' } } as const;
const output = { kind: 'classification', labels: ['a', 'b'] } as const;
const registry: ModelRegistry = {
  schemaVersion: 1,
  model: 'intent',
  revision: 0,
  aliases: { stable: '1.4.2' },
  traffic: {},
  versions: { '1.4.2': { ...version, signature: { output } }, '1.5.0': { ...version, signature: { output } } },
  rollouts: {},
  history: [],
};
const manyUsers = {
  requests: 9_000,
  units: 3_000,
  largestUnit: 0.01,
  spanMs: 9e8,
  hours: new Map(),
  segments: new Map(),
};
const nothingKnown: PlanFacts = { artifactBytes: {}, otherSalts: new Map(), undecidable: [], log: manyUsers };

/** What rules of that name say. */
function told(rule: string, text: string, known: Partial<PlanFacts> = {}): string[] {
  const found = lintPlan({ ...parsed(text), registry, facts: { ...nothingKnown, ...known } });
  return found.filter((finding) => finding.rule === rule).map(({ message, hint }) => `${message}; ${hint}`);
}

const staged = shortPlan.replace('[{ name: full', '[{ name: first, weight: 5% }, { name: full');
const baked = (first: string, second: string) =>
  shortPlan.replace(
    '[{ name: full, weight: 1 }]',
    `[{ name: first, weight: 5% }, { name: half, weight: 50%, ${first} }, { name: full, weight: 1, ${second} }]`,
  );
const page = 'docs/routing.md#where-a-percentage-is-the-wrong-tool';

describe('a log of few users', () => {
  test('has none for a percentage', () => {
    const log = { ...manyUsers, units: 199 };
    expect(told('few-users', staged, { log })).toEqual([
      `the log has 199 users, and a percentage of so few is hardly anybody; give the candidate to users by name, behind a flag, or write only the stages shadow and full: ${page}`,
    ]);
    expect(told('few-users', staged)).toEqual([]);
    const sampled = staged.replace('source: requests.jsonl', 'source: requests.jsonl, sample: { units: 10% }');
    expect(told('few-users', sampled, { log })).toEqual([]);
    expect(told('few-users', shortPlan, { log })).toEqual([]);
  });

  test('of whom one makes most requests is one coin toss', () => {
    const log = { ...manyUsers, largestUnit: 0.62 };
    expect(told('giant-unit', staged, { log })).toEqual([
      `one user makes 62% of the requests, and gets one version whatever the weight; assign by another unit than user_id (requests.fields.unit), or leave it out with requests.where: ${page}`,
    ]);
    expect(told('giant-unit', staged)).toEqual([]);
  });
});

function withRoute(plan: string, target: 'istio' | 'nginx'): string {
  return `${plan}routing: [${routeItem(target)}]\n`;
}

test('a session is not split by a router that picks by chance', () => {
  const sessions = staged.replace('source: requests.jsonl', 'source: requests.jsonl, fields: { unit: session_id }');
  expect(told('stateful-sessions', withRoute(sessions, 'istio'))).toEqual([
    `istio picks at random for each request, so both versions answer one session_id in turn; choose a target that decides by user, or release blue-green if a session has state: ${page}`,
  ]);
  expect(told('stateful-sessions', withRoute(staged, 'istio'))).toEqual([]);
  expect(told('stateful-sessions', `${withRoute(sessions, 'nginx')}assignment: { scheme: nginx }\n`)).toEqual([]);
});

test('stages that are over within an hour are a switch', () => {
  expect(told('hurried-stages', baked('bake: 10m', 'bake: 20m'))).toEqual([
    `all users may have the candidate 30 min after the first ones; write longer bakes, or call it blue-green and write only the stages shadow and full: ${page}`,
  ]);
  expect(told('hurried-stages', baked('bake: 10m', 'bake: 24h'))).toEqual([]);
  expect(told('hurried-stages', baked('bake: 10m', 'bake: 20m, newRequests: 5000'))).toEqual([]);
  expect(told('hurried-stages', staged)).toEqual([]);
});

test('features of other code are replayed before anybody has them', () => {
  expect(told('other-features', staged, { otherPreprocessing: true })).toEqual([
    `the candidate makes its features with a different preprocess.mjs than the baseline; begin with a shadow stage, { name: shadow, weight: 0 }: ${page}`,
  ]);
  expect(told('other-features', staged, { otherPreprocessing: false })).toEqual([]);
  const shadowed = staged.replace('[{ name: first', '[{ name: shadow, weight: 0 }, { name: first');
  expect(told('other-features', shadowed, { otherPreprocessing: true })).toEqual([]);
});
