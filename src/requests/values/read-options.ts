import { type Role, roles } from '../../domain/role.ts';
import { pathOf, type RecordPath } from '../../domain/log/record-path.ts';
import { eachPath, type FieldPaths } from '../../domain/log/field-paths.ts';
import type { RequestFilter } from '../../domain/log/request-filter.ts';
import type { KeptRowsPlace } from '../../domain/log/kept-rows.ts';
import type { RecordMarks } from '../../domain/log/record-marks.ts';
import type { UnitSample } from '../../domain/log/unit-sample.ts';
import type { AnswerForm, LogFormat, RequestFields, ServedFields } from '../../domain/log/log-format.ts';
import type { FreeKind } from '../../domain/scores/free-answer.ts';
import type { SettledPeriod } from '../../domain/stages/period.ts';
import type { LatencyUnit } from '../../domain/log/latency-field.ts';
import type { WantedField } from '../containers/record-scan.ts';
import type { LabelReading } from './label.ts';
import { filterTexts } from './filter-sql.ts';
import { latencyFields } from './latency-sql.ts';
import { scoreFields } from './score-fields.ts';
import { kpiColumn, noWantedValues, type WantedValues } from './wanted-values.ts';
import { quoteLiteral } from '../../database/database.ts';

/** What to read from a log. */
export interface ReadOptions {
  readonly format: LogFormat;
  /** Folder that the patterns and the reported paths are relative to: the plan's. */
  readonly folder: string;
  /** Files or globs. */
  readonly files: readonly string[];
  readonly fields: RequestFields;
  /** Dimension name to path; `timestamp.hour` and `timestamp.weekday` are derived (UTC). */
  readonly segments: Readonly<Record<string, string>>;
  /** Which records count; all where absent. */
  readonly where?: RequestFilter | undefined;
  /** Whose requests are read; everyone's where absent. */
  readonly sample?: UnitSample | undefined;
  /** How much older than the newest request one must be for its label to count, in ms. */
  readonly labelsMatureAfterMs?: number | undefined;
  /** What stands before the fraction of numbers in tables of texts; decided from them where absent. */
  readonly decimal?: 'comma' | 'point' | undefined;
  /** The unit in which each version was timed, where the plan is sure of it. */
  readonly latencyUnit?: Readonly<Record<Role, LatencyUnit>> | undefined;
  /** Only requests at or after this time, and before that one, count (ISO 8601). */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The periods of a live split, the oldest first: only requests of one count, once it has settled. All where absent. */
  readonly periods?: readonly SettledPeriod[] | undefined;
  /** The versions whose outcomes the log holds. */
  readonly recorded: Readonly<Partial<Record<Role, string>>>;
  /** Which version each name in the log is; `*` is every other name. The versions' own numbers where absent. */
  readonly servedAs?: Readonly<Record<string, Role>>;
  /** What the answers in a serving system's log are made of, where the plan says so. */
  readonly answers?: AnswerForm | undefined;
  /** The component that is read, of a log in which several tell of one request. */
  readonly component?: string | undefined;
  /** The labels of a classification in the order of its probabilities, for recorded answers that are probabilities alone. */
  readonly labels?: Readonly<Partial<Record<Role, readonly string[] | undefined>>>;
  /** What written truths, answers and errors mean. */
  readonly values?: ValueReading;
  /** The least score with which a version answers the second of its two labels; absent where it says itself what it answers. */
  readonly thresholds?: Readonly<Partial<Record<Role, number>>>;
  /** Whether a model will replay the inputs; then a record without one is of no use, unless they are `optional`. */
  readonly input: boolean | 'optional';
  /** Whether requests get a `seq`: their place in the order of time and id. */
  readonly ordered: boolean;
  /** Whether the requests of a live split from before the candidate served any are set apart; all are read together where absent. */
  readonly apart?: true;
  /** Set where the records are marked for the next look, with the marks of an earlier one that they are held against. */
  readonly marks?: { readonly before: RecordMarks | undefined } | undefined;
  /** What the plan's metrics need beyond that; nothing where absent. */
  readonly wantedValues?: WantedValues;
  /** Where what was read is kept for the next look; nowhere where absent. */
  readonly kept?: KeptRowsPlace | undefined;
}

