import type { Role } from '../../../domain/role.ts';
import type { ColumnArrays } from '../../../database/column-arrays.ts';
import { effectiveUnits, requestWeightedClusterSize } from '../../../stats/sums/cluster-size.ts';
import { jackknifeGroups } from '../../../stats/estimates/jackknife.ts';
import type { JudgedTable } from '../../table/judged-table.ts';
import type { GroupCounts } from './alert-recall.ts';

/** The scored requests of one version, and what is known of them before they are put in order. */
export interface RankedRequests {
  readonly byGroup: GroupCounts;
  /** Of the kind of request, positives or negatives, that the fewest units have. */
  readonly effectiveUnits: number;
  /** Request-weighted, of all of them. */
  readonly clusterSize: number;
  /** `score`, `unit_group` and `positive` in falling order of the score. */
  inOrder(): AsyncIterable<ColumnArrays>;
}

/** Reads the requests of a version for which a condition holds; DuckDB puts the scores in order and spills where they are many. */
export async function rankedRequests(
  { db, name }: JudgedTable,
  role: Role,
  condition: string,
): Promise<RankedRequests> {
  const rows = await db.columns(
    `SELECT unit_group, sum(positives)::DOUBLE AS positives, sum(negatives)::DOUBLE AS negatives,
       sum(positives * positives)::DOUBLE AS positive_squares, sum(negatives * negatives)::DOUBLE AS negative_squares,
       sum((positives + negatives) ** 2)::DOUBLE AS squares
     FROM (SELECT any_value(jackknife_group) AS unit_group, count(*) FILTER (WHERE is_positive) AS positives,
             count(*) FILTER (WHERE NOT is_positive) AS negatives
           FROM ${name} WHERE ${condition} GROUP BY unit_index)
     GROUP BY unit_group ORDER BY unit_group`,
  );
  const byGroup = { requests: new Float64Array(jackknifeGroups), positives: new Float64Array(jackknifeGroups) };
  const [positives, negatives] = [rows.numbers('positives'), rows.numbers('negatives')];
  for (const [row, group] of rows.numbers('unit_group').entries()) {
    byGroup.positives[group] = positives[row] ?? 0;
    byGroup.requests[group] = (positives[row] ?? 0) + (negatives[row] ?? 0);
  }
  const ofKind = (column: Float64Array, squares: string) => ({
    sum: sumOf(column),
    sumOfSquares: sumOf(rows.numbers(squares)),
  });
  const kinds = [ofKind(positives, 'positive_squares'), ofKind(negatives, 'negative_squares')];
  return {
    byGroup,
    effectiveUnits: Math.min(...kinds.map(effectiveUnits)),
    clusterSize: requestWeightedClusterSize(ofKind(byGroup.requests, 'squares')),
    inOrder: () =>
      db.stream(
        `SELECT ${role}_positive_score AS score, jackknife_group AS unit_group, is_positive::INTEGER AS positive
         FROM ${name} WHERE ${condition} ORDER BY score DESC`,
      ),
  };
}

function sumOf(column: Float64Array): number {
  return column.reduce((sum, value) => sum + value, 0);
}
