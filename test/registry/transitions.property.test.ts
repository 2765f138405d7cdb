import { array, assert, constantFrom, double, property, record, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../src/domain/errors.ts';
import type { Decision, ModelRegistry, ModelVersion } from '../../src/domain/registry.ts';
import { applyVerdict } from '../../src/registry/change/apply-verdict.ts';
import { parseRegistry } from '../../src/registry/file/parse-registry.ts';
import { rolloutState, rolloutUnderway } from '../../src/registry/file/rollout-state.ts';
import { serializeRegistry } from '../../src/registry/file/serialize-registry.ts';
import type { RolloutChange } from '../../src/registry/change/transition.ts';
import { runsOf } from '../fixtures/tiers.ts';
import { changeAt, startingRegistry } from './example-registry.ts';

const versionNames = Object.keys(startingRegistry.versions);

/** Plans whose weights rise by any amounts, from a shadow stage or not, to 1. */
const stageLists = uniqueArray(double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }).map((weights) => [
  ...weights.toSorted((left, right) => left - right).map((weight, index) => ({ name: `stage-${index}`, weight })),
  { name: 'full', weight: 1 },
]);

const steps = record({
  verdict: constantFrom<Decision>('increase', 'increase', 'increase', 'hold', 'rollback'),
  rollout: constantFrom(
    { name: 'first', baseline: '1.4.2', candidate: '1.5.0' },
    { name: 'first', baseline: '1.4.2', candidate: '1.6.0' },
    { name: 'second', baseline: '1.4.2', candidate: '1.5.0' },
    { name: 'next', baseline: '1.5.0', candidate: '1.6.0' },
    { name: 'back', baseline: '1.5.0', candidate: '1.4.2' },
    { name: 'toString', baseline: '1.6.0', candidate: '1.5.0' },
    { name: 'same', baseline: '1.4.2', candidate: '1.4.2' },
  ),
  stage: constantFrom('next', 'next', 'next', 'stage-0', 'stage-2', 'full'),
  overriddenBy: constantFrom(undefined, undefined, { by: 'ana', reason: 'known cause' }),
});

const runs = runsOf(150, 40);

test('no sequence of verdicts leads to a registry that is not valid, or changes what must not change', () => {
  let moved = 0;
  assert(
    property(stageLists, array(steps, { minLength: 5, maxLength: 40, size: 'max' }), (stages, sequence) => {
      let registry = startingRegistry;
      for (const { verdict, stage, rollout, overriddenBy } of sequence) {
        const entered = Object.hasOwn(registry.rollouts, rollout.name)
          ? (registry.rollouts[rollout.name]?.entered ?? [])
          : [];
        const ended = rolloutState(registry, rollout.name) === 'rolled-back';
        const wanted =
          stage === 'next' ? stages[ended ? 0 : entered.length] : stages.find(({ name }) => name === stage);
        if (wanted === undefined) continue;
        const after = attempt(
          registry,
          verdict,
          changeAt(wanted.name, { rollout, stage: wanted, stages, overriddenBy }),
        );
        if (after === undefined) continue;
        moved += 1;
        checkStep(registry, after);
        registry = after;
      }
    }),
    { numRuns: runs },
  );
  // Were everything refused, nothing would have been checked.
  expect(moved).toBeGreaterThan(3 * runs);
});

function attempt(registry: ModelRegistry, verdict: Decision, change: RolloutChange): ModelRegistry | undefined {
  try {
    return applyVerdict(registry, verdict, change);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function checkStep(before: ModelRegistry, after: ModelRegistry): void {
  const text = serializeRegistry(after);
  // Reading checks the schema, the sum of the traffic and the chain of the history.
  expect(parseRegistry(text, 'registry.json')).toStrictEqual(after);
  expect(serializeRegistry(parseRegistry(text, 'registry.json'))).toBe(text);
  expect(Object.values(after.traffic).reduce((sum, share) => sum + Math.round(share * 1e6), 0)).toBe(1e6);
  expect(after.revision).toBe(before.revision + 1);
  expect(after.history.slice(0, -1)).toStrictEqual(before.history);
  expect(withoutStatus(after)).toStrictEqual(withoutStatus(before));
  checkAgreement(after);
}

function withoutStatus({ versions }: ModelRegistry): Record<string, Omit<ModelVersion, 'status'>> {
  return Object.fromEntries(Object.entries(versions).map(([name, { status: _status, ...rest }]) => [name, rest]));
}

/** Status, aliases and traffic tell the same story. */
function checkAgreement({ versions, aliases, traffic, ...registry }: ModelRegistry): void {
  const withStatus = (wanted: string) => versionNames.filter((name) => versions[name]?.status === wanted);
  expect(withStatus('stable')).toStrictEqual([aliases['stable']]);
  expect(withStatus('canary')).toStrictEqual(aliases['canary'] === undefined ? [] : [aliases['canary']]);
  const underway = rolloutUnderway({ versions, aliases, traffic, ...registry });
  expect([...withStatus('canary'), ...withStatus('shadow')]).toStrictEqual(
    underway === undefined ? [] : [registry.rollouts[underway]?.candidate],
  );
  for (const [name, share] of Object.entries(traffic)) {
    if (share > 0) expect(['stable', 'canary']).toContain(versions[name]?.status);
  }
}
