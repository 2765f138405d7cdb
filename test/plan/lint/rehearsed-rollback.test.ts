import { expect, test } from 'vitest';
import type { HistoryEntry, ModelRegistry } from '../../../src/domain/registry.ts';
import { rehearsedRollback } from '../../../src/plan/lint/rehearsed-rollback.ts';
import { examplePlan, parsed } from '../plan-text.ts';

const now = '2026-12-01T10:00:00.000Z';

function warnings(rollback: string, rehearsal?: Partial<HistoryEntry>): string[] {
  const { plan } = parsed(examplePlan.replace(/^rollback.*\n/mu, rollback));
  const entry = {
    revision: 1,
    at: '',
    action: 'rehearse',
    version: '1.5.0',
    rollout: plan.name,
    previous: '',
  } as const;
  const registry: ModelRegistry = {
    schemaVersion: 1,
    model: 'intent',
    revision: 0,
    aliases: {},
    traffic: {},
    versions: {},
    rollouts: {},
    history: rehearsal === undefined ? [] : [{ ...entry, ...rehearsal }],
  };
  if (rehearsedRollback.about !== 'now') throw new Error('the rule compares dates');
  return rehearsedRollback.check(plan, registry, now).map(({ message }) => message);
}

const never = 'rollback: { owner: on-call, steps: [x] }\n';
const rehearsedOn = (date: string) => `rollback: { owner: on-call, rehearsed: ${date}, steps: [x] }\n`;

test('a rollback that was never rehearsed is a warning', () => {
  expect(warnings(never)).toEqual(['the rollback was never rehearsed']);
});

test('a rehearsal of 90 days ago is recent, one of 91 days ago is a warning', () => {
  expect(warnings(rehearsedOn('2026-09-02'))).toEqual([]);
  expect(warnings(rehearsedOn('2026-09-01'))).toEqual(['the rollback was last rehearsed on 2026-09-01']);
});

test('a rehearsal in the registry counts like one in the plan', () => {
  const recent = { at: '2026-11-30T08:00:00.000Z', outcome: 'succeeded' } as const;
  expect(warnings(never, recent)).toEqual([]);
  expect(warnings(rehearsedOn('2025-01-01'), recent)).toEqual([]);
});

test('a rehearsal that failed, or of another plan, does not count', () => {
  const at = '2026-11-30T08:00:00.000Z';
  expect(warnings(never, { at, outcome: 'failed' })).toHaveLength(1);
  expect(warnings(never, { at, outcome: 'succeeded', rollout: 'another' })).toHaveLength(1);
});

test('a plan without instructions is another rule to tell', () => {
  expect(warnings('')).toEqual([]);
});
