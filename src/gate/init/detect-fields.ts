import { isWithin, pathOf, plainKeys } from '../../domain/log/record-path.ts';
import type { SurveyedField, SurveyedFields } from '../../requests/explain/survey-fields.ts';

/** Where a log seems to keep what; absent for what nothing looks like. */
export interface DetectedFields {
  readonly id?: string;
  readonly timestamp?: string;
  readonly unit?: string;
  readonly input?: string;
  readonly label?: string;
  readonly outcomes?: string;
  readonly servedBy?: string;
  /** Dimension to path. */
  readonly segments: Readonly<Record<string, string>>;
}

/** Names that such fields have in the logs of the world, the most telling first. */
const names = {
  id: ['request_id', 'requestid', 'id', 'event_id', 'eventid', 'inference_id', 'trace_id', 'uuid'],
  timestamp: ['timestamp', 'time', 'ts', 'event_time', 'eventtime', 'created_at', 'at', 'datetime', 'date'],
  unit: [
    'user_id',
    'userid',
    'user',
    'customer_id',
    'account_id',
    'member_id',
    'visitor_id',
    'uid',
    'session_id',
    'session',
    'tenant_id',
    'device_id',
  ],
  input: ['input', 'inputs', 'text', 'prompt', 'features', 'query', 'payload', 'request', 'body'],
  label: ['label', 'ground_truth', 'groundtruth', 'truth', 'target', 'expected', 'actual', 'y'],
} as const;

const mostSegments = 4;
const mostSegmentValues = 20;

/**
 * Guesses where a log keeps what: by name, and by whether the values are what such a field holds.
 * @param versions numbers of the registry's versions, by which outcomes are known.
 */
export function detectFields({ records, fields }: SurveyedFields, versions: readonly string[]): DetectedFields {
  const filled = fields.filter(({ present }) => present >= records * 0.9);
  const id = named(filled, names.id, ({ distinct }) => distinct >= records * 0.9);
  const timestamp = named(filled, names.timestamp, ({ times }) => times >= records * 0.9);
  const unit = named(filled, names.unit, ({ distinct }) => distinct > 1);
  const outcomes = outcomesIn(fields, versions);
  const input = named(filled, names.input, () => true) ?? prefixNamed(fields, names.input);
  const label = named(
    fields.filter(({ path }) => outcomes === undefined || !isWithin(pathOf(path), pathOf(outcomes))),
    names.label,
    ({ present }) => present > 0,
  );
  const servedBy =
    outcomes === undefined
      ? filled.find(
          ({ values, distinct }) =>
            distinct > 0 && distinct <= versions.length && values.every((value) => versions.includes(value)),
        )?.path
      : undefined;
  const taken = [id, timestamp, unit, input, label, servedBy, outcomes].filter((path) => path !== undefined);
  const isFree = ({ path }: SurveyedField) => !taken.some((each) => isWithin(pathOf(path), pathOf(each)));
  return {
    ...whatWasFound({ id, timestamp, unit, input, label, outcomes, servedBy }),
    segments: segmentsIn(filled.filter(isFree), records),
  };
}

function whatWasFound(found: Readonly<Record<string, string | undefined>>): Partial<DetectedFields> {
  return Object.fromEntries(Object.entries(found).filter(([, path]) => path !== undefined));
}

/** The field with the most telling name, of equal ones the one nearest to the record's root. */
function named(
  fields: readonly SurveyedField[],
  wanted: readonly string[],
  fits: (field: SurveyedField) => boolean,
): string | undefined {
  for (const name of wanted) {
    const found = fields
      .filter((field) => lastKey(field.path) === name && fits(field))
      .toSorted((a, b) => pathOf(a.path).length - pathOf(b.path).length)[0];
    if (found !== undefined) return found.path;
  }
  return undefined;
}

/** An object of that name at the record's root: its fields are told apart, and it is what is sent to a model. */
function prefixNamed(fields: readonly SurveyedField[], wanted: readonly string[]): string | undefined {
  return wanted.find((name) => fields.some(({ path }) => path !== name && isWithin(pathOf(path), [name])));
}

function lastKey(path: string): string {
  return lastName(path).toLowerCase();
}

/** The key that a path ends in; a column's name may have dots, of which the last word tells. */
function lastName(path: string): string {
  const last = pathOf(path).at(-1);
  return (typeof last === 'string' ? last : path).split('.').at(-1) ?? path;
}

function outcomesIn(fields: readonly SurveyedField[], versions: readonly string[]): string | undefined {
  for (const { path } of fields) {
    for (const version of versions) {
      // A version is one key of a record, and in the name of a column as many as it has dots.
      const keys = plainKeys(pathOf(path))?.join('.') ?? '';
      const at = keys.indexOf(`.${version}.`);
      if (at > 0) return keys.slice(0, at);
    }
  }
  return undefined;
}

/** Words of which there are few: a language, a device, a country. */
function segmentsIn(fields: readonly SurveyedField[], records: number): Readonly<Record<string, string>> {
  const few = fields.filter(
    ({ distinct, numbers, times }) =>
      distinct >= 2 && distinct <= Math.min(mostSegmentValues, records / 20) && numbers === 0 && times === 0,
  );
  const segments: Record<string, string> = {};
  for (const { path } of few.slice(0, mostSegments)) {
    const name = lastName(path).replaceAll(/[^\w-]/gu, '_');
    if (segments[name] === undefined) segments[name] = path;
  }
  return segments;
}
