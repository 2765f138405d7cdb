import type { CheckResult, CohortSize } from '../../domain/evidence.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';
import type { Stage } from '../../domain/plan.ts';

/** Whether the judged cohort has as many requests as the stage asks for. */
export function enoughRequests(stage: Stage, judged: CohortSize): CheckResult {
  return atLeast('minRequests', judged.requests, stage.minRequests, 'request', judged);
}

/** Whether the judged cohort has as many units as the stage asks for. */
export function enoughUnits(stage: Stage, judged: CohortSize): CheckResult {
  return atLeast('minUnits', judged.units, stage.minUnits, 'user', judged);
}

function atLeast(name: string, have: number, need: number, noun: string, { name: cohort }: CohortSize): CheckResult {
  const found = `${cohort === 'all' ? 'the log' : `the ${cohort} cohort`} has ${countOf(have, noun)}`;
  return have >= need
    ? { name, status: 'pass', detail: `${found}; ${formatCount(need)} are required` }
    : {
        name,
        status: 'hold',
        detail: `${found}, but the stage requires ${formatCount(need)}: ${countOf(need - have, `more ${noun}`)} needed`,
      };
}
