import type { Comparison, Evidence } from '../../domain/evidence.ts';
import { cohortPhrase, judgedCohort } from '../words/names.ts';
import { printableName } from '../words/printable.ts';

/** Comparisons of one kind on one cohort, and what they compare. */
export interface ComparisonGroup {
  readonly title: string;
  readonly comparisons: readonly Comparison[];
}

/** The comparisons by kind and cohort: the judged pairs first, then the served, then the pairs of other cohorts. */
export function comparisonGroups({ comparisons, inputs }: Pick<Evidence, 'comparisons' | 'inputs'>): ComparisonGroup[] {
  const judged = judgedCohort(comparisons);
  const rank = (comparison: Comparison) =>
    comparison.comparison === 'served' ? 1 : comparison.cohort === judged ? 0 : 2;
  const kinds = [...new Set(comparisons.toSorted((a, b) => rank(a) - rank(b)).map(kindOf))];
  return kinds.map((kind) => {
    const group = comparisons.filter((comparison) => kindOf(comparison) === kind);
    return { title: titleOf(group, inputs), comparisons: group };
  });
}

function kindOf({ comparison, cohort }: Comparison): string {
  return `${comparison} ${cohort}`;
}

function titleOf(group: readonly Comparison[], inputs: Evidence['inputs']): string {
  const [first] = group;
  if (first === undefined) return '';
  const [baseline, candidate] = [printableName(inputs.baseline.version), printableName(inputs.candidate.version)];
  if (first.comparison === 'served') {
    return `Served: ${candidate} on canary users against ${baseline} on stable users, as in a live split`;
  }
  return `Paired: ${baseline} and ${candidate} on the same requests of ${cohortPhrase(first.cohort)}`;
}
