import { shownPaths } from '../../domain/log/field-paths.ts';
import { type LogFormat, logFormats, logFormatTraits } from '../../domain/log/log-format.ts';
import type { Finding } from '../../documents/findings.ts';
import { keysOf, nodeAt, textOf, type TreeNode } from '../../documents/tree.ts';

/** Keys of `requests` that speak of what a serving system logs. */
const ofServingSystems = new Set(['answers', 'component']);

/** Checks that the plan says of a serving system's log what its format cannot know, and of canary's own nothing that it ignores. */
export function validateLogFormat(root: TreeNode): Finding[] {
  const written = textOf(nodeAt(root, ['requests', 'format'])) ?? 'canary';
  const format = logFormats.find((each) => each === written);
  if (format === undefined) return [];
  const fields = keysOf(nodeAt(root, ['requests', 'fields']));
  if (format === 'canary') return ignoredByCanary(root);
  const ignored = [...ignoredFields(fields, format), ...unreadDrift(root, format), ...unreadComponent(root, format)];
  const { units, fields: defaults } = logFormatTraits[format];
  if (units === true || fields.includes('unit')) return ignored;
  return [
    ...ignored,
    {
      path: ['requests', 'fields', 'unit'],
      rule: 'missing-key',
      message: `requests.fields.unit is missing: ${units}`,
      hint: `write fields: { unit: input.user_id }, or the path of whatever tells users apart; where each request is a user of its own, fields: { unit: ${shownPaths(defaults.id)} }`,
    },
  ];
}

/** Keys of serving systems; and of records with an outcome per version, the keys are names; any other key may be no version at all. */
function ignoredByCanary(root: TreeNode): Finding[] {
  const ofOthers: Finding[] = keysOf(nodeAt(root, ['requests']))
    .filter((key) => ofServingSystems.has(key))
    .map((key): Finding => ({
      path: ['requests', key],
      at: 'key',
      rule: 'unused-key',
      message: `${key} is read with the logs of serving systems alone`,
      hint: `delete it, or write format: and one of ${logFormats.slice(1).join(', ')}`,
    }));
  const others = nodeAt(root, ['requests', 'versions', '*']) !== undefined;
  if (!others || keysOf(nodeAt(root, ['requests', 'fields'])).includes('servedBy')) return ofOthers;
  return [
    ...ofOthers,
    {
      path: ['requests', 'versions', '*'],
      at: 'key',
      rule: 'unused-key',
      message: '* names no key of outcomes',
      hint: 'write the key under which the log has the version, or servedBy: where each record is of one version',
    },
  ];
}

function unreadComponent(root: TreeNode, format: LogFormat): Finding[] {
  if (logFormatTraits[format].components || nodeAt(root, ['requests', 'component']) === undefined) return [];
  const message = `component is not read with format: ${format}, in which one line tells of a request`;
  return [{ path: ['requests', 'component'], at: 'key', rule: 'unused-key', message, hint: 'delete component' }];
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
