import { shownPaths } from '../../domain/log/field-paths.ts';
import { type LogFormat, logFormats, logFormatTraits } from '../../domain/log/log-format.ts';
import type { Finding } from '../../documents/findings.ts';
import { keysOf, nodeAt, textOf, type TreeNode } from '../../documents/tree.ts';
import { unusedKey } from './section.ts';

/** Keys of `requests` that speak of what a serving system logs. */
const ofServingSystems = new Set(['answers', 'component']);

/** The format of the plan's log; undefined where it names none that there is, or has numbers instead of a log. */
export function logFormatOf(root: TreeNode): LogFormat | undefined {
  const written = textOf(nodeAt(root, ['requests', 'format'])) ?? 'canary';
  return logFormats.find((each) => each === written);
}

/** Checks that the plan says of a serving system's log what its format cannot know, and of canary's own nothing that it ignores. */
export function validateLogFormat(root: TreeNode): Finding[] {
  const format = logFormatOf(root);
  if (format === undefined) return [];
  const fields = keysOf(nodeAt(root, ['requests', 'fields']));
  if (format === 'canary') return ignoredByCanary(root, fields);
  const { units, fields: defaults } = logFormatTraits[format];
  const ignored = ignoredBy(format, root, fields);
  if (units === true || fields.includes('unit')) return ignored;
  const hint = `write fields: { unit: input.user_id }, or the path of whatever tells users apart; if each request is a user of its own, fields: { unit: ${shownPaths(defaults.id)} }`;
  const message = `requests.fields.unit is missing: ${units}`;
  return [...ignored, { path: ['requests', 'fields', 'unit'], rule: 'missing-key', message, hint }];
}

/** Keys of serving systems; and of records with an outcome per version, the keys are names; any other key may be no version at all. */
function ignoredByCanary(root: TreeNode, fields: readonly string[]): Finding[] {
  const ofOthers = keysOf(nodeAt(root, ['requests'])).filter((key) => ofServingSystems.has(key));
  const hint = `delete it, or write format: and one of ${logFormats.slice(1).join(', ')}`;
  const ignored = ofOthers.map((key) =>
    unusedKey(['requests', key], `${key} is only for the logs of serving systems`, hint),
  );
  const others = ['requests', 'versions', '*'];
  if (nodeAt(root, others) === undefined || fields.includes('servedBy')) return ignored;
  const instead = 'write the key under which the log has the version, or servedBy: if each record is of one version';
  return [...ignored, unusedKey(others, '* is not a key of outcomes', instead)];
}

/** A serving system's format knows its own places of some fields, and keeps the fields that drift compares inside bodies. */
function ignoredBy(format: LogFormat, root: TreeNode, fields: readonly string[]): Finding[] {
  const ownPlaces = format === 'eval-runs' ? [] : ['latency', 'error', 'score'];
  const ignored = ownPlaces.filter((field) => fields.includes(field));
  const isUnread = (...path: string[]) => nodeAt(root, path) !== undefined;
  const drift = `drift needs canary's own records, not format: ${format}`;
  const component = `component is not read with format: ${format}, which has one line per request`;
  return [
    ...ignored.map((field) => {
      const message = `${field} is not read with format: ${format}, which has its own place for it or none`;
      return unusedKey(['requests', 'fields', field], message, `delete ${field}`);
    }),
    ...(isUnread('drift')
      ? [unusedKey(['drift'], drift, 'delete drift, or write the log as records of format: canary')]
      : []),
    ...(isUnread('requests', 'component') && logFormatTraits[format].components !== true
      ? [unusedKey(['requests', 'component'], component, 'delete component')]
      : []),
  ];
}
