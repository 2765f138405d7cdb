import type { SizedSegment } from '../../domain/segments.ts';
import { type Database } from '../../database/database.ts';
import { sliceCondition, dimensionColumn } from './slice.ts';
import type { StageScope } from './stage-scope.ts';

/** More segments than this are ids rather than segments, and nobody reads what would be said of them. */
const mostSegments = 500;

/**
 * Every segment of the judged requests with its number of units, the largest first; of a served comparison with that of its
 * smaller side, on which the evidence rests.
 */
export async function segmentSizes(
  db: Database,
  { comparison, judgedCohort, segmentValues }: StageScope,
): Promise<readonly SizedSegment[]> {
  const units =
    comparison === 'served'
      ? `least(count(DISTINCT unit_index) FILTER (WHERE in_canary AND candidate_present),
           count(DISTINCT unit_index) FILTER (WHERE NOT in_canary AND baseline_present))`
      : `count(DISTINCT unit_index) FILTER (WHERE ${sliceCondition({ cohort: judgedCohort, segment: null })}
           AND baseline_present AND candidate_present)`;
  const sized: SizedSegment[] = [];
  for (const dimension of segmentValues.keys()) {
    const column = dimensionColumn(dimension);
    const rows = await db.columns(
      `SELECT ${column} AS value, (${units})::DOUBLE AS units FROM judged WHERE ${column} IS NOT NULL
       GROUP BY value ORDER BY units DESC, value LIMIT ${mostSegments}`,
    );
    const counts = rows.numbers('units');
    rows.strings('value').forEach((value, row) => {
      sized.push({ segment: { [dimension]: value ?? '' }, units: counts[row] ?? 0 });
    });
  }
  // The sort is stable: equal sizes stay in the order of the plan's dimensions and of the values.
  return sized.toSorted((a, b) => b.units - a.units);
}
