import { expect, test } from 'vitest';
import { changeToApply, recordApplied, withPendingApply } from '../../../src/registry/change/applied.ts';
import { parseRegistry } from '../../../src/registry/file/parse-registry.ts';
import { rolloutState } from '../../../src/registry/file/rollout-state.ts';
import { serializeRegistry } from '../../../src/registry/file/serialize-registry.ts';
import { act, entered, rollout, startingRegistry } from '../example-registry.ts';

const at = '2026-11-07T08:00:00.000Z';
const moved = entered(['shadow', 'canary-5']);
const pending = withPendingApply(startingRegistry, moved, true);

test('a change that moved traffic is not applied until the commands have run', () => {
  expect(pending).toStrictEqual({ ...moved, applied: false });
  const applied = recordApplied(pending, at);
  expect(applied).toMatchObject({ applied: true, revision: 3, traffic: moved.traffic });
  expect(applied.history.at(-1)).toMatchObject({ action: 'apply', version: '1.5.0', stage: 'canary-5', at });
  expect(rolloutState(applied, rollout.name)).toBe('underway');
  expect(parseRegistry(serializeRegistry(applied), 'registry.json')).toStrictEqual(applied);
});

test('a look leaves what was applied as it was', () => {
  expect(withPendingApply(pending, act(pending, 'hold', 'half'), true).applied).toBe(false);
  const applied = recordApplied(pending, at);
  expect(withPendingApply(applied, act(applied, 'hold', 'half'), true).applied).toBe(true);
});

test('of a plan without commands nothing is said', () => {
  expect(withPendingApply(pending, act(pending, 'rollback', 'half'), false)).not.toHaveProperty('applied');
});

test('without a plan, a registry that was applied before is not any more', () => {
  expect(withPendingApply(pending, act(pending, 'rollback', 'half'), 'unknown').applied).toBe(false);
  expect(withPendingApply(moved, act(moved, 'rollback', 'half'), 'unknown')).not.toHaveProperty('applied');
});

test('the commands are told the whole state and the last change that moved it', () => {
  expect(changeToApply(act(pending, 'hold', 'half'))).toStrictEqual({
    schemaVersion: 1,
    model: 'intent-classifier',
    revision: 3,
    traffic: { '1.4.2': 0.95, '1.5.0': 0.05 },
    aliases: { stable: '1.4.2', canary: '1.5.0' },
    change: {
      at: '2026-11-05T08:00:00.000Z',
      action: 'enter',
      version: '1.5.0',
      rollout: 'intent-1.5.0',
      stage: 'canary-5',
      weight: 0.05,
    },
  });
  expect(changeToApply(startingRegistry)).not.toHaveProperty('change');
});
