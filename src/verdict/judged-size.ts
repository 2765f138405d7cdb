import type { CohortName, CohortSize } from '../domain/evidence.ts';

/** The size of a cohort; an absent cohort is empty. */
export function judgedSize(cohorts: readonly CohortSize[], name: CohortName): CohortSize {
  return cohorts.find((cohort) => cohort.name === name) ?? { name, units: 0, requests: 0 };
}
