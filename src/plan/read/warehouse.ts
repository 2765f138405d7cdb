import type { OutcomeColumns, WarehouseTable } from '../../domain/log/warehouse-table.ts';
import type { Finding } from '../../documents/findings.ts';
import { child, keysOf, nodeAt, textOf, type TreeNode } from '../../documents/tree.ts';
import { known, unusedKey } from './section.ts';

/** What the plan may say of a warehouse's table; everything else of `requests` speaks of records that are read one by one. */
const ofSums = new Set([
  'format',
  'source',
  'table',
  'columns',
  'segments',
  'maxRejected',
  'maxUnknownLabels',
  'otherLabels',
]);

const defaultUnit = 'user_id';

/** Where the warehouse has the requests; undefined where the plan does not say it. */
export function readWarehouse(requests: TreeNode | undefined): WarehouseTable | undefined {
  const columns = child(requests, 'columns');
  const [table, label] = [textOf(child(requests, 'table')), textOf(child(columns, 'label'))];
  if (table === undefined || columns === undefined) return undefined;
  return {
    table,
    unit: textOf(child(columns, 'unit')) ?? defaultUnit,
    ...known({ label }),
    baseline: outcomeOf(child(columns, 'baseline')),
    candidate: outcomeOf(child(columns, 'candidate')),
  };
}

function outcomeOf(node: TreeNode | undefined): OutcomeColumns {
  const [latency, error, prediction] = ['latency', 'error', 'prediction'].map((key) => textOf(child(node, key)));
  return known({ latency, error, prediction });
}

/** Checks that a plan says where the rows are if it is judged on sums, that the warehouse can tell who is in the canary, and nothing beside. */
export function validateWarehouse(root: TreeNode): Finding[] {
  const requests = nodeAt(root, ['requests']);
  const keys = keysOf(requests);
  if (textOf(child(requests, 'format')) !== 'sums') {
    return ['table', 'columns']
      .filter((key) => keys.includes(key))
      .map((key) =>
        unusedKey(['requests', key], `${key} is only for format: sums`, `write format: sums, or delete ${key}`),
      );
  }
  return [
    ...missing('table', keys, 'write table: and its name in the warehouse, such as ml.requests'),
    ...missing(
      'columns',
      keys,
      'write columns: { baseline: { latency: … }, candidate: { latency: … } } with the names of the columns',
    ),
    ...keys
      .filter((key) => !ofSums.has(key))
      .map((key) => {
        const message = `${key} is about records, which the warehouse reads with format: sums`;
        return unusedKey(['requests', key], message, `delete ${key}, or make a view of the table that does it`);
      }),
    ...schemeOf(root),
  ];
}

function missing(key: string, keys: readonly string[], hint: string): Finding[] {
  if (keys.includes(key)) return [];
  return [
    { path: ['requests'], rule: 'missing-key', message: `requests.${key} is missing, which format: sums needs`, hint },
  ];
}

/** Databases have no function for the other hashes. */
function schemeOf(root: TreeNode): Finding[] {
  const written = textOf(nodeAt(root, ['assignment', 'scheme']));
  if (written === 'md5') return [];
  const path = nodeAt(root, ['assignment', 'scheme']) === undefined ? ['requests', 'format'] : ['assignment', 'scheme'];
  const message =
    written === undefined
      ? 'format: sums needs assignment.scheme: md5, since a warehouse has no function for murmur3'
      : `scheme: ${written} cannot be computed by a warehouse; format: sums needs md5`;
  return [{ path, rule: 'invalid-value', message, hint: 'write assignment: { scheme: md5 }' }];
}
