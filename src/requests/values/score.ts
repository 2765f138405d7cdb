import { quoteLiteral } from '../../database/database.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import type { Role } from '../../domain/role.ts';
import { type ReadOptions, recordedRoles } from './read-options.ts';
import { isLabelSql, type LabelReading, labelSql } from './label.ts';
import { isMissingSql, trimmedSql } from './missing.ts';

/** What is wrong with the scores of an answer, as the column `<role>_unscored` has it; 0 for nothing. */
export const scoreProblems = { outOfRange: 1, missing: 2 } as const;

/** How far a probability may leave [0, 1] by rounding and still be one. */
const tolerance = 1e-3;

/** Digits behind the point of the score that is left for the other label: 1 - 0.9 is 0.1. */
const complementDigits = 15;

/**
 * Records whose predictions say what their scores mean. A score may be inside the prediction, beside it (`<role>_beside`) or the
 * prediction itself; of two labels it is then that of the second, which a threshold makes the answer from its value on, and the prediction
 * becomes an object with label and scores. Without a threshold a score alone stays what it is, and so is not a label. Adds `<role>_unscored`.
 * @param recordsSql SELECT of records with `<role>_prediction` and, of canary's own format, `<role>_beside`.
 */
export function scoredRecordsSql(options: ReadOptions, recordsSql: string): string {
  const read = recordedRoles(options).map(([role]) => outcomeSql(options, role));
  if (read.length === 0) return recordsSql;
  const replaced = read.flatMap(({ prediction }) => (prediction === undefined ? [] : [prediction]));
  const replace = replaced.length === 0 ? '' : ` REPLACE (${replaced.join(', ')})`;
  const parts = read.flatMap((each) => each.parts);
  const inner = parts.length === 0 ? recordsSql : `SELECT *, ${parts.join(', ')} FROM (${recordsSql})`;
  const checked = `SELECT *, ${read.map(({ problem }) => problem).join(', ')} FROM (${inner})`;
  return `SELECT *${replace} FROM (${checked})`;
}

interface OutcomeSql {
  /** What the scores are. */
  readonly parts: readonly string[];
  /** What is wrong with them, from those. */
  readonly problem: string;
  /** What the prediction becomes, from both; absent where it stays as it is. */
  readonly prediction?: string;
}

function outcomeSql(options: ReadOptions, role: Role): OutcomeSql {
  const reading = options.values?.answers[role];
  const labels = options.labels?.[role];
  if (reading === undefined || labels === undefined) return { parts: [], problem: `0::UTINYINT AS ${role}_unscored` };
  const beside = scoreBesideSql(options, role);
  const [first, second] = labels;
  return labels.length === 2 && first !== undefined && second !== undefined
    ? ofTwoLabels({ role, beside, reading, first, second, threshold: options.thresholds?.[role] })
    : ofManyLabels(role, beside);
}

/** SQL of the score that stands beside a prediction, as text; NULL where there is none. */
export function scoreBesideSql({ format }: Pick<ReadOptions, 'format'>, role: Role): string {
  return format === 'canary' || logFormatTraits[format].ofOneVersion === true
    ? `nullif(${role}_beside, '')`
    : 'NULL::VARCHAR';
}

interface TwoLabels {
  readonly role: Role;
  readonly beside: string;
  readonly reading: LabelReading;
  readonly first: string;
  readonly second: string;
  readonly threshold: number | undefined;
}

function ofTwoLabels({ role, beside, reading, first, second, threshold }: TwoLabels): OutcomeSql {
  const { isObject, prediction, label, score, scores } = places(role);
  const meant = labelSql(label, reading);
  const answer = `${role}_meant`;
  const own = `${role}_second_score`;
  const inside = `CASE WHEN ${answer} = ${quoteLiteral(second)} THEN ${score} WHEN ${answer} = ${quoteLiteral(first)} THEN ${complement(score)} END`;
  const ofFirst = `map_extract_value(${role}_score_map, ${quoteLiteral(first)})`;
  const bare = threshold === undefined ? 'NULL::DOUBLE' : bareScoreSql(role, reading, areZeroAndOne(first, second));
  const known = `coalesce(map_extract_value(${role}_score_map, ${quoteLiteral(second)}), ${complement(ofFirst)}, try_cast(${beside} AS DOUBLE), ${inside}, ${bare})`;
  const clamped = `least(1, greatest(0, ${own}))`;
  const object = (text: string, chosen: 'first' | 'second') => {
    const ofAnswer = chosen === 'second' ? clamped : complement(clamped);
    return `'{"label":' || ${jsonText(text)} || ',"score":' || ${ofAnswer} || ',"scores":{' || ${jsonText(first)} || ':' || ${complement(clamped)} || ',' || ${jsonText(second)} || ':' || ${clamped} || '}}'`;
  };
  const answered =
    threshold === undefined
      ? `WHEN ${beside} IS NOT NULL AND ${answer} = ${quoteLiteral(second)} THEN ${object(second, 'second')}
         WHEN ${beside} IS NOT NULL AND ${answer} = ${quoteLiteral(first)} THEN ${object(first, 'first')}`
      : `WHEN ${own} >= ${threshold}::DOUBLE THEN ${object(second, 'second')} WHEN ${own} < ${threshold}::DOUBLE THEN ${object(first, 'first')}`;
  const silent = `coalesce(${isMissingSql(trimmedSql(prediction))}, true)`;
  const missing = threshold === undefined ? '' : `WHEN ${own} IS NULL AND NOT ${silent} THEN ${scoreProblems.missing}`;
  return {
    parts: [
      `${scores} AS ${role}_score_map`,
      `CASE WHEN ${isObject} OR ${isLabelSql(meant, reading)} THEN ${meant} END AS ${answer}`,
      `${known} AS ${own}`,
    ],
    problem: `(CASE WHEN ${outOfRange([`${role}_score_map`], [score, `try_cast(${beside} AS DOUBLE)`, own], [isUnreadable(role, beside)])} THEN ${scoreProblems.outOfRange} ${missing} ELSE 0 END)::UTINYINT AS ${role}_unscored`,
    prediction: `CASE WHEN ${role}_unscored > 0 THEN coalesce(${prediction}, ${beside}) ${answered} ELSE coalesce(nullif(${prediction}, ''), ${beside}) END AS ${prediction}`,
  };
}

