import type { SizedSegment } from '../../domain/segments.ts';
import { type Database } from '../../database/database.ts';
import { countsBy } from './counts-by.ts';
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
  const dimensions = [...segmentValues.keys()];
  const counted = await countsBy(db, {
    from: 'judged',
    columns: dimensions.map(dimensionColumn),
    counts: { units },
    order: 'units DESC, value',
  });
  const sized = dimensions.flatMap((dimension, index) =>
    (counted[index] ?? [])
      .slice(0, mostSegments)

      .map(({ value, count }) => ({ segment: { [dimension]: value }, units: count('units') })),
  );
  // The sort is stable: equal sizes stay in the order of the plan's dimensions and of the values.
  return sized.toSorted((a, b) => b.units - a.units);
}
