import type { CheckResult } from '../../domain/evidence.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';

/** What is known of the weights under which a log was served. */
export interface PeriodFacts {
  readonly candidate: string;
  /** Each period as a sentence names it, the oldest first. */
  readonly periods: readonly string[];
  /** Who told the weights, as a sentence names it. */
  readonly toldBy: string;
  /** Why the weight of the registry is not the router's. */
  readonly pending?: string | undefined;
  /** Answers of the candidate that no period explains, beside those that one does. */
  readonly unexplained?: { readonly requests: number; readonly first: string; readonly last: string } | undefined;
  readonly answers: number;
  /** Requests that were left out while a weight settled. */
  readonly settling: number;
}

/** A few requests of a session that a router let go on do not make a period. */
const fewUnexplained = 0.01;

/** Whether the weights are known under which the requests were served, so that the period in force is the one that is judged. */
export function periodsCheck(facts: PeriodFacts): CheckResult {
  const name = 'periods';
  const { candidate, pending, unexplained, answers, toldBy } = facts;
  if (pending !== undefined) return { name, status: 'hold', detail: pending };
  if (unexplained !== undefined && unexplained.requests > fewUnexplained * (answers + unexplained.requests)) {
    const { requests, first, last } = unexplained;
    return {
      name,
      status: 'hold',
      detail: `the weight of ${candidate} from ${first} to ${last} is unknown, but it answered ${countOf(requests, 'request')} then: ${toldBy} does not cover that time; write requests.weights, or a requests.from from which it does, or set the clock of the servers that log, if it is behind`,
    };
  }
  const [inForce = 'no period', ...earlier] = facts.periods.toReversed();
  const before = earlier.length === 0 ? '' : `; before: ${earlier.join(', ')}`;
  const left = facts.settling === 0 ? '' : `; ${formatCount(facts.settling)} left out while a weight settled`;
  return { name, status: 'pass', detail: `in force is ${inForce}${before}${left}` };
}

/** Earlier periods whose users do not fit their weight: they warn once the period in force passes, which its own check says. */
export function earlierPeriodsCheck(uneven: readonly string[]): CheckResult {
  const name = 'earlier periods';
  return uneven.length === 0
    ? { name, status: 'pass', detail: 'the users of each earlier period fit its weight' }
    : { name, status: 'warn', detail: `the users of an earlier period do not fit its weight: ${uneven.join('; ')}` };
}
