import { expect, test } from 'vitest';
import { UserError } from '../../../src/domain/errors.ts';
import { parseRegistry } from '../../../src/registry/file/parse-registry.ts';
import { serializeRegistry } from '../../../src/registry/file/serialize-registry.ts';
import { allStages, entered, rollout, startingRegistry, version } from '../example-registry.ts';

const file = 'registry/intent-classifier.json';
const versions = startingRegistry.versions;

function failureOf(text: string): UserError {
  try {
    parseRegistry(text, file);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the registry was read');
}

/** The findings of a registry that differs from a good one, as `line:column message; hint`. */
function findingsOf(changed: object, base: object = startingRegistry): string[] {
  const { exitCode, diagnostics } = failureOf(JSON.stringify({ ...base, ...changed }, undefined, 2));
  expect(exitCode).toBe(5);
  return diagnostics.map(({ line, column, message, hint }) => `${line}:${column} ${message}; ${hint}`);
}

test('a file that a person wrote is read as it stands', () => {
  expect(parseRegistry(JSON.stringify(startingRegistry), file)).toStrictEqual(startingRegistry);
});

test('a byte order mark is passed over', () => {
  expect(parseRegistry(`\uFEFF${JSON.stringify(startingRegistry)}`, file)).toStrictEqual(startingRegistry);
});

test.each([
  ['absent', {}],
  ['empty', { aliases: {}, traffic: {}, rollouts: {}, history: [] }],
])('at revision 0 the only stable version has the alias and the traffic where those are %s', (_, parts) => {
  const { schemaVersion, model, revision } = startingRegistry;
  const text = JSON.stringify({ schemaVersion, model, revision, versions, ...parts });
  expect(parseRegistry(text, file)).toStrictEqual(startingRegistry);
});

test('without traffic, no stable version is an error that says what to write', () => {
  const { '1.5.0': only } = versions;
  expect(findingsOf({ versions: { '1.5.0': only }, aliases: {}, traffic: undefined })).toStrictEqual([
    '1:1 traffic is missing, and no version is stable; give the version that serves users the status stable, or write "traffic": { "1.5.0": 1 }',
  ]);
});

test('without traffic, two stable versions are an error', () => {
  const twice = { '1.4.2': version('stable', '1.4.2'), '1.5.0': version('stable', '1.5.0') };
  expect(findingsOf({ versions: twice, traffic: undefined })[0]).toContain('1.4.2 and 1.5.0 are both stable');
});

test('after the first revision nothing may be missing', () => {
  expect(findingsOf({ traffic: undefined }, entered(['shadow']))[0]).toContain(
    'traffic is missing from a file at revision 1',
  );
});

test('keys that this version does not know are kept', () => {
  const extended = {
    ...startingRegistry,
    owner: 'search team',
    versions: { ...versions, '1.4.2': { ...versions['1.4.2'], licence: 'MIT' } },
  };
  const read = parseRegistry(JSON.stringify(extended), file);
  expect(read).toStrictEqual(extended);
  expect(JSON.parse(serializeRegistry(read))).toStrictEqual(extended);
});

test.each([
  ['an empty file', '', '1:1', 'not JSON: the file ends where a value should stand'],
  [
    'a cut file',
    '{\n  "schemaVersion": 1,',
    '2:22',
    'not JSON: the file ends where a key in double quotes should stand',
  ],
  [
    'a comment',
    '{\n  // ours\n  "schemaVersion": 1\n}',
    '2:3',
    'not JSON: there is "/" where a key in double quotes should stand',
  ],
  [
    'a merge conflict',
    '{\n  "schemaVersion": 1,\n<<<<<<< HEAD\n}',
    '3:1',
    'not JSON: a merge left both versions of the file here',
  ],
  ['a repeated key', '{\n  "model": "a",\n  "model": "b"\n}', '3:3', '"model" is written twice'],
])('%s is refused with its place', (_, text, place, message) => {
  const { exitCode, diagnostics } = failureOf(text);
  expect(exitCode).toBe(5);
  expect(diagnostics.map((each) => [`${each.line}:${each.column}`, each.message])).toStrictEqual([[place, message]]);
});

test('a newer schemaVersion asks for a newer canary and complains of nothing else', () => {
  const failure = failureOf('{"schemaVersion": 2, "models": []}');
  expect(failure.message).toBe(`${file} was written by a newer canary (schemaVersion 2; this one reads 1)`);
  expect(failure.diagnostics).toStrictEqual([]);
});

test('everything that the schema forbids is told at once, from top to bottom', () => {
  expect(
    findingsOf({
      revision: '3',
      traffic: { '1.4.2': 1.5 },
      versions: {
        '1.4.2': { ...versions['1.4.2'], status: 'stabel', artifact: { runtime: 'tfjs' } },
        '1.5.0': { ...versions['1.5.0'], signature: { output: { kind: 'classification' } } },
      },
    }),
  ).toStrictEqual([
    '4:15 revision is "3", not a whole number; write 0',
    '9:14 traffic["1.4.2"] is 1.5, above 1; write 0.95',
    '13:17 versions["1.4.2"].status cannot be "stabel"; did you mean stable? (one of registered, shadow, canary, stable, archived, rolled_back)',
    '16:7 versions["1.4.2"].artifact.path is missing; write "path": "models/intent-classifier/1.4.2"',
    expect.stringContaining('16:7 versions["1.4.2"].artifact.sha256 is missing; write "sha256": "'),
    '52:9 versions["1.5.0"].signature.output.labels is missing; write "labels": ["refund","greeting"]',
  ]);
});

test('a misspelt key that is needed is named', () => {
  const { status: stauts, ...rest } = version('stable', '1.4.2');
  expect(findingsOf({ versions: { '1.4.2': { stauts, ...rest } } })[0]).toContain(
    'versions["1.4.2"].status is missing; found stauts',
  );
});

test('something else than an object is not a registry', () => {
  expect(failureOf('[]').diagnostics[0]?.message).toBe('the file is a list, not an object');
});

test('a recorded version needs no files', () => {
  const recorded = { ...version('stable', '1.4.2'), artifact: { runtime: 'recorded' } };
  const text = JSON.stringify({ ...startingRegistry, versions: { '1.4.2': recorded } });
  expect(parseRegistry(text, file).versions['1.4.2']?.artifact).toStrictEqual({ runtime: 'recorded' });
});

test.each([
  [{ '1.4.2': 0.9 }, 'traffic sums to 0.9, not to 1'],
  [{ '1.4.2': 0.95, '1.5.0': 0.0500011 }, 'traffic sums to 1.0000011, not to 1'],
  [{ '1.4.2': 0.95, '1.5.0': 0.06 }, 'traffic sums to 1.01, not to 1'],
])('traffic %j is refused', (traffic, message) => {
  expect(findingsOf({ traffic })).toStrictEqual([
    `8:3 ${message}; give the versions shares that sum to 1, such as 0.95 and 0.05`,
  ]);
});

test.each([
  { '1.4.2': 0.9, '1.5.0': 0.1 },
  { '1.4.2': 0.7, '1.5.0': 0.2, '1.6.0': 0.1 },
  { '1.4.2': 0.3333333, '1.5.0': 0.6666667 },
])('traffic %j sums to 1', (traffic) => {
  expect(parseRegistry(JSON.stringify({ ...startingRegistry, traffic }), file).traffic).toStrictEqual(traffic);
});

test('an alias of an unknown version is refused with the nearest one', () => {
  expect(findingsOf({ aliases: { stable: '1.4.3' } })).toStrictEqual([
    '6:15 aliases.stable names version 1.4.3, which is not under versions; did you mean 1.4.2? (one of 1.4.2, 1.5.0, 1.6.0)',
  ]);
});

test('traffic of an unknown version is refused, also of one that every object answers to', () => {
  expect(findingsOf({ traffic: { constructor: 1 } })[0]).toContain(
    '9:5 traffic.constructor names version constructor, which is not under versions',
  );
});

test.each(['1.4', 'v1.4.2', '1.4.2.0', ' 1.4.2', 'latest'])('%s is not a version number', (name) => {
  expect(findingsOf({ versions: { ...versions, [name]: version('registered', name) } })[0]).toContain(
    `${JSON.stringify(name)} is not a semantic version number; write MAJOR.MINOR.PATCH, such as 1.`,
  );
});

test('a version number may have a pre-release and a build', () => {
  const name = '2.0.0-rc.1+build.7';
  const text = JSON.stringify({ ...startingRegistry, versions: { ...versions, [name]: version('registered', name) } });
  expect(Object.keys(parseRegistry(text, file).versions)).toContain(name);
});

test.each([
  ['/models/1.4.2', 'is absolute'],
  ['C:\\models', 'is absolute'],
  ['\\\\server\\models', 'is absolute'],
  ['../models/1.4.2', "leaves the registry's folder"],
  ['models/../../1.4.2', "leaves the registry's folder"],
  ['models\\..\\..\\1.4.2', "leaves the registry's folder"],
])('the artifact path %s is refused', (path, problem) => {
  const outside = { ...version('stable', '1.4.2'), artifact: { runtime: 'tfjs', path, sha256: '0'.repeat(64) } };
  expect(findingsOf({ versions: { '1.4.2': outside } })[0]).toContain(
    `versions["1.4.2"].artifact.path ${problem}: ${path}`,
  );
});

test('a history entry that was changed breaks the chain at the entry after it', () => {
  const registry = entered(['shadow', 'canary-5', 'half']);
  const history = registry.history.map((entry, index) => (index === 1 ? { ...entry, at: '2026-11-06' } : entry));
  expect(findingsOf({ history }, registry)).toStrictEqual([
    expect.stringContaining('history entry 3 does not carry the hash of entry 2, so one of the two was changed'),
  ]);
});

test('a history whose beginning was cut off is refused', () => {
  const registry = entered(['shadow', 'canary-5']);
  const history = registry.history.slice(1).map((entry) => ({ ...entry, revision: 1 }));
  expect(findingsOf({ history, revision: 1 }, registry)[0]).toContain('does not carry the hash of the empty string');
});

test('a revision that is not the number of history entries is refused', () => {
  expect(findingsOf({ revision: 3 }, entered(['shadow']))[0]).toContain('revision is 3, but history has 1 entry');
});

test('a rollout that history does not know is refused', () => {
  const record = { baseline: '1.4.2', candidate: '1.5.0', entered: ['shadow'], looks: [] };
  expect(findingsOf({ rollouts: { [rollout.name]: record } })[0]).toContain('history has no entry for the rollout');
});

test('a rollout that ran through all its stages is read back as it was', () => {
  const registry = entered(allStages);
  expect(parseRegistry(serializeRegistry(registry), file)).toStrictEqual(registry);
});
