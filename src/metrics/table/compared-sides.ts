import type { CohortName } from '../../domain/evidence.ts';
import type { Role } from '../../domain/role.ts';
import { both } from './conditions.ts';
import { sliceCondition } from './slice.ts';
import type { StageScope } from './stage-scope.ts';

/** Whose requests each version is described on: the same ones of the judged cohort in pairs, else those that it served. */
export interface ComparedSides {
  /** Of a served comparison the candidate's. */
  readonly cohort: CohortName;
  /** Condition on the table `judged`, by version. */
  readonly condition: Readonly<Record<Role, string>>;
}

/** @param known holds for requests that a version can be described on. */
export function comparedSides(scope: StageScope, known: (role: Role) => string): ComparedSides {
  if (scope.comparison === 'paired') {
    const condition = `${inCohort(scope.judgedCohort)} AND ${both(known)}`;
    return { cohort: scope.judgedCohort, condition: { baseline: condition, candidate: condition } };
  }
  return {
    cohort: 'canary',
    condition: {
      baseline: `${inCohort('stable')} AND ${known('baseline')}`,
      candidate: `${inCohort('canary')} AND ${known('candidate')}`,
    },
  };
}

function inCohort(cohort: CohortName): string {
  return sliceCondition({ cohort, segment: null });
}
