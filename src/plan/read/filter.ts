import { isWithin, readPath, type RecordPath } from '../../domain/log/record-path.ts';
import type { FieldCondition, FilterValue, RequestFilter } from '../../domain/log/request-filter.ts';
import { type LogFormat, logFormatTraits } from '../../domain/log/log-format.ts';
import type { UnitSample } from '../../domain/log/unit-sample.ts';
import { planDefaults, servedDefaults } from './defaults.ts';
import type { Finding } from '../../documents/findings.ts';
import { child, keysOf, nodeAt, plainValue, textOf, type TreeNode } from '../../documents/tree.ts';
import { logFormatOf } from './log-format.ts';
import { misreading, readFraction, type Reading } from './quantity.ts';
import { known, readAt, sectionOf, type SectionReading } from './section.ts';

/** Fields that tell how a request ended, wherever a log keeps them. */
const endings = /^(?:http_?)?(?:status|status_?code|response_?code|error|error_?code|exception)$/iu;

/**
 * Reads `requests.where`, and checks that it picks records by what was asked, never by what came of it. The conditions are in
 * the order of their fields, so that plans that say the same are the same.
 */
export function readFilter(root: TreeNode): SectionReading<RequestFilter | undefined> {
  const where = nodeAt(root, ['requests', 'where']);
  if (where?.kind !== 'map') return { value: undefined, findings: [] };
  const conditions = [...where.entries].map(([field, { value }]) => conditionOf(field, value));
  return {
    value: conditions.toSorted((left, right) => (left.field < right.field ? -1 : 1)),
    findings: [...where.entries].flatMap(([field, { value }]) => checkCondition(root, field, value)),
  };
}

/** Reads `requests.sample`: whose requests count, by a hash that says nothing of who is in the canary. */
export function readSample(root: TreeNode): SectionReading<UnitSample | undefined> {
  const path = ['requests', 'sample'];
  const sample = nodeAt(root, path);
  if (sample?.kind !== 'map') return { value: undefined, findings: [] };
  const units = readAt(root, [...path, 'units'], readSampleShare);
  const salt = textOf(child(sample, 'salt')) ?? planDefaults.requests.sample.salt;
  const value = sectionOf({ units: units.value, salt });
  return { value, findings: [...units.findings, ...checkSampleSalt(root, salt)] };
}

function readSampleShare(written: unknown): Reading<number> {
  const share = readFraction(written);
  return share.ok && share.value === 0
    ? misreading('0% takes nobody', 'write a share of the users, such as 1%')
    : share;
}

/** One hash that decides both would make the sample all canary or all stable. */
function checkSampleSalt(root: TreeNode, salt: string): Finding[] {
  const assigned = textOf(nodeAt(root, ['assignment', 'salt'])) ?? textOf(nodeAt(root, ['name']));
  if (textOf(nodeAt(root, ['assignment', 'scheme'])) !== 'md5' || assigned !== salt) return [];
  const message = `salt: ${salt} is the salt of the assignment, so the sample would come from one cohort first`;
  return [{ path: ['requests', 'sample', 'salt'], rule: 'invalid-value', message, hint: 'write another salt' }];
}

function conditionOf(field: string, node: TreeNode): FieldCondition {
  if (node.kind === 'scalar') return { field, is: [node.value] };
  const [is, not, prefix] = [child(node, 'in'), child(node, 'not'), textOf(child(node, 'prefix'))];
  return { field, ...known({ is: is && valuesOf(is), not: not && valuesOf(not), prefix }) };
}

function valuesOf(node: TreeNode): readonly FilterValue[] {
  return (node.kind === 'list' ? node.items : [node]).flatMap((item) => (item.kind === 'scalar' ? [item.value] : []));
}

function checkCondition(root: TreeNode, field: string, node: TreeNode): Finding[] {
  const format = logFormatOf(root);
  if (format === undefined) return [];
  const path = ['requests', 'where', field];
  if (node.kind === 'scalar' && node.value === null && node.written === '') {
    const message = `${field} is compared with nothing`;
    return [{ path, rule: 'invalid-value', message, hint: 'write a value, or null for records without it' }];
  }
  const reading = readPath(field);
  if (!reading.ok) return [];
  const read = outcomePaths(root, format).find(({ at }) => isWithin(reading.path, at) || isWithin(at, reading.path));
  const last = reading.path.at(-1);
  const why = read?.what ?? (typeof last === 'string' && endings.test(last) ? 'how a request ended' : undefined);
  if (why === undefined) return [];
  const message = `where: ${field} shows ${why}, and records must not be left out by their outcome`;
  const hint = 'name a field of the request itself, such as its path or kind';
  return [{ path, at: 'key', rule: 'outcome-filter', message, hint }];
}

interface OutcomePath {
  readonly at: RecordPath;
  readonly what: string;
}

/** Where the outcome of a record, or whose it is, is read from. */
function outcomePaths(root: TreeNode, format: LogFormat): readonly OutcomePath[] {
  const traits = logFormatTraits[format];
  const node = nodeAt(root, ['requests', 'fields']);
  const fields: Readonly<Record<string, unknown>> = Object.fromEntries(
    (node?.kind === 'map' ? [...node.entries] : []).map(([key, { value }]) => [key, plainValue(value)]),
  );
  const served = fields['servedBy'];
  const label = pathsIn(fields['label'] ?? traits.fields.label, 'the truth, which may depend on the answer');
  const version = pathsIn(served ?? traits.servedBy, 'which version answered');
  if (format !== 'canary') {
    const scores = format === 'eval-runs' ? keysOf(nodeAt(root, ['scores'])) : [];
    return [
      ...label,
      ...version,
      ...pathsIn(traits.outcomePlaces, 'what was answered'),
      ...scores.map((name) => ({ at: [name], what: 'how an answer was scored' })),
    ];
  }
  if (served === undefined)
    return [...label, ...pathsIn(fields['outcomes'] ?? traits.fields.outcomes, 'what was answered')];
  return [
    ...label,
    ...version,
    ...pathsIn(fields['latency'] ?? servedDefaults.latency, 'how long a request took'),
    ...pathsIn(fields['error'] ?? servedDefaults.error, 'how a request ended'),
    ...pathsIn(fields['prediction'] ?? servedDefaults.prediction, 'what was answered'),
    ...pathsIn(fields['score'], 'what was answered'),
  ];
}

/** The paths of a field, however it is written; none where it is written wrongly, which another check says. */
function pathsIn(written: unknown, what: string): OutcomePath[] {
  return textsIn(written).flatMap((text) => {
    const reading = readPath(text);
    return reading.ok ? [{ at: reading.path, what }] : [];
  });
}

function textsIn(written: unknown): readonly string[] {
  if (typeof written === 'string') return [written];
  if (typeof written !== 'object' || written === null) return [];
  return Object.values(written).filter((each): each is string => typeof each === 'string');
}
