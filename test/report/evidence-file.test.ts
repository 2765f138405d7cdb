import { createHash } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { array, assert, constant, double, integer, letrec, oneof, property, record, string } from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../src/domain/errors.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import { runtimes } from '../../src/domain/registry.ts';
import { evidenceDigest, serializeEvidence } from '../../src/report/document/serialize-evidence.ts';
import { evidenceSchema } from '../../src/report/document/evidence-schema.ts';
import schemaFile from '../../src/report/evidence.schema.json' with { type: 'json' };
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { increaseEvidence, manySegments, rollbackEvidence } from './example-evidence.ts';

test.each([
  ['rollback', rollbackEvidence],
  ['increase', increaseEvidence],
  ['many segments', manySegments(3)],
])('evidence of %s is the same after writing and reading', (_, evidence) => {
  expect(parseEvidence(serializeEvidence(evidence), 'evidence.json')).toEqual(evidence);
});

test('the bytes do not depend on the order in which the evidence was built', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).toReversed();
    return Object.fromEntries(entries.map(([key, item]) => [key, reversed(item)]));
  };
  const other: Evidence = JSON.parse(JSON.stringify(reversed(rollbackEvidence)));
  expect(Object.keys(other)).not.toEqual(Object.keys(rollbackEvidence));
  expect(serializeEvidence(other)).toBe(serializeEvidence(rollbackEvidence));
  expect(evidenceDigest(other)).toBe(evidenceDigest(rollbackEvidence));
});

test('keys come in the order of the contract, with two spaces and a final newline', () => {
  const text = serializeEvidence(rollbackEvidence);
  expect(Object.keys(JSON.parse(text))).toEqual([
    'schemaVersion',
    'createdAt',
    'digest',
    'tool',
    'plan',
    'stage',
    'statistics',
    'rollout',
    'inputs',
    'cohorts',
    'outcomes',
    'comparisons',
    'latency',
    'confusion',
    'drift',
    'guardrails',
    'checks',
    'verdict',
    'registryChange',
  ]);
  expect(text).toMatch(/^\{\n {2}"schemaVersion": 1,\n[^]*\n\}\n$/u);
});

test.each([NaN, Infinity, -Infinity])('a number that is %d is a bug, named with its place', (weight) => {
  const broken = { ...rollbackEvidence, stage: { ...rollbackEvidence.stage, weight } };
  expect(() => serializeEvidence(broken)).toThrow(
    /^evidence\.stage\.weight is -?(NaN|Infinity), not a finite number$/u,
  );
  expect(() => evidenceDigest(broken)).toThrow(RangeError);
});

test('the digest is over everything but itself', () => {
  const digest = evidenceDigest(rollbackEvidence);
  expect(evidenceDigest({ ...rollbackEvidence, digest })).toBe(digest);
  expect(evidenceDigest({ ...rollbackEvidence, createdAt: '2026-11-05T08:00:00.000Z' })).not.toBe(digest);
  const withUnknownKey: Evidence & { readonly note: string } = { ...rollbackEvidence, note: 'from a later version' };
  expect(evidenceDigest(withUnknownKey)).not.toBe(digest);
});

test('the digest is that of the canonical JSON of RFC 8785', () => {
  // The example of RFC 8785, section 3.2.3, as far as it is about the order of keys.
  const keys = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
  const errors = Object.fromEntries(keys.map((key, index) => [key, index]));
  const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33'];
  const members = sorted.map((key) => `${JSON.stringify(key)}:${keys.indexOf(key)}`);
  const canonical = `{"outcomes":{"baseline":{"errors":{${members.join(',')}},"requests":1e+21}}}`;
  const evidence: Evidence = JSON.parse(
    JSON.stringify({ outcomes: { baseline: { requests: 1e21, errors } }, digest: '' }),
  );
  expect(evidenceDigest(evidence)).toBe(createHash('sha256').update(canonical).digest('hex'));
});

test('keys that this version does not know survive reading and writing', () => {
  const text = serializeEvidence(rollbackEvidence).replace(
    '"schemaVersion": 1,',
    '"schemaVersion": 1, "later": {"b": 1, "a": 2},',
  );
  const read = parseEvidence(text, 'evidence.json');
  expect(serializeEvidence(read)).toContain('  "later": {\n    "a": 2,\n    "b": 1\n  }\n}\n');
});

