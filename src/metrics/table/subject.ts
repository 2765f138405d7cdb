import type { Role } from '../../domain/role.ts';
import type { ComparisonKind } from '../../domain/evidence.ts';
import type { Metric } from '../../domain/metric.ts';
import type { Slice } from './slice.ts';

/** What a guardrail bounds: the candidate's own value, or its difference from the baseline, absolute or relative. */
export type TestedQuantity = 'own' | 'difference' | 'relative';

/**
 * What is to be measured. A paired comparison takes both versions on the slice's requests; a served one takes the
 * candidate from the canary cohort and the baseline from the stable one, whatever the slice's cohort.
 */
export interface Subject {
  readonly metric: Metric;
  readonly comparison: ComparisonKind;
  readonly slice: Slice;
}

/** The requests that hold each version's side. */
export function slicesOf(comparison: Subject['comparison'], slice: Slice): Readonly<Record<Role, Slice>> {
  return comparison === 'paired'
    ? { baseline: slice, candidate: slice }
    : { baseline: { ...slice, cohort: 'stable' }, candidate: { ...slice, cohort: 'canary' } };
}
