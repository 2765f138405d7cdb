import { expect, test } from 'vitest';
import { addVersion, emptyRegistry } from '../../../src/registry/change/add-version.ts';
import { parseRegistry } from '../../../src/registry/file/parse-registry.ts';
import { serializeRegistry } from '../../../src/registry/file/serialize-registry.ts';
import { trafficContradiction } from '../../../src/registry/file/traffic.ts';
import { act, allStages, entered, otherRollout, refusal, startingRegistry, version } from '../example-registry.ts';

const at = '2026-11-07T08:00:00.000Z';
const { status: _status, ...entry } = version('registered', '2.0.0');

test('a version is registered and moves nothing', () => {
  const before = entered(['shadow', 'canary-5']);
  const after = addVersion(before, { version: '2.0.0', entry, at });
  expect(after.versions).toStrictEqual({ ...before.versions, '2.0.0': { status: 'registered', ...entry } });
  expect(after).toMatchObject({ traffic: before.traffic, aliases: before.aliases, revision: 3 });
  expect(after.history.at(-1)).toMatchObject({ action: 'add', version: '2.0.0', at });
});

test('the first version of a model is stable and has all traffic', () => {
  const first = addVersion(emptyRegistry('new'), { version: '1.0.0', entry, at });
  expect(first).toMatchObject({ aliases: { stable: '1.0.0' }, traffic: { '1.0.0': 1 } });
  expect(parseRegistry(serializeRegistry(first), 'new.json')).toStrictEqual(first);
});

test('a version that is there is refused', () => {
  expect(refusal(() => addVersion(startingRegistry, { version: '1.5.0', entry, at }))).toContain(
    'already has a version 1.5.0, and a version never changes',
  );
});

test.each(['1.5', 'v1.5.1', '1.5.1 ', 'latest', '01.2.3', ''])('%j is not a version number', (number) => {
  expect(() => addVersion(startingRegistry, { version: number, entry, at })).toThrow(
    'is not a semantic version number',
  );
});

test.each(['1.5.1-rc.1', '1.5.1+build.7'])('%s is a version number', (number) => {
  expect(addVersion(startingRegistry, { version: number, entry, at }).versions).toHaveProperty([number]);
});

test('traffic agrees with the history after every step of a rollout and back', () => {
  const steps = allStages.map((_, index) => entered(allStages.slice(0, index + 1)));
  const back = act(entered(['shadow', 'canary-5']), 'rollback', 'half');
  const marked = act(entered(['shadow', 'canary-5']), 'rollback', 'shadow', otherRollout);
  for (const registry of [startingRegistry, ...steps, back, marked]) {
    expect(trafficContradiction(registry)).toBeUndefined();
  }
});

test('traffic that was edited contradicts the stage that was entered', () => {
  const edited = { ...entered(['shadow', 'canary-5']), traffic: { '1.4.2': 0.5, '1.5.0': 0.5 } };
  expect(trafficContradiction(edited)).toBe('1.4.2 has 0.5 of the traffic, but the history gives it 0.95');
});
