import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../src/domain/errors.ts';
import type { ModelRegistry } from '../../src/domain/registry.ts';
import { addVersion } from '../../src/registry/change/add-version.ts';
import { recordApplied, withPendingApply } from '../../src/registry/change/applied.ts';
import { changelogText } from '../../src/registry/change/changelog.ts';
import { nextStage, rolloutState } from '../../src/registry/file/rollout-state.ts';
import { parseRegistry } from '../../src/registry/file/parse-registry.ts';
import { recordRehearsal } from '../../src/registry/change/rehearsal.ts';
import { rollBack } from '../../src/registry/change/roll-back.ts';
import { targetOfModel } from '../../src/registry/change/rollback-target.ts';
import { serializeRegistry } from '../../src/registry/file/serialize-registry.ts';
import { trafficContradiction } from '../../src/registry/file/traffic.ts';
import {
  act,
  changeAt,
  laterRollout,
  otherRollout,
  rollout,
  stages,
  startingRegistry,
  version,
} from './example-registry.ts';
import { applyVerdict } from '../../src/registry/change/apply-verdict.ts';

const at = '2026-11-06T08:00:00.000Z';
const overriddenBy = { by: 'ana', reason: 'known cause' };
const { status: _status, ...entry } = version('registered', 'added');

type Command = (registry: ModelRegistry) => ModelRegistry;

const stageOf = (registry: ModelRegistry, name: string) => {
  const entered = rolloutState(registry, name) === 'rolled-back' ? [] : (registry.rollouts[name]?.entered ?? []);
  return (nextStage(stages, entered) ?? stages.at(-1))?.name ?? '';
};

/** What people and pipelines do to a model, each to the rollout that it is about. */
const commands: readonly Command[] = [
  ...[rollout, otherRollout, laterRollout].flatMap((versions): Command[] => [
    (registry) =>
      withPendingApply(registry, act(registry, 'increase', stageOf(registry, versions.name), versions), true),
    (registry) => act(registry, 'hold', stageOf(registry, versions.name), versions),
    (registry) =>
      withPendingApply(registry, act(registry, 'rollback', stageOf(registry, versions.name), versions), false),
    (registry) =>
      applyVerdict(
        registry,
        'increase',
        changeAt(stageOf(registry, versions.name), { rollout: versions, overriddenBy }),
      ),
    (registry) => recordRehearsal(registry, { rollout: versions, at, outcome: 'succeeded', person: {} }),
  ]),
  (registry) => {
    const target = targetOfModel(registry);
    if ('nothing' in target) return registry;
    return withPendingApply(registry, rollBack(registry, { rollout: target.rollout, at }), 'unknown');
  },
  (registry) => (registry.applied === false ? recordApplied(registry, at) : registry),
  (registry) => addVersion(registry, { version: `2.${registry.revision}.0`, entry, at }),
];

test('no sequence of commands leads to a registry that is not valid, or away from what its history says', () => {
  let made = 0;
  assert(
    property(array(constantFrom(...commands), { minLength: 5, maxLength: 40, size: 'max' }), (sequence) => {
      let registry = startingRegistry;
      for (const command of sequence) {
        const after = attempt(command, registry);
        if (after === registry) continue;
        made += 1;
        check(registry, after);
        registry = after;
      }
    }),
    { numRuns: 100 },
  );
  expect(made).toBeGreaterThan(500);
});

function attempt(command: Command, registry: ModelRegistry): ModelRegistry {
  try {
    return command(registry);
  } catch (error) {
    if (error instanceof UserError) return registry;
    throw error;
  }
}

function check(before: ModelRegistry, after: ModelRegistry): void {
  // Reading checks the schema, the sum of the traffic and the chain of the history.
  expect(parseRegistry(serializeRegistry(after), 'registry.json')).toStrictEqual(after);
  expect(trafficContradiction(after)).toBeUndefined();
  expect(after.revision).toBe(before.revision + 1);
  expect(after.history.slice(0, -1)).toStrictEqual(before.history);
  expect(Object.values(after.traffic).reduce((sum, share) => sum + Math.round(share * 1e6), 0)).toBe(1e6);
  for (const [name, { status: _before, ...known }] of Object.entries(before.versions)) {
    expect(after.versions[name]).toMatchObject(known);
  }
  expect(changelogText(after).startsWith('# Changelog of intent-classifier\n')).toBe(true);
}
