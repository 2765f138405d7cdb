import { quoteLiteral } from '../../database/database.ts';
import type { Role } from '../../domain/role.ts';
import { labelsAsWritten } from './label.ts';
import { missingWords } from './missing.ts';
import { type ReadOptions, recordedRoles } from './read-options.ts';
import { scoreBesideSql } from './score.ts';

/**
 * Records with the column `<role>_plain`: the prediction where it is a label of the model as the model writes it, and no score stands beside it. Most
 * predictions are, so that they are told by one comparison, and `<role>_prediction` is NULL there: looking for what other predictions may mean then costs
 * little more than passing over them. NULL where a label could be taken for something else, or a score alone may be the answer.
 * @param recordsSql SELECT of records with `<role>_prediction`.
 */
export function plainAnswersSql(options: ReadOptions, recordsSql: string): string {
  const roles = recordedRoles(options).map(([role]) => role);
  if (roles.length === 0) return recordsSql;
  const plain = roles.map((role) => {
    const labels = plainLabels(options, role);
    const known = labels.length === 0 ? 'NULL::VARCHAR' : plainSql(options, role, labels);
    return { role, sql: `${known} AS ${role}_plain` };
  });
  const others = roles.map(
    (role) => `CASE WHEN ${role}_plain IS NULL THEN ${role}_prediction END AS ${role}_prediction`,
  );
  return `SELECT * REPLACE (${others.join(', ')}) FROM (SELECT *, ${plain.map(({ sql }) => sql).join(', ')} FROM (${recordsSql}))`;
}

function plainSql(options: ReadOptions, role: Role, labels: readonly string[]): string {
  const prediction = `${role}_prediction`;
  return `CASE WHEN ${prediction} IN (${labels.map(quoteLiteral).join(', ')}) AND ${scoreBesideSql(options, role)} IS NULL THEN ${prediction} END`;
}

/** How a label begins that nothing but a label is like. */
const beginsPlainly = /^[\p{L}\p{N}_]/u;

/** Texts that say that there is no number, or nothing. */
const saysNothing = new Set([...missingWords, 'infinity', 'inf']);

function plainLabels({ values, thresholds }: ReadOptions, role: Role): readonly string[] {
  const reading = values?.answers[role];
  // Free answers are no labels, and where a threshold decides, a label without a score is no answer.
  if (reading === undefined || values?.free !== undefined || thresholds?.[role] !== undefined) return [];
  return labelsAsWritten(reading).filter(
    (label) => beginsPlainly.test(label) && label.trim() === label && !saysNothing.has(label.toLowerCase()),
  );
}
