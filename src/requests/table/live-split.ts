import { logFormatTraits } from '../../domain/log/log-format.ts';
import { pathOf } from '../../domain/log/record-path.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import type { RequestFile } from '../files/request-files.ts';
import { scanRecords } from '../files/scan-records.ts';
import { outcomeColumn, type ReadOptions, recordedRoles, namesOfRole, roleSql } from '../values/read-options.ts';
import { latencyTextSql } from '../values/latency-sql.ts';
import type { RejectReason } from './reject-reason.ts';

/** A log that is read into a database: what to read of it, and where. */
export interface LogSource {
  readonly db: Database;
  readonly options: ReadOptions;
  readonly files: readonly RequestFile[];
}

/** Whether each record was served by one version and holds its outcome itself. */
export function isLiveSplit({ fields }: Pick<ReadOptions, 'fields'>): boolean {
  return fields.served !== undefined;
}

/** Whether it is such a record of canary's own or of an evaluation; the importers of other formats tell each version's outcome themselves. */
export function holdsOwnOutcome(options: Pick<ReadOptions, 'format' | 'fields'>): boolean {
  return (options.format === 'canary' || isOfEvaluation(options)) && isLiveSplit(options);
}

/** Whether the log is of an evaluation, in which both versions answer the same examples, each in a record of its own. */
export function isOfEvaluation({ format }: Pick<ReadOptions, 'format'>): boolean {
  return logFormatTraits[format].ofOneVersion === true;
}

/** The records of a live split with the columns of an outcome per version, as a record with a map of outcomes has them. */
export function servedOutcomesSql(options: ReadOptions, recordsSql: string): string {
  const { served } = options.fields;
  if (!holdsOwnOutcome(options) || served === undefined) return namedOutcomesSql(options, recordsSql);
  const { score } = served;
  const columns = recordedRoles(options).flatMap(([role]) => {
    const own = `served_role = '${role}'`;
    return [
      `coalesce(${own}, false) AS ${role}_present`,
      `CASE WHEN ${own} THEN ${latencyTextSql(served.latency)} END AS ${role}_latency`,
      `CASE WHEN ${own} THEN served_error END AS ${role}_error`,
      `CASE WHEN ${own} THEN served_prediction END AS ${role}_prediction`,
      `${score === undefined ? 'NULL::VARCHAR' : `CASE WHEN ${own} THEN served_score END`} AS ${role}_beside`,
    ];
  });
  const named = `SELECT * REPLACE (nullif(trim(served_by), '') AS served_by) FROM (${recordsSql})`;
  return `SELECT *, ${columns.join(', ')} FROM (SELECT *, ${roleSql(options)} AS served_role FROM (${named}))`;
}

/** Records of canary's own and of evaluations with an answer that is a list of one value as that value, as those of serving systems are read; lists are answers where answers are free. */
export function singleAnswersSql({ format, values, recorded }: ReadOptions, recordsSql: string): string {
  const roles = recordedRoles({ recorded }).map(([role]) => role);
  if ((format !== 'canary' && !isOfEvaluation({ format })) || values?.free !== undefined || roles.length === 0)
    return recordsSql;
  const replaced = roles.map((role) => {
    const prediction = `${role}_prediction`;
    const only = `CASE WHEN json_array_length(${prediction}) = 1 THEN json_extract_string(${prediction}, '$[0]') ELSE ${prediction} END`;
    return `CASE WHEN ${prediction} LIKE '[%' AND json_valid(${prediction}) THEN ${only} ELSE ${prediction} END AS ${prediction}`;
  });
  return `SELECT * REPLACE (${replaced.join(', ')}) FROM (${recordsSql})`;
}

/** The records with the outcome of each version under the first of its names that they have. */
function namedOutcomesSql(options: ReadOptions, recordsSql: string): string {
  if (options.format !== 'canary') return recordsSql;
  const replaced = recordedRoles(options).flatMap(([role]) => {
    const names = namesOfRole(options, role);
    if (names.length < 2) return [];
    const column = (part: string, index: number) => quoteIdentifier(outcomeColumn(role, part, index));
    const present = names.map((_, index) => column('present', index));
    const first = (part: string) =>
      `CASE ${present.map((is, index) => `WHEN ${is} THEN ${column(part, index)}`).join(' ')} END AS ${role}_${part}`;
    return [`(${present.join(' OR ')}) AS ${role}_present`, ...['latency', 'error', 'prediction', 'beside'].map(first)];
  });
  return replaced.length === 0 ? recordsSql : `SELECT * REPLACE (${replaced.join(', ')}) FROM (${recordsSql})`;
}

/** Records that are neither version's. */
export function servedRejects(options: ReadOptions): (readonly [RejectReason, string])[] {
  if (!isLiveSplit(options) || recordedRoles(options).length === 0) return [];
  const present = recordedRoles(options).map(([role]) => `${role}_present`);
  return [
    ['missing-served-by', `nullif(served_by, '') IS NULL`],
    ['other-version', `NOT (${present.join(' OR ')})`],
  ];
}

/** Ends the name of the second of two units that were one user. No log holds a control character of its own choosing there. */
export const laterUnit = '\u0001later';

/**
 * Makes two units of each that both versions served, one per version, so that a unit is in one cohort; the one of the version that served
 * the user later is named so. The requests of such a user resemble each other across the cohorts, which makes a difference more certain
 * than two independent groups would be, never less.
 * @returns how many there were.
 */
export async function separateSharedUnits(db: Database): Promise<number> {
  await db.run(`CREATE OR REPLACE TABLE shared_units AS
    SELECT unit, arg_min(candidate_present, ("at", id)) AS candidate_first
    FROM requests GROUP BY unit HAVING bool_or(baseline_present) AND bool_or(candidate_present)`);
  const [row] = await db.rows('SELECT count(*) AS units FROM shared_units');
  await db.run(`UPDATE requests SET unit = requests.unit || ${quoteLiteral(laterUnit)} FROM shared_units
    WHERE requests.unit = shared_units.unit AND candidate_present <> candidate_first;
    DROP TABLE shared_units`);
  return Number(row?.['units'] ?? 0);
}

/**
 * Whether a log that need not say what was answered tells errors at all: where every answer has its prediction, or the field for
 * errors says something somewhere. Where it never does, no error means nothing.
 */
export async function tellsErrors({ db, options, files }: LogSource): Promise<boolean> {
  const [row] = await db.rows(
    `SELECT ${recordedRoles(options)
      .map(([role]) => `count(*) FILTER (WHERE ${role}_present AND ${role}_error IS NULL AND ${role}_label IS NULL)`)
      .join(' + ')} AS silent FROM requests`,
  );
  if (Number(row?.['silent'] ?? 0) === 0) return true;
  const { served } = options.fields;
  if (served === undefined) return true;
  if (!holdsOwnOutcome(options)) return await someError(db, options);
  for (const file of files) {
    const scan = await scanRecords(db, file, [{ column: 'served_error', path: pathOf(served.error), as: 'text' }]);
    const [told] = await db.rows(`SELECT count(nullif(served_error, '')) AS errors FROM (${scan.sql})`);
    await scan.furtherUnreadable();
    if (Number(told?.['errors']) > 0) return true;
  }
  return false;
}

/** Whether some request of a serving system's log ended in a status or an error. */
async function someError(db: Database, options: ReadOptions): Promise<boolean> {
  const told = recordedRoles(options).map(
    ([role]) => `coalesce(bool_or(${role}_status OR ${role}_error IS NOT NULL), false)`,
  );
  const [row] = await db.rows(`SELECT ${told.join(' OR ')} AS told FROM requests`);
  return row?.['told'] === true;
}
