import type { CheckResult, CohortSize } from '../../domain/evidence.ts';
import type { CheckAction, Coverage, RolloutPlan, Stage } from '../../domain/plan.ts';
import { enoughRequests, enoughUnits } from './enough-data.ts';

/** How many of the candidate's requests and users the numbers tell of; undefined where they do not say. */
export interface ToldSize {
  readonly requests: number | undefined;
  readonly units: number | undefined;
}

/**
 * The checks of a stage that is judged on numbers without requests. Where a plan asks for an amount of data and the numbers
 * do not tell it, it is not there.
 * @param saidIndependent whether an interval rests on numbers that tell no users, and say that requests are independent.
 */
export function toldNumbersChecks(
  { coverage, checks }: Pick<RolloutPlan, 'coverage' | 'checks'>,
  stage: Stage,
  told: ToldSize,
  saidIndependent: boolean,
): readonly CheckResult[] {
  const size: CohortSize = { name: 'canary', requests: told.requests ?? 0, units: told.units ?? 0 };
  return [
    told.requests === undefined
      ? untold('minRequests', 'requests', stage.plannedSize.requests)
      : enoughRequests(stage, size),
    told.units === undefined ? untold('minUnits', 'users', stage.plannedSize.units) : enoughUnits(stage, size),
    { name: 'rejected', status: 'not-applicable', detail: 'numbers have no records that could be rejected' },
    windowOf(stage),
    coverageOf(coverage, checks.coverage.action),
    {
      name: 'selection',
      status: 'not-applicable',
      detail: 'the numbers do not tell which requests they leave out',
    },
    independence(saidIndependent),
    ...untellable,
  ];
}

/** What asks for requests themselves. */
const untellable: readonly CheckResult[] = [
  { name: 'parity', detail: "the numbers do not tell what the baseline did for the canary's users" },
  { name: 'labels', detail: 'the numbers do not tell which labels they rest on' },
  { name: 'stability', detail: 'the numbers do not tell when they were counted' },
].map((check) => ({ ...check, status: 'not-applicable' }));

function untold(name: string, noun: string, asked: boolean): CheckResult {
  const detail = `the numbers do not tell how many ${noun} the candidate had`;
  return asked
    ? { name, status: 'hold', detail: `${detail}, and the stage asks for an amount` }
    : { name, status: 'not-applicable', detail };
}

function windowOf({ minDurationMs }: Stage): CheckResult {
  const detail = 'the numbers do not tell what time they span';
  return minDurationMs === undefined
    ? { name: 'window', status: 'not-applicable', detail }
    : { name: 'window', status: 'hold', detail: `${detail}, and the stage asks for some` };
}

function coverageOf(wanted: Coverage | undefined, action: CheckAction): CheckResult {
  const name = 'coverage';
  return wanted === undefined
    ? { name, status: 'not-applicable', detail: 'the plan names no hours or segments to cover' }
    : {
        name,
        status: action,
        detail: 'the numbers do not tell which hours and segments they cover, and the plan names some',
      };
}

/** Requests of one user resemble each other, so somebody has to say it where they are taken for evidence of their own. */
function independence(saidIndependent: boolean): CheckResult {
  const name = 'independence';
  return saidIndependent
    ? {
        name,
        status: 'pass',
        detail:
          'the numbers say that each request is evidence of its own; where few users made many, the intervals are too narrow',
      }
    : { name, status: 'not-applicable', detail: 'no interval rests on requests whose users are unknown' };
}
