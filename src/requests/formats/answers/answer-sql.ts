import { type RecordPath } from '../../../domain/log/record-path.ts';
import { quoteLiteral } from '../../../database/database.ts';
import { jsonFieldSql } from '../../containers/json-path.ts';

/** SQL over single answers, each a JSON text or a bare value of CSV. */

/** Columns that hold the parts of one answer. */
export interface AnswerParts {
  /** VARCHAR: the whole answer. */
  readonly answer: string;
  /** VARCHAR: what is at the place. */
  readonly found: string;
  /** VARCHAR: the same, an array of one value as that value. */
  readonly value: string;
  /** VARCHAR: the text of a value that is a text or a number; NULL for arrays, objects and what is no value. */
  readonly single: string;
  /** DOUBLE: that text where it is a finite number. */
  readonly number: string;
  /** VARCHAR[]: the texts of an array's elements. */
  readonly items: string;
  /** DOUBLE[]: those as numbers. */
  readonly numbers: string;
}

/** The columns in which `withPartsSql` leaves the parts of an answer. */
export function partsOf(name: string): AnswerParts {
  return {
    answer: `${name}_answer`,
    found: `${name}_found`,
    value: `${name}_whole`,
    single: `${name}_single`,
    number: `${name}_number`,
    items: `${name}_items`,
    numbers: `${name}_numbers`,
  };
}

/**
 * The rows of a query with the parts of an answer: a column each, so that each is computed once.
 * @param answer SQL of the answer, over the rows.
 * @param place of the prediction inside the answer.
 */
export function withPartsSql(rows: string, name: string, answer: string, place: RecordPath): string {
  const { value, single, number, items, numbers } = partsOf(name);
  const found = `SELECT *, ${atPlaceSql(`${name}_answer`, place)} AS ${name}_found FROM (SELECT *, ${answer} AS ${name}_answer FROM (${rows}))`;
  const unwrapped = `SELECT *, ${unwrappedSql(`${name}_found`)} AS ${value} FROM (${found})`;
  const taken = `SELECT *, ${singleSql(value)} AS ${single}, ${itemsSql(value)} AS ${items} FROM (${unwrapped})`;
  return `SELECT *, ${numberSql(single)} AS ${number}, list_transform(${items}, lambda item: try_cast(item AS DOUBLE)) AS ${numbers} FROM (${taken})`;
}

function atPlaceSql(answer: string, place: RecordPath): string {
  if (place.length === 0) return answer;
  return `(CASE WHEN (${answer} LIKE '{%' OR ${answer} LIKE '[%') AND json_valid(${answer})
    THEN ${jsonFieldSql(answer, place, 'json')} END)`;
}

function unwrappedSql(value: string): string {
  const isOne = `${value} LIKE '[%' AND coalesce(TRY(json_array_length(${value})) = 1, false)`;
  return `(CASE WHEN ${isOne} THEN json_extract(${value}, '$[0]')::VARCHAR ELSE ${value} END)`;
}

function singleSql(value: string): string {
  return `(CASE WHEN ${value} LIKE '"%' THEN coalesce(TRY(json_extract_string(${value}, '$')), ${value})
    WHEN ${value} LIKE '[%' OR ${value} LIKE '{%' OR ${value} IN ('null', '') THEN NULL ELSE ${value} END)`;
}

function itemsSql(value: string): string {
  return `(CASE WHEN ${value} LIKE '[%' THEN TRY(json_extract_string(${value}, '$[*]')) END)`;
}

/** A finite number, DOUBLE; NULL for any other text. */
export function numberSql(text: string): string {
  return `(CASE WHEN isfinite(try_cast(${text} AS DOUBLE)) THEN try_cast(${text} AS DOUBLE) END)`;
}

/** Whether a number is a probability; rounding may take one a little above 1. */
export function probabilitySql(number: string): string {
  return `coalesce(${number} >= 0 AND ${number} <= 1.000001, false)`;
}

/** Whether a text is what a label says: letter by letter, or as a number. */
export function isLabelSql(text: string, label: string): string {
  const number = numberOfLabel(label);
  const exact = `${text} = ${quoteLiteral(label)}`;
  return number === undefined ? `(${exact})` : `(${exact} OR coalesce(${numberSql(text)} = ${number}, false))`;
}

/** The number that a label is; of the labels true and false, 1 and 0. */
function numberOfLabel(label: string): number | undefined {
  const lower = label.toLowerCase();
  if (lower === 'true') return 1;
  if (lower === 'false') return 0;
  const number = Number(label);
  return label.trim() === '' || !Number.isFinite(number) ? undefined : number;
}

/** Whether a text could be a label: any text that is not a number, and a number that is one of the labels. */
export function couldBeLabelSql(text: string, labels: readonly string[]): string {
  const numbers = labels.flatMap((label) => numberOfLabel(label) ?? []);
  const isKnown = numbers.length === 0 ? 'false' : `try_cast(${text} AS DOUBLE) IN (${numbers.join(', ')})`;
  return `(${text} IS NOT NULL AND coalesce(try_cast(${text} AS DOUBLE) IS NULL OR ${isKnown}, false))`;
}

/** `VARCHAR[]` of the labels. */
export function labelListSql(labels: readonly string[]): string {
  return `[${labels.map(quoteLiteral).join(', ')}]`;
}

/**
 * Whether numbers are a distribution over the labels: one for each, from 0 to 1, that add up to 1 (to half a hundredth for
 * each label, for what was rounded, and to 0.05 at most).
 */
export function distributionSql(numbers: string, labels: readonly string[]): string {
  const tolerance = Math.min(0.05, 0.005 * labels.length) + 1e-9;
  const outside = `len(list_filter(${numbers}, lambda number: NOT ${probabilitySql('number')}))`;
  return `coalesce(len(${numbers}) = ${labels.length} AND ${labels.length} > 1 AND ${outside} = 0 AND abs(list_sum(${numbers}) - 1) <= ${tolerance}, false)`;
}

/** A value where it is an object; DuckDB need not look at `AND` from left to right, so that this comes before what reads JSON. */
export function objectOfSql(value: string): string {
  return `CASE WHEN ${value} LIKE '{%' AND json_valid(${value}) THEN ${value} END`;
}

/** Whether an object says only that something failed, as gateways and servers word it; false for what is not an object. */
export function isFailureSql(object: string): string {
  const keys = `list_transform(json_keys(${object}), lambda key: lower(replace(key, '_', '')))`;
  const tells = `len(list_filter(${keys}, lambda key: regexp_matches(key, '${failureKeys}'))) > 0`;
  const answers = `len(list_filter(${keys}, lambda key: regexp_matches(key, '${answerKeys}'))) > 0`;
  return `coalesce(len(${keys}) = 0 OR (${tells} AND NOT ${answers}), false)`;
}

const failureKeys = '^(.*error.*|.*exception.*|fault|.*message|msg|details?|title|reason|status|status_?code|code)$';
const answerKeys =
  '^(.*labels?|.*scores?|.*predictions?|.*class(es)?|.*probabilit.*|outputs?|results?|values?|categor(y|ies)|displaynames)$';