function refusal(text: string): UserError {
  try {
    parseEvidence(text, 'evidence.json');
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const written = serializeEvidence(rollbackEvidence);

test.each([
  ['an empty file', '', 'evidence.json is empty'],
  ['a file cut in the middle', written.slice(0, 2000), 'is cut: it ends on line 93'],
  ['text that is not JSON', '{"schemaVersion": 1,, }', 'is not JSON'],
  [
    'a newer schema',
    written.replace('"schemaVersion": 1', '"schemaVersion": 2'),
    'written by a newer canary (schemaVersion 2',
  ],
  ['JSON of something else', '{}', 'is not evidence that canary wrote'],
  ['null', 'null', 'is not evidence that canary wrote'],
  [
    'a decision changed by hand',
    written.replace('"decision": "rollback"', '"decision": "increase"'),
    'is not evidence',
  ],
  ['a comparison without its numbers', written.replace(/"delta": 6.19,\n/u, ''), 'is not evidence'],
])('%s is refused with exit 5', (_, text, message) => {
  const error = refusal(text);
  expect(error.exitCode).toBe(5);
  expect(error.message).toContain(message);
  expect(error.hint).toBeDefined();
});

test('what is wrong in evidence is located', () => {
  const [finding] = refusal(written.replace('"comparison": "paired"', '"comparison": "pairs"')).diagnostics;
  expect(finding).toMatchObject({
    file: 'evidence.json',
    message: 'comparisons.0.comparison: must be one of paired, served',
    lineText: '      "comparison": "pairs",',
    column: 21,
  });
});

test('no JSON is read as evidence by accident, and none crashes the reader', () => {
  const { json } = letrec((tie) => ({
    json: oneof({ maxDepth: 3 }, constant(null), string(), double({ noNaN: true }), array(tie('json')), tie('object')),
    object: record({ schemaVersion: oneof(constant(1), integer()), verdict: tie('json') }),
  }));
  assert(
    property(json, (value) => {
      expect(refusal(JSON.stringify(value)).exitCode).toBe(5);
    }),
  );
});

interface DescribedNode {
  readonly $ref?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, DescribedNode>>;
  readonly items?: DescribedNode;
  readonly $defs?: Readonly<Record<string, DescribedNode>>;
}

function keysOf(node: DescribedNode, path: string): [string, DescribedNode][] {
  const properties = Object.entries(node.properties ?? {});
  return [
    ...properties.map(([key, child]): [string, DescribedNode] => [`${path}.${key}`, child]),
    ...properties.flatMap(([key, child]) => keysOf(child, `${path}.${key}`)),
    ...(node.items === undefined ? [] : keysOf(node.items, `${path}[]`)),
    ...Object.entries(node.$defs ?? {}).flatMap(([name, child]) => keysOf(child, name)),
  ];
}

test('every key of the schema is described', () => {
  const schema: DescribedNode = evidenceSchema;
  const undescribed = keysOf(schema, 'evidence').filter(([, node]) => {
    const described = node.$ref === undefined ? node : schema.$defs?.[node.$ref.replace('#/$defs/', '')];
    return (node.description ?? described?.description ?? '') === '';
  });
  expect(undescribed.map(([path]) => path)).toEqual([]);
});

test('every key that holds a value has examples, and they fit', () => {
  const schema: DescribedNode = evidenceSchema;
  const ajv = new Ajv2020({ strict: false });
  const leaves = keysOf(schema, 'evidence').filter(
    ([, node]) => node.$ref === undefined && node.properties === undefined,
  );
  const wrong = leaves.filter(([, { examples = [], ...node }]) => {
    const validate = ajv.compile({ ...node, $defs: schema.$defs });
    return examples.length === 0 || !examples.every((example) => validate(example));
  });
  expect(wrong.map(([path]) => path)).toEqual([]);
});

test('the schema names every key that evidence has', () => {
  const known = new Set(keysOf(evidenceSchema, 'evidence').map(([path]) => path.replace(/^.*\./u, '')));
  const maps = new Set(['rejected', 'errors', 'traffic', 'aliases', 'status', 'segment']);
  const keysIn = (value: unknown): string[] =>
    typeof value !== 'object' || value === null
      ? []
      : Object.entries(value).flatMap(([key, child]) => [
          ...(Array.isArray(value) ? [] : [key]),
          ...(maps.has(key) ? [] : keysIn(child)),
        ]);
  expect(keysIn(rollbackEvidence).filter((key) => !known.has(key))).toEqual([]);
});

test('src/report/evidence.schema.json lists the runtimes in the order of src/domain/registry.ts', () => {
  expect(schemaFile.$defs.version.properties.runtime.enum).toStrictEqual([...runtimes]);
});
