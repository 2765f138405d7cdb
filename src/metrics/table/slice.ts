import type { CohortName, Segment } from '../../domain/evidence.ts';
import { segmentColumn } from '../../requests/values/read-options.ts';
import { quoteIdentifier, quoteLiteral } from '../../database/database.ts';

/** The part of the judged requests that a number is about: a cohort, and within it a segment or the whole. */
export interface Slice {
  readonly cohort: CohortName;
  readonly segment: Segment;
}

/** Condition on the table `judged` that holds for the slice's requests. */
export function sliceCondition(slice: Slice): string {
  const conditions = [cohortCondition(slice.cohort)];
  for (const [dimension, value] of Object.entries(slice.segment ?? {})) {
    conditions.push(`${dimensionColumn(dimension)} = ${quoteLiteral(value)}`);
  }
  return conditions.join(' AND ');
}

/** The quoted column that holds a dimension's value, in the table `judged` and those made of it. */
export function dimensionColumn(dimension: string): string {
  return quoteIdentifier(segmentColumn(dimension));
}

function cohortCondition(cohort: CohortName): string {
  switch (cohort) {
    case 'canary':
      return 'in_canary';
    case 'stable':
      return 'NOT in_canary';
    case 'all':
      return 'true';
  }
}
