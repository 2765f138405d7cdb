import { servedDefaults } from './defaults.ts';
import { readToldNumbers } from './told-numbers.ts';
import type { Finding } from '../../documents/findings.ts';
import { itemsOf, keysOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';

/** Keys that speak of records, which numbers per version have not; what an organisation's base may say of them is harmless. */
const ofRecords = new Set(['segments', 'from', 'to', 'where', 'labelsMatureAfter', 'latencyUnit', 'decimal']);

/** Checks that the plan says where its requests, or its numbers, are. */
export function validateRequestSource(root: TreeNode): Finding[] {
  const requests = nodeAt(root, ['requests']);
  if (requests?.kind !== 'map') return [];
  const keys = keysOf(requests);
  const format = textOf(nodeAt(requests, ['format'])) ?? 'canary';
  if (!keys.includes('source') && !keys.includes('numbers')) return [noSource(format)];
  if (format !== 'aggregates') {
    const fields =
      format === 'canary'
        ? [
            ...checkLatencyUnit(requests),
            ...checkServedFields(keysOf(nodeAt(requests, ['fields']))),
            ...checkLabelField(root),
          ]
        : [];
    return keys.includes('numbers') ? [numbersOfAnotherFormat(), ...fields] : fields;
  }
  return [
    ...(keys.includes('numbers') ? checkNumbers(root, keys.includes('source')) : []),
    ...meaningless(['requests'], keys),
    ...itemsOf(nodeAt(root, ['stages'])).flatMap((stage, index) => meaningless(['stages', index], keysOf(stage))),
  ];
}

/** A unit is written once, and two times have none. */
function checkLatencyUnit(requests: TreeNode): Finding[] {
  const written = keysOf(nodeAt(requests, ['fields', 'latency']));
  const other = ['unit', 'from'].find((key) => written.includes(key));
  if (other === undefined || nodeAt(requests, ['latencyUnit']) === undefined) return [];
  const message =
    other === 'unit'
      ? 'fields.latency has a unit already'
      : 'fields.latency is the difference of two times, which has no unit';
  const hint = other === 'unit' ? 'write fields: { latency: PATH }, or no latencyUnit' : 'delete latencyUnit';
  return [
    { path: ['requests', 'latencyUnit'], at: 'key', rule: 'unused-key', message: `latencyUnit: ${message}`, hint },
  ];
}

/** An answer that is taken for the truth is always right. */
function checkLabelField(root: TreeNode): Finding[] {
  const path = ['requests', 'fields', 'label'];
  const prediction = textOf(nodeAt(root, ['requests', 'fields', 'prediction'])) ?? servedDefaults.prediction;
  const node = nodeAt(root, path);
  const labels = node?.kind === 'list' ? itemsOf(node).map((item) => textOf(item)) : [textOf(node)];
  if (!labels.includes(prediction)) return [];
  const message = `label: ${prediction} is what the version answered, which would be right always`;
  return [{ path, rule: 'invalid-value', message, hint: 'write the path of what turned out to be right' }];
}

/** A live split's record holds one outcome itself; a map of outcomes is another kind of record. */
function checkServedFields(fields: readonly string[]): Finding[] {
  const path = ['requests', 'fields'];
  if (fields.includes('servedBy')) {
    if (!fields.includes('outcomes')) return [];
    const message = 'outcomes is not read where servedBy says whose outcome a record is';
    return [{ path: [...path, 'outcomes'], at: 'key', rule: 'unused-key', message, hint: 'delete one of the two' }];
  }
  return ['latency', 'error', 'prediction', 'score']
    .filter((field) => fields.includes(field))
    .map((field) => ({
      path: [...path, field],
      at: 'key',
      rule: 'unused-key',
      message: `${field} is read with servedBy alone`,
      hint: 'write servedBy: and the field with the version that served the request',
    }));
}

function noSource(format: string): Finding {
  const numbers = format === 'aggregates';
  return {
    path: ['requests', 'source'],
    rule: 'missing-key',
    message: `requests.source is missing`,
    hint: numbers
      ? 'write source: numbers.yaml, or numbers: and the numbers themselves'
      : 'write source: ../requests/*.jsonl',
    explains: [['requests'], ['requests', 'numbers']],
  };
}

function numbersOfAnotherFormat(): Finding {
  return {
    path: ['requests', 'numbers'],
    at: 'key',
    rule: 'unused-key',
    message: 'numbers are read with format: aggregates alone',
    hint: 'write format: aggregates, or source: and a request log',
    explains: [['requests'], ['requests', 'source']],
  };
}

function checkNumbers(root: TreeNode, hasSource: boolean): readonly Finding[] {
  const path = ['requests', 'numbers'];
  const { findings } = readToldNumbers(nodeAt(root, path), path);
  if (!hasSource) return findings;
  const message = 'requests has both numbers and a source of numbers';
  return [...findings, { path, at: 'key', rule: 'unused-key', message, hint: 'keep one of the two' }];
}

function meaningless(parent: TreePath, keys: readonly string[]): Finding[] {
  return keys
    .filter((key) => ofRecords.has(key))
    .map((key) => ({
      path: [...parent, key],
      at: 'key',
      rule: 'unused-key',
      message: `${key} picks among records, and format: aggregates has none`,
      hint:
        key === 'segments' ? 'write segment: locale=de-DE at a number' : `delete ${key}; give the numbers of that time`,
    }));
}
