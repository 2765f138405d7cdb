import { logFormats, logFormatTraits } from '../domain/log-format.ts';
import type { Finding } from './findings.ts';
import { keysOf, nodeAt, textOf, type TreeNode } from './tree.ts';

/** Checks that the plan says of a serving system's log what its format cannot know, and of canary's own nothing that it ignores. */
export function checkLogFormat(root: TreeNode): Finding[] {
  const written = textOf(nodeAt(root, ['requests', 'format'])) ?? 'canary';
  const format = logFormats.find((each) => each === written);
  if (format === undefined) return [];
  const fields = keysOf(nodeAt(root, ['requests', 'fields']));
  if (format === 'canary') return ignoredByCanary(root);
  const ignored = [...ignoredFields(fields, format), ...unreadDrift(root, format)];
  const { units, fields: defaults } = logFormatTraits[format];
  if (units === true || fields.includes('unit')) return ignored;
  return [
    ...ignored,
    {
      path: ['requests', 'fields', 'unit'],
      rule: 'missing-key',
      message: `requests.fields.unit is missing: ${units}`,
      hint: `write fields: { unit: input.user_id }, or the path of whatever tells users apart; where each request is a user of its own, fields: { unit: ${defaults.id} }`,
    },
  ];
}

function ignoredByCanary(root: TreeNode): Finding[] {
  if (!keysOf(nodeAt(root, ['requests'])).includes('versions')) return [];
  return [
    {
      path: ['requests', 'versions'],
      at: 'key',
      rule: 'unused-key',
      message: 'versions is read with the logs of serving systems alone',
      hint: `delete it, or write format: and one of ${logFormats.slice(1).join(', ')}`,
    },
  ];
}

/** A serving system's format knows its own places of these. */
function ignoredFields(fields: readonly string[], format: string): Finding[] {
  return ['latency', 'error', 'score']
    .filter((field) => fields.includes(field))
    .map((field) => ({
      path: ['requests', 'fields', field],
      at: 'key',
      rule: 'unused-key',
      message: `${field} is not read with format: ${format}, which has its own place for it or none`,
      hint: `delete ${field}`,
    }));
}

/** Drift is computed from the fields of records, which these logs keep inside bodies. */
function unreadDrift(root: TreeNode, format: string): Finding[] {
  if (nodeAt(root, ['drift']) === undefined) return [];
  const message = `drift is read from canary's own records, not with format: ${format}`;
  const hint = 'delete drift, or write the log as records of format: canary';
  return [{ path: ['drift'], at: 'key', rule: 'unused-key', message, hint }];
}