/** What the values in a log may be. */
export interface ValueReading {
  /** The labels that a truth can be; absent where truths are numbers. */
  readonly truths?: LabelReading | undefined;
  /** What answers are where there are neither labels nor numbers; truths are then taken as they are written. */
  readonly free?: FreeKind | undefined;
  /** The labels that each version answers; absent for one that answers numbers, or freely. */
  readonly answers: Readonly<Partial<Record<Role, LabelReading | undefined>>>;
  /** Texts and statuses in the place of an error that are not failures. */
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
export function recordedRoles(options: Pick<ReadOptions, 'recorded'>): [role: Role, version: string][] {
  return roles.flatMap((role) => {
    const version = options.recorded[role];
    return version === undefined ? [] : [[role, version]];
  });
}

/** The unit that a version's latencies are read in: what the plan is sure of, else that of the field; milliseconds where none is written. */
export function latencyUnitOf({ latencyUnit, fields }: ReadOptions, role: Role): LatencyUnit {
  const latency = fields.served?.latency;
  return latencyUnit?.[role] ?? (typeof latency === 'object' && 'unit' in latency ? latency.unit : 'ms');
}

/** What the plan's metrics need of a record beyond what every request has. */
export function wantedValuesOf({ wantedValues = noWantedValues }: ReadOptions): WantedValues {
  return wantedValues;
}

/** Every field of a record that is read, under the name of the column that it is read into. */
export function wantedFields(options: ReadOptions): WantedField[] {
  const { fields } = options;
  return [
    textField('id', fields.id),
    textField('timestamp', fields.timestamp),
    textField('unit', fields.unit),
    numberField(textField('label', fields.label), areNumbers(options, 'truths')),
    ...(options.input ? [{ column: 'input', path: pathOf(fields.input), as: 'json' } as const] : []),
    ...recordedSegments(options).map(([dimension, path]) => textField(segmentColumn(dimension), path)),
    ...wantedValuesOf(options).kpis.map((field) => ({ ...textField(kpiColumn(field), field), isNumber: true })),
    ...scoreFields(
      wantedValuesOf(options),
      fields,
      recordedRoles(options).map(([role]) => [role, namesOfRole(options, role)]),
    ),
    ...filterTexts(options.where).map(([column, path]) => textField(column, path)),
    ...(fields.served === undefined
      ? recordedRoles(options).flatMap(([role]) =>
          namesOfRole(options, role).flatMap((name, index) =>
            outcomeFields(role, [...pathOf(fields.outcomes), name], index, areNumbers(options, role)),
          ),
        )
      : servedFields(
          fields.served,
          recordedRoles(options).every(([role]) => areNumbers(options, role)),
        )),
  ];
}

function textField(column: string, paths: FieldPaths): WantedField {
  const [first = '', ...otherwise] = eachPath(paths);
  const further = otherwise.length === 0 ? {} : { otherwise: otherwise.map(pathOf) };
  return { column, path: pathOf(first), as: 'text', ...further };
}

function numberField(field: WantedField, isNumber: boolean): WantedField {
  return isNumber ? { ...field, isNumber } : field;
}

/** Whether what is right, or what a version answers, is a number. */
function areNumbers({ values }: ReadOptions, of: 'truths' | Role): boolean {
  return (
    values !== undefined &&
    values.free === undefined &&
    (of === 'truths' ? values.truths : values.answers[of]) === undefined
  );
}

function servedFields({ by, latency, error, prediction, score }: ServedFields, numeric: boolean): WantedField[] {
  return [
    textField('served_by', by),
    ...latencyFields(latency),
    textField('served_error', error),
    numberField(textField('served_prediction', prediction), numeric),
    ...(score === undefined ? [] : [{ ...textField('served_score', score), isNumber: true as const }]),
  ];
}

/** A version is one key, whatever dots are in it. What a further name of it holds is in columns of their own. */
function outcomeFields(role: Role, outcome: RecordPath, index: number, numeric: boolean): WantedField[] {
  const column = (part: string) => outcomeColumn(role, part, index);
  return [
    { column: column('present'), path: outcome, as: 'present' },
    { column: column('latency'), path: [...outcome, 'latency_ms'], as: 'text', isNumber: true },
    { column: column('error'), path: [...outcome, 'error'], as: 'text' },
    numberField({ column: column('prediction'), path: [...outcome, 'prediction'], as: 'text' }, numeric),
    { column: column('beside'), path: [...outcome, 'score'], as: 'text', isNumber: true },
  ];
}

/** The column of a part of a version's outcome, under one of the names that the log has for it. */
export function outcomeColumn(role: Role, part: string, index: number): string {
  return index === 0 ? `${role}_${part}` : `${role}_${part}:${index}`;
}

interface NamedVersions {
  readonly servedAs?: Readonly<Record<string, Role>>;
  readonly recorded: Readonly<Partial<Record<Role, string>>>;
}

/** Which version each name in a log is; the versions' own numbers where the plan says nothing of names. */
function namesOf({ servedAs, recorded }: NamedVersions): Readonly<Record<string, Role>> {
  if (servedAs !== undefined) return servedAs;
  const own: Record<string, Role> = {};
  if (recorded.candidate !== undefined) own[recorded.candidate] = 'candidate';
  if (recorded.baseline !== undefined) own[recorded.baseline] = 'baseline';
  return own;
}

/** What a log calls a version, its own number first. `*`, every other name, is none of them. */
export function namesOfRole(options: NamedVersions, role: Role): readonly string[] {
  const names = Object.entries(namesOf(options)).filter(([name, named]) => named === role && name !== '*');
  return names.map(([name]) => name);
}

/** SQL of the role of whom a record names in `served_by`, NULL for none of the two versions. */
export function roleSql(options: NamedVersions): string {
  const names = namesOf(options);
  const named = Object.entries(names).filter(([name]) => name !== '*');
  const branches = named.map(([name, role]) => `WHEN ${quoteLiteral(name)} THEN ${quoteLiteral(role)}`);
  const others = names['*'] === undefined ? 'NULL' : quoteLiteral(names['*']);
  return branches.length === 0 ? `${others}::VARCHAR` : `CASE served_by ${branches.join(' ')} ELSE ${others} END`;
}
