import { type Database, quoteIdentifier } from '../../database/database.ts';
import { scoredIn, toldIn } from '../../domain/scores/answer-numbers.ts';

/**
 * Makes one table of the outcomes of requests that were asked several times, a row for each request: the columns of `loadOutcomes` and
 * `failed_share DOUBLE`, the share of its askings that got no usable answer, in [0, 1]. `error` is that of the first asking where all failed,
 * the answer and its scores are the first that there were, and `toldNumbers` are means over the answers; NULL where one of these does not tell.
 *
 * @param table its name; replaced if it is there
 * @param repeats the tables of the askings, in order, each with every request
 */
export async function mergeRepeats(db: Database, table: string, repeats: readonly string[]): Promise<void> {
  const askings = repeats.map((name, index) => `SELECT ${index} AS asking, * FROM ${quoteIdentifier(name)}`);
  const answered = 'FILTER (WHERE error IS NULL)';
  const first = ['label', 'value', 'score', ...scoredIn().map(([name]) => name)];
  const columns = [
    'seq',
    `CASE WHEN count(*) ${answered} = 0 THEN min_by(error, asking) END AS error`,
    ...first.map((name) => `min_by(${name}, asking) ${answered} AS ${name}`),
    'min_by(detail, asking) AS detail',
    'sum(retries) AS retries',
    // Added up in order, so that no digit depends on which came first.
    ...toldIn().map(
      ([name]) => `CASE WHEN count(${name}) ${answered} = count(*) ${answered}
        THEN list_sum(list(${name} ORDER BY asking) ${answered}) / nullif(count(*) ${answered}, 0) END AS ${name}`,
    ),
    `count(error) / ${repeats.length} AS failed_share`,
  ];
  await db.run(`CREATE OR REPLACE TABLE ${quoteIdentifier(table)} AS
    SELECT ${columns.join(', ')} FROM (${askings.join(' UNION ALL ')}) GROUP BY seq ORDER BY seq`);
}
