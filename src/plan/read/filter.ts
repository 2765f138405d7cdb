import { isWithin, readPath, type RecordPath } from '../../domain/log/record-path.ts';
import type { FieldCondition, FilterValue, RequestFilter } from '../../domain/log/request-filter.ts';
import { type LogFormat, logFormats, logFormatTraits } from '../../domain/log/log-format.ts';
import { servedDefaults } from './defaults.ts';
import type { Finding } from '../../documents/findings.ts';
import { keysOf, nodeAt, plainValue, textOf, type TreeNode } from '../../documents/tree.ts';

/** Fields that tell how a request ended, wherever a log keeps them. */
const endings = /^(?:http_?)?(?:status|status_?code|response_?code|error|error_?code|exception)$/iu;

/** Checks that `requests.where` picks records by what was asked, never by what came of it. */
export function validateFilter(root: TreeNode): Finding[] {
  const where = nodeAt(root, ['requests', 'where']);
  const written = textOf(nodeAt(root, ['requests', 'format'])) ?? 'canary';
  const format = logFormats.find((each) => each === written);
  if (where === undefined || format === undefined) return [];
  const outcomes = outcomePaths(root, format);
  return keysOf(where).flatMap((field): Finding[] => {
    const path = ['requests', 'where', field];
    const node = nodeAt(root, path);
    if (node?.kind === 'scalar' && node.value === null && node.written === '') {
      const message = `${field} is compared with nothing`;
      return [{ path, rule: 'invalid-value', message, hint: 'write a value, or null for records without it' }];
    }
    const reading = readPath(field);
    if (!reading.ok) return [];
    const read = outcomes.find(({ at }) => isWithin(reading.path, at) || isWithin(at, reading.path));
    const last = reading.path.at(-1);
    const why = read?.what ?? (typeof last === 'string' && endings.test(last) ? 'how a request ended' : undefined);
    if (why === undefined) return [];
    const message = `where: ${field} tells ${why}, and records are not left out by what came of them`;
    return [
      {
        path,
        at: 'key',
        rule: 'outcome-filter',
        message,
        hint: 'name a field of the request itself, such as its path or kind',
      },
    ];
  });
}

interface OutcomePath {
  readonly at: RecordPath;
  readonly what: string;
}

/** Where the outcome of a record, or whose it is, is read from. */
function outcomePaths(root: TreeNode, format: LogFormat): readonly OutcomePath[] {
  const traits = logFormatTraits[format];
  const node = nodeAt(root, ['requests', 'fields']);
  const fields: Readonly<Record<string, unknown>> =
    node?.kind === 'map'
      ? Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plainValue(value)]))
      : {};
  const served = fields['servedBy'];
  const label = pathsIn(fields['label'] ?? traits.fields.label, 'the truth, which may depend on the answer');
  const version = pathsIn(served ?? traits.servedBy, 'which version answered');
  if (format !== 'canary') return [...label, ...version, ...pathsIn(traits.outcomePlaces, 'what was answered')];
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

type WrittenCondition =
  | FilterValue
  | {
      readonly in?: readonly FilterValue[];
      readonly not?: FilterValue | readonly FilterValue[];
      readonly prefix?: string;
    };

/** `requests.where` as the schema accepts it. */
export type WrittenFilter = Readonly<Record<string, WrittenCondition>>;

/** The conditions in the order of their fields, so that plans that say the same are the same. */
export function readFilter(written: WrittenFilter): RequestFilter {
  return Object.entries(written)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([field, condition]): FieldCondition => {
      if (typeof condition !== 'object' || condition === null) return { field, is: [condition] };
      const { in: is, not, prefix } = condition;
      return {
        field,
        ...(is === undefined ? {} : { is }),
        ...(not === undefined ? {} : { not: isList(not) ? not : [not] }),
        ...(prefix === undefined ? {} : { prefix }),
      };
    });
}

function isList(value: FilterValue | readonly FilterValue[]): value is readonly FilterValue[] {
  return Array.isArray(value);
}
