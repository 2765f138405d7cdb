import type { LogFormat, RequestFields, ServedFields } from '../domain/log-format.ts';
import type { WantedField } from './formats/record-scan.ts';
import type { LabelReading } from './values/label.ts';
import { kpiColumn, noNumbers, type WantedNumbers } from './wanted-numbers.ts';

export const roles = ['baseline', 'candidate'] as const;
export type Role = (typeof roles)[number];

/** What to read from a log. */
export interface ReadOptions {
  readonly format: LogFormat;
  /** Folder that the patterns and the reported paths are relative to: the plan's. */
  readonly folder: string;
  /** Files or globs. */
  readonly files: readonly string[];
  readonly fields: RequestFields;
  /** Dimension name to dotted path; `timestamp.hour` and `timestamp.weekday` are derived (UTC). */
  readonly segments: Readonly<Record<string, string>>;
  /** Only requests at or after this time, and before that one, count (ISO 8601). */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The versions whose outcomes the log holds. */
  readonly recorded: Readonly<Partial<Record<Role, string>>>;
  /** Of the log of a serving system, which version each name in it is; `*` is every other name. */
  readonly servedAs?: Readonly<Record<string, Role>>;
  /** Of classifications, the labels in the order of the probabilities: for recorded answers that are those alone. */
  readonly labels?: Readonly<Partial<Record<Role, readonly string[] | undefined>>>;
  /** What written truths, answers and errors mean. */
  readonly values?: ValueReading;
  /** From which score on a version answers the second of its two labels; absent where it says itself what it answers. */
  readonly thresholds?: Readonly<Partial<Record<Role, number>>>;
  /** Whether a model will replay the inputs; then a record without one is of no use. */
  readonly input: boolean;
  /** Whether requests get a `seq`: their place in the order of time and id. */
  readonly ordered: boolean;
  /** What the plan's metrics need beyond that; nothing where absent. */
  readonly numbers?: WantedNumbers;
}

/** What the values in a log may be. */
export interface ValueReading {
  /** The labels that a truth can be; absent where truths are numbers. */
  readonly truths?: LabelReading | undefined;
  /** The labels that each version answers; absent for one that answers numbers. */
  readonly answers: Readonly<Partial<Record<Role, LabelReading | undefined>>>;
  /** Texts and statuses in the place of an error that are no failure. */
  readonly fine: readonly string[];
}

/** The column of the table `requests` that holds a dimension's value. */
export function segmentColumn(dimension: string): string {
  return `segment:${dimension}`;
}

const derivedSegments: Readonly<Record<string, string>> = {
  'timestamp.hour': `strftime("at", '%H')`,
  'timestamp.weekday': `lower(strftime("at", '%a'))`,
};

/** SQL over the time of a request for a dimension that no field holds; undefined for a recorded one. */
export function derivedSegmentSql(path: string): string | undefined {
  return derivedSegments[path];
}

/** The dimensions that are read from a field. */
export function recordedSegments(options: ReadOptions): [dimension: string, path: string][] {
  return Object.entries(options.segments).filter(([, path]) => derivedSegmentSql(path) === undefined);
}

/** The roles whose outcomes are read, each with its version. */
export function recordedRoles(options: ReadOptions): [role: Role, version: string][] {
  return roles.flatMap((role) => {
    const version = options.recorded[role];
    return version === undefined ? [] : [[role, version]];
  });
}

/** The numbers that the plan's metrics need. */
export function wantedNumbersOf({ numbers = noNumbers }: ReadOptions): WantedNumbers {
  return numbers;
}

/** Every field of a record that is read, under the name of the column that it is read into. */
export function wantedFields(options: ReadOptions): WantedField[] {
  const { fields } = options;
  return [
    textField('id', fields.id),
    textField('timestamp', fields.timestamp),
    textField('unit', fields.unit),
    textField('label', fields.label),
    ...(options.input ? [{ column: 'input', path: fields.input.split('.'), as: 'json' } as const] : []),
    ...recordedSegments(options).map(([dimension, path]) => textField(segmentColumn(dimension), path)),
    ...wantedNumbersOf(options).kpis.map((field) => textField(kpiColumn(field), field)),
    ...(fields.served === undefined
      ? recordedRoles(options).flatMap(([role, version]) =>
          outcomeFields(role, [...fields.outcomes.split('.'), version]),
        )
      : servedFields(fields.served)),
  ];
}

function textField(column: string, path: string): WantedField {
  return { column, path: path.split('.'), as: 'text' };
}

function servedFields({ by, latency, error, prediction, score }: ServedFields): WantedField[] {
  return [
    textField('served_by', by),
    textField('served_latency', latency),
    textField('served_error', error),
    textField('served_prediction', prediction),
    ...(score === undefined ? [] : [textField('served_score', score)]),
  ];
}

/** A version is one key, whatever dots are in it. */
function outcomeFields(role: Role, outcome: readonly string[]): WantedField[] {
  return [
    { column: `${role}_present`, path: outcome, as: 'present' },
    { column: `${role}_latency`, path: [...outcome, 'latency_ms'], as: 'text' },
    { column: `${role}_error`, path: [...outcome, 'error'], as: 'text' },
    { column: `${role}_prediction`, path: [...outcome, 'prediction'], as: 'text' },
    { column: `${role}_beside`, path: [...outcome, 'score'], as: 'text' },
  ];
}