/** Where there are more than two labels, a score beside the prediction is the prediction's. */
function ofManyLabels(role: Role, beside: string): OutcomeSql {
  const { isObject, prediction, score, scores } = places(role);
  const number = `try_cast(${beside} AS DOUBLE)`;
  const object = `'{"label":' || to_json(${prediction})::VARCHAR || ',"score":' || least(1, greatest(0, ${number})) || '}'`;
  return {
    parts: [`${scores} AS ${role}_score_map`],
    problem: `(CASE WHEN ${outOfRange([`${role}_score_map`], [score, number], [isUnreadable(role, beside)])} THEN ${scoreProblems.outOfRange} ELSE 0 END)::UTINYINT AS ${role}_unscored`,
    prediction: `CASE WHEN ${role}_unscored = 0 AND ${number} IS NOT NULL AND nullif(${prediction}, '') IS NOT NULL AND NOT (${isObject}) THEN ${object} ELSE ${prediction} END AS ${prediction}`,
  };
}

/** Where a prediction keeps what, as SQL. */
function places(role: Role) {
  const prediction = `${role}_prediction`;
  const isObject = `${prediction} LIKE '{%' AND json_valid(${prediction})`;
  const inside = (key: string) => `CASE WHEN ${isObject} THEN json_extract_string(${prediction}, '/${key}') END`;
  return {
    prediction,
    isObject,
    label: `CASE WHEN ${isObject} THEN json_extract_string(${prediction}, '/label') ELSE ${prediction} END`,
    score: `try_cast(${inside('score')} AS DOUBLE)`,
    scores: `CASE WHEN ${isObject} THEN try_cast(json_extract(${prediction}, '/scores') AS MAP(VARCHAR, DOUBLE)) END`,
  };
}

/** A prediction that is a number and no label. Where the labels are 0 and 1, a score of 0 or 1 answers the same label either way. */
function bareScoreSql(role: Role, reading: LabelReading, zeroAndOne: boolean): string {
  const number = `try_cast(${role}_prediction AS DOUBLE)`;
  const isLabel = isLabelSql(labelSql(`${role}_prediction`, reading), reading);
  return zeroAndOne ? number : `CASE WHEN NOT ${isLabel} THEN ${number} END`;
}

function areZeroAndOne(first: string, second: string): boolean {
  return ['0', 'false'].includes(first.trim().toLowerCase()) && ['1', 'true'].includes(second.trim().toLowerCase());
}

/** Condition that a score is there and no number in [0, 1]. */
function outOfRange(maps: readonly string[], numbers: readonly string[], others: readonly string[]): string {
  return [
    ...maps.map((map) => `len(list_filter(map_values(${map}), lambda score: ${isOut('score')})) > 0`),
    ...numbers.map((number) => `(${number} IS NOT NULL AND ${isOut(number)})`),
    ...others,
  ].join(' OR ');
}

/** Condition that a score is written beside the prediction and is not a number at all. */
function isUnreadable(role: Role, beside: string): string {
  return `(${beside} IS NOT NULL AND NOT ${isMissingSql(trimmedSql(beside))} AND try_cast(${beside} AS DOUBLE) IS NULL AND ${role}_present)`;
}

function complement(score: string): string {
  return `round(1 - (${score}), ${complementDigits})`;
}

function jsonText(label: string): string {
  return quoteLiteral(JSON.stringify(label));
}

function isOut(number: string): string {
  return `NOT coalesce(abs(${number} - 0.5) <= ${0.5 + tolerance}, false)`;
}
