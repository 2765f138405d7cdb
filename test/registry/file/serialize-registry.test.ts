import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ModelRegistry } from '../../../src/domain/registry.ts';
import { parseRegistry } from '../../../src/registry/file/parse-registry.ts';
import { serializeRegistry } from '../../../src/registry/file/serialize-registry.ts';
import { act, allStages, entered, startingRegistry, version } from '../example-registry.ts';

test('keys come in the order of the schema, whatever order they had', () => {
  const { history, model, ...rest } = startingRegistry;
  const shuffled = { history, ...Object.fromEntries(Object.entries(rest).toReversed()), model };
  expect(serializeRegistry({ ...startingRegistry, ...shuffled })).toBe(serializeRegistry(startingRegistry));
});

test('versions come in the order of their numbers, not of their letters', () => {
  const versions = Object.fromEntries(
    ['1.10.0', '1.9.0', '1.10.0-rc.1'].map((name) => [name, version('registered', name)]),
  );
  const text = serializeRegistry({ ...startingRegistry, versions });
  expect(Object.keys(JSON.parse(text).versions)).toStrictEqual(['1.9.0', '1.10.0-rc.1', '1.10.0']);
});

test('a rollout is laid out for reading: one line for each share-out, look and change', () => {
  const text = serializeRegistry(act(entered(['shadow', 'canary-5']), 'hold', 'half'));
  const withoutVersions = text.replace(/ {2}"versions": \{\n.*?\n {2}\},\n/su, '');
  expect(withoutVersions.replaceAll(/[\da-f]{64}/gu, '#').replaceAll('2026-11-05T08:00:00.000Z', 'T')).toBe(`{
  "schemaVersion": 1,
  "model": "intent-classifier",
  "revision": 3,
  "aliases": {
    "stable": "1.4.2",
    "canary": "1.5.0"
  },
  "traffic": { "1.4.2": 0.95, "1.5.0": 0.05 },
  "rollouts": {
    "intent-1.5.0": { "baseline": "1.4.2", "candidate": "1.5.0", "entered": ["shadow", "canary-5"], "looks": [
      { "stage": "shadow", "look": 1, "at": "T", "verdict": "increase", "evidence": "sha256:#", "tests": 4, "plannedUnits": 1000 },
      { "stage": "canary-5", "look": 1, "at": "T", "verdict": "increase", "evidence": "sha256:#", "tests": 4, "plannedUnits": 1000 },
      { "stage": "half", "look": 1, "at": "T", "verdict": "hold", "evidence": "sha256:#", "tests": 4, "plannedUnits": 1000 }
    ] }
  },
  "history": [
    { "revision": 1, "at": "T", "action": "enter", "version": "1.5.0", "rollout": "intent-1.5.0", "stage": "shadow", "weight": 0, "previous": "sha256:#" },
    { "revision": 2, "at": "T", "action": "enter", "version": "1.5.0", "rollout": "intent-1.5.0", "stage": "canary-5", "weight": 0.05, "previous": "sha256:#" },
    { "revision": 3, "at": "T", "action": "look", "version": "1.5.0", "rollout": "intent-1.5.0", "stage": "half", "previous": "sha256:#" }
  ]
}
`);
});

/** Lines that are in one text and not in the other: what `git diff --numstat` counts, lines of a registry being distinct. */
function changedLines(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const rest = [...now];
  const gone = old.filter((line) => {
    const at = rest.indexOf(line);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
  return [...gone.map((line) => `-${line}`), ...rest.map((line) => `+${line}`)];
}

const promotions: readonly (readonly [string, ModelRegistry, ModelRegistry])[] = [
  ...allStages.map((stage, index) => {
    const before = allStages.slice(0, index);
    return [`entering ${stage}`, entered(before), entered([...before, stage])] as const;
  }),
  ['holding', entered(['shadow']), act(entered(['shadow']), 'hold', 'canary-5')],
  ['rolling back', entered(allStages.slice(0, 2)), act(entered(allStages.slice(0, 2)), 'rollback', 'half')],
  ['rolling back from stable', entered(allStages), act(entered(allStages), 'rollback', 'full')],
];

test.each(promotions)('%s is a diff of fewer than 20 lines', (_, before, after) => {
  expect(changedLines(serializeRegistry(before), serializeRegistry(after)).length).toBeLessThan(20);
});

test('the first promotion of a file laid out by JSON.stringify is a diff of fewer than 20 lines as well', () => {
  const before = `${JSON.stringify(startingRegistry, undefined, 2)}\n`;
  expect(changedLines(before, serializeRegistry(entered(['shadow']))).length).toBeLessThan(20);
});

test('the shipped registry survives being read and written', () => {
  const path = new URL('../../../fixtures/registry/intent-classifier.json', import.meta.url);
  const text = readFileSync(path, 'utf8');
  const registry = parseRegistry(text, 'intent-classifier.json');
  expect(JSON.parse(serializeRegistry(registry))).toStrictEqual(JSON.parse(text));
});
