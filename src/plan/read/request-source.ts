import { servedDefaults } from './defaults.ts';
import type { Finding } from '../../documents/findings.ts';
import { child, itemsOf, keysOf, nodeAt, textOf, textsOf, type TreeNode, type TreePath } from '../../documents/tree.ts';
import { unusedKey } from './section.ts';

/** Keys that speak of records, which numbers per version have not; what an organisation's base may say of them is harmless. */
const ofRecords = new Set(['segments', 'from', 'to', 'where', 'sample', 'labelsMatureAfter', 'latencyUnit', 'decimal']);

/**
 * Checks that the plan says where its requests, or its numbers, are.
 * @param ofNumbers what is wrong with the numbers that the plan holds itself.
 */
export function validateRequestSource(root: TreeNode, ofNumbers: readonly Finding[]): Finding[] {
  const requests = nodeAt(root, ['requests']);
  if (requests?.kind !== 'map') return [];
  const keys = keysOf(requests);
  const format = textOf(child(requests, 'format')) ?? 'canary';
  // Whoever asks a server reads no file.
  if (format === 'prometheus') return [];
  const [hasSource, hasNumbers] = [keys.includes('source'), keys.includes('numbers')];
  if (!hasSource && !hasNumbers) return [noSource(format)];
  if (format === 'cloudwatch') {
    return [
      ...(hasNumbers ? [numbersOfAnotherFormat] : []),
      ...itemsOf(nodeAt(root, ['stages'])).flatMap((stage, index) =>
        meaningless(['stages', index], keysOf(stage), format),
      ),
    ];
  }
  if (format === 'sums') return hasNumbers ? [numbersOfAnotherFormat] : [];
  if (format !== 'aggregates') {
    return [...(hasNumbers ? [numbersOfAnotherFormat] : []), ...(format === 'canary' ? checkFields(requests) : [])];
  }
  const twice = 'requests has both numbers and a source of numbers';
  return [
    ...ofNumbers,
    ...(hasNumbers && hasSource ? [unusedKey(['requests', 'numbers'], twice, 'keep one of the two')] : []),
    ...meaningless(['requests'], keys),
    ...itemsOf(nodeAt(root, ['stages'])).flatMap((stage, index) => meaningless(['stages', index], keysOf(stage))),
  ];
}

function checkFields(requests: TreeNode): Finding[] {
  const fields = child(requests, 'fields');
  return [
    ...(child(requests, 'latencyUnit') === undefined ? [] : checkLatencyUnit(keysOf(child(fields, 'latency')))),
    ...checkServedFields(keysOf(fields)),
    ...checkLabelField(fields),
  ];
}

/** A unit is written once, and two times have none. */
function checkLatencyUnit(written: readonly string[]): Finding[] {
  const path = ['requests', 'latencyUnit'];
  const where = 'latencyUnit: fields.latency';
  if (written.includes('unit'))
    return [unusedKey(path, `${where} already has a unit`, 'write fields: { latency: PATH }, or no latencyUnit')];
  if (!written.includes('from')) return [];
  return [unusedKey(path, `${where} is the difference of two times, which has no unit`, 'delete latencyUnit')];
}

/** An answer that is taken for the truth is always right. */
function checkLabelField(fields: TreeNode | undefined): Finding[] {
  const prediction = textOf(child(fields, 'prediction')) ?? servedDefaults.prediction;
  if (!textsOf(child(fields, 'label')).includes(prediction)) return [];
  const message = `label: ${prediction} is what the version answered, which would always be right`;
  const hint = 'write the path of what turned out to be right';
  return [{ path: ['requests', 'fields', 'label'], rule: 'invalid-value', message, hint }];
}

/** A live split's record holds one outcome itself; a map of outcomes is another kind of record. */
function checkServedFields(fields: readonly string[]): Finding[] {
  const path = ['requests', 'fields'];
  if (fields.includes('servedBy')) {
    if (!fields.includes('outcomes')) return [];
    const message = 'outcomes is not read when servedBy says whose outcome a record is';
    return [unusedKey([...path, 'outcomes'], message, 'delete one of the two')];
  }
  const hint = 'write servedBy: and the field with the version that served the request';
  return ['latency', 'error', 'prediction', 'score']
    .filter((field) => fields.includes(field))
    .map((field) => unusedKey([...path, field], `${field} is only read with servedBy`, hint));
}

function noSource(format: string): Finding {
  return {
    path: ['requests', 'source'],
    rule: 'missing-key',
    message: `requests.source is missing`,
    hint:
      format === 'aggregates'
        ? 'write source: numbers.yaml, or numbers: and the numbers themselves'
        : format === 'cloudwatch'
          ? 'write source: answers.json, a file that aws cloudwatch get-metric-data wrote'
          : 'write source: ../requests/*.jsonl',
    explains: [['requests'], ['requests', 'numbers'], ['requests', 'url']],
  };
}

const numbersOfAnotherFormat: Finding = {
  ...unusedKey(
    ['requests', 'numbers'],
    'numbers are only read with format: aggregates',
    'write format: aggregates, or source: and a request log',
  ),
  explains: [['requests'], ['requests', 'source'], ['requests', 'url']],
};

function meaningless(parent: TreePath, keys: readonly string[], format = 'aggregates'): Finding[] {
  return keys
    .filter((key) => ofRecords.has(key))
    .map((key) => {
      const hint =
        key === 'segments' && format === 'aggregates'
          ? 'write segment: locale=de-DE at a number'
          : `delete ${key}; give the numbers of that time`;
      return unusedKey([...parent, key], `${key} selects records, but format: ${format} has none`, hint);
    });
}
