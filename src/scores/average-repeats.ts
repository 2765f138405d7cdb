import { type Database, doubleSql, quoteIdentifier } from '../database/database.ts';
import { type Role, roles } from '../domain/role.ts';
import type { Score } from '../domain/scores/score.ts';
import { askedColumn, repeatSpreadColumn, scoreColumn } from '../requests/values/wanted-values.ts';

/**
 * Replaces the table `computed_scores` of every asking by one of every request: its score is the mean over its askings, of which those without an
 * answer have the worst end of the range. It is NULL where one of the answers has no score, and NaN where one has none of its range, so that
 * a mean hides neither. Each score gets its `repeatSpreadColumn`s too.
 *
 * @param repeats how many askings a request has; the table's `seq` is the request's times this, and the number of the asking from 0
 */
export async function averageRepeats(db: Database, scores: readonly Score[], repeats: number): Promise<void> {
  const columns = scores.flatMap((score) => {
    const asked = quoteIdentifier(askedColumn(score.name));
    return [`bool_or(${asked}) AS ${asked}`, ...roles.flatMap((role) => averagesOf(score, role, repeats))];
  });
  await db.run(`CREATE OR REPLACE TABLE computed_scores AS
    SELECT seq // ${repeats} AS seq, ${columns.join(', ')} FROM computed_scores GROUP BY seq // ${repeats}`);
}

function averagesOf({ name, range, better }: Score, role: Role, repeats: number): readonly string[] {
  const [least, largest] = range.map(doubleSql);
  const column = quoteIdentifier(scoreColumn(role, name));
  const answered = `${role}_answered`;
  const value = `CASE WHEN ${answered} THEN ${column} ELSE ${better === 'higher' ? least : largest} END`;
  // Added up in order, so that no digit depends on which came first.
  const values = `list(${value} ORDER BY seq)`;
  const mean = `least(${largest}, greatest(${least}, list_sum(${values}) / ${repeats}))`;
  const whole = (
    sql: string,
  ) => `CASE WHEN NOT bool_or(${answered}) OR bool_or(${answered} AND ${column} IS NULL) THEN NULL
    WHEN bool_or(${answered} AND NOT (${column} BETWEEN ${least} AND ${largest})) THEN 'NaN'::DOUBLE ELSE ${sql} END`;
  return [
    `${whole(mean)} AS ${column}`,
    `${whole(`list_aggregate(${values}, 'var_samp')`)} AS ${quoteIdentifier(repeatSpreadColumn(role, name))}`,
  ];
}
