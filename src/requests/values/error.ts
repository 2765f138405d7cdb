import { type Database, quoteLiteral } from '../../database/database.ts';
import type { Role } from '../../domain/role.ts';
import { isMissingSql, trimmedSql, withTextSql } from './missing.ts';

/** Words for no failure, in lower case. `OK` is gRPC's. A warehouse is asked for the same. */
export const fineWords: readonly string[] = ['-', 'false', 'ok', 'success', '[]', '{}'];

/** Statuses that nearly every request ends in. */
const usualStatuses = ['200', '201', '202', '204', '301', '302', '304'];

/** A status that ends a request of HTTP: a number from 200 to 599, however it is stored, and perhaps its reason behind it. */
const httpStatus = String.raw`([2-5][0-9][0-9])([.]0+)?(\s+[A-Za-z].*)?`;

/** A number that is a flag, a code of gRPC, or Envoy's status for no answer: what it is depends on what else the log holds. */
const smallNumber = '([0-9][0-9]?)([.]0+)?';

/** Marks such a number until the whole log is read. No log holds this control character. */
const undecided = 'chr(1)';

/** Codes of gRPC by their number. */
const grpcCodes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/**
 * SQL for the kind of a failure that a written text tells, NULL for none: `http-503` for a status of 400 and above, `error` for `true`,
 * and any other text as it is. A number below 100 keeps a mark, which `decideErrors` replaces.
 * @param fine texts and statuses that the plan calls no failure.
 */
export function errorKindSql(text: string, fine: readonly string[]): string {
  const usual = usualStatuses.map(quoteLiteral).join(', ');
  const words = tellsSuccess(fine) ? fineWords.filter((word) => word !== 'false') : fineWords;
  const allowed = [...words, ...fine.map((word) => word.toLowerCase())].map(quoteLiteral).join(', ');
  // A column of statuses is mostly the usual ones; only the others are looked into.
  const odd = trimmedSql(`CASE WHEN ${text} IN (${usual}) THEN NULL ELSE ${text} END`);
  return withTextSql(odd, (trimmed) => {
    const status = `regexp_extract(${trimmed}, '^[0-9]+')`;
    return `CASE WHEN ${trimmed} IS NULL OR ${isMissingSql(trimmed)} OR lower(${trimmed}) IN (${allowed}) THEN NULL
      WHEN ${isStatusSql(trimmed)} THEN CASE WHEN ${status} < '400' OR ${status} IN (${allowed}) THEN NULL ELSE 'http-' || ${status} END
      WHEN regexp_full_match(${trimmed}, '${smallNumber}') THEN ${undecided} || ${status}
      WHEN lower(${trimmed}) IN ('true', 'false') THEN 'error'
      ELSE ${trimmed} END`;
  });
}

/** Condition that a kind, as `errorKindSql` gives it, is a failure whatever else the log holds. */
export function isSurelyFailureSql(kind: string): string {
  return `coalesce(NOT starts_with(${kind}, ${undecided}), false)`;
}

/** SQL of a text in the place of an error in which a sentence of its own, such as a server's, is a kind: kinds are counted, so that they have to be few. */
export function sentenceAsKindSql(text: string, fine: readonly string[], kind: string): string {
  return `CASE WHEN ${errorKindSql(text, fine)} = ${trimmedSql(text)} THEN ${quoteLiteral(kind)} ELSE ${text} END`;
}

/** Whether the plan says that a flag tells success: then what is not one is a failure. */
function tellsSuccess(fine: readonly string[]): boolean {
  return fine.some((word) => ['1', 'true'].includes(word.toLowerCase()));
}

/** Condition that a text is a status of HTTP. */
export function isStatusSql(text: string): string {
  return String.raw`regexp_full_match(${text}, '\s*${httpStatus}\s*')`;
}

/** What the numbers in the place of an error are. */
export type ErrorNumbers = 'http' | 'grpc' | 'flag' | 'code';

/**
 * Decides from the whole log what small numbers in the place of an error mean, in the table `requests`: beside statuses of HTTP, 0 is
 * no answer at all; 0 and 1 alone are a flag; numbers up to 16 are codes of gRPC; any others are codes of which 0 is none.
 * Needs the columns `<role>_status` BOOLEAN, whether the text was a status of HTTP.
 * @param reading `maySayNothing`: whether an answer without a prediction is one; `fine`: what the plan calls no failure.
 * @returns undefined where there are none.
 */
export async function decideErrors(
  db: Database,
  roles: readonly Role[],
  { maySayNothing, fine }: { readonly maySayNothing: boolean; readonly fine: readonly string[] },
): Promise<ErrorNumbers | undefined> {
  if (roles.length === 0) return undefined;
  const [row = {}] = await db.rows(`SELECT
    greatest(${roles.map((role) => `max(CASE WHEN ${marked(role)} THEN ${code(role)} END)`).join(', ')}) AS greatest,
    coalesce(${roles.map((role) => `bool_or(${role}_status)`).join(' OR ')}, false) AS statuses FROM requests`);
  const greatest = row['greatest'];
  if (greatest === null || greatest === undefined) return row['statuses'] === true ? 'http' : undefined;
  const numbers = numbersOf(row['statuses'] === true, Number(greatest));
  const success = tellsSuccess(fine);
  for (const role of roles) {
    // Where the number is not a failure, the outcome is its answer, and one that has none cannot be read.
    const otherwise = maySayNothing ? 'NULL' : `CASE WHEN ${role}_label IS NULL THEN 'bad-outcome' END`;
    await db.run(
      `UPDATE requests SET ${role}_error = coalesce(${meaningSql(numbers, code(role), success)}, ${otherwise}) WHERE ${marked(role)}`,
    );
  }
  return numbers;
}

function marked(role: Role): string {
  return `starts_with(${role}_error, ${undecided})`;
}

function code(role: Role): string {
  return `try_cast(substr(${role}_error, 2) AS INTEGER)`;
}

function numbersOf(statuses: boolean, greatest: number): ErrorNumbers {
  if (statuses) return 'http';
  if (greatest <= 1) return 'flag';
  return greatest < grpcCodes.length ? 'grpc' : 'code';
}

function meaningSql(numbers: ErrorNumbers, number: string, success: boolean): string {
  switch (numbers) {
    case 'http':
      return `CASE ${number} WHEN 0 THEN 'no-answer' ELSE 'status-' || ${number} END`;
    case 'flag':
      return `CASE ${number} WHEN ${success ? 0 : 1} THEN 'error' END`;
    case 'grpc':
      return `CASE ${number} ${grpcCodes.map((name, index) => `WHEN ${index} THEN ${index === 0 ? 'NULL' : quoteLiteral(name)}`).join(' ')} END`;
    case 'code':
      return `CASE WHEN ${number} > 0 THEN 'code-' || ${number} END`;
  }
}
