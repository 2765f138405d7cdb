import { countOf, formatCount } from '../../domain/format-number.ts';
import type { CheckResult, CohortSize } from '../../domain/evidence.ts';
import type { CheckAction, Checks, Coverage, RolloutPlan, Stage } from '../../domain/plan.ts';
import { enoughRequests, enoughUnits } from './enough-data.ts';

/** How many of the candidate's requests and users the numbers tell of; undefined where they do not say. */
export interface ToldSize {
  readonly requests: number | undefined;
  readonly units: number | undefined;
}

/** What is known of numbers beside their size. */
export interface KnownOfNumbers {
  /** Whether an interval rests on numbers that tell no users, and say that requests are independent. */
  readonly saidIndependent: boolean;
  /** The time that they are about, where they tell it (ISO 8601). */
  readonly window?: { readonly from: string; readonly to: string } | undefined;
  /** Both versions' requests within it. */
  readonly requests?: number | undefined;
}

/**
 * The checks of a stage that is judged on numbers without requests. Where a plan asks for an amount of data and the numbers
 * do not tell it, it is not there.
 */
export function toldNumbersChecks(
  { coverage, checks }: Pick<RolloutPlan, 'coverage' | 'checks'>,
  stage: Stage,
  told: ToldSize,
  { saidIndependent, window, requests }: KnownOfNumbers,
): readonly CheckResult[] {
  const size: CohortSize = { name: 'canary', requests: told.requests ?? 0, units: told.units ?? 0 };
  return [
    told.requests === undefined
      ? untold('minRequests', 'requests', stage.plannedSize.requests)
      : enoughRequests(stage, size),
    told.units === undefined ? untold('minUnits', 'users', stage.plannedSize.units) : enoughUnits(stage, size),
    { name: 'rejected', status: 'not-applicable', detail: 'numbers have no records to reject' },
    windowOf(checks.window, stage, window),
    ...newRequestsOf(stage, requests),
    coverageOf(coverage, checks.coverage.action),
    {
      name: 'selection',
      status: 'not-applicable',
      detail: 'the numbers do not say which requests they leave out',
    },
    independence(saidIndependent),
    ...untellable,
  ];
}

/** What asks for requests themselves. */
const untellable: readonly CheckResult[] = [
  { name: 'parity', detail: "the numbers do not say what the baseline did for the canary's users" },
  { name: 'labels', detail: 'the numbers do not say which labels they rest on' },
  { name: 'stability', detail: 'the numbers do not say when they were counted' },
].map((check) => ({ ...check, status: 'not-applicable' }));

function untold(name: string, noun: string, asked: boolean): CheckResult {
  const detail = `the numbers do not say how many ${noun} the candidate had`;
  return asked
    ? { name, status: 'hold', detail: `${detail}, but the stage requires a number` }
    : { name, status: 'not-applicable', detail };
}

/** Counts are asked for a time where the stage or the plan's check writes one, and it holds unless the plan says otherwise. */
function windowOf(check: Checks['window'], stage: Stage, window: KnownOfNumbers['window']): CheckResult {
  const name = 'window';
  const wanted = stage.minDurationMs ?? (check.asked === true ? check.minDurationMs : undefined);
  const missed = check.action ?? 'hold';
  if (window !== undefined) {
    const spanMs = Date.parse(window.to) - Date.parse(window.from);
    const detail = `the counts are of ${minutes(spanMs)}, from ${window.from} to ${window.to}`;
    if (wanted === undefined || spanMs >= wanted) return { name, status: 'pass', detail };
    return { name, status: missed, detail: `${detail}, but the ${asking(stage)} requires ${minutes(wanted)}` };
  }
  const detail = 'the numbers do not say what time they span';
  return wanted === undefined
    ? { name, status: 'not-applicable', detail }
    : { name, status: missed, detail: `${detail}, but the ${asking(stage)} requires one` };
}

function asking({ minDurationMs }: Stage): string {
  return minDurationMs === undefined ? 'plan' : 'stage';
}

function minutes(ms: number): string {
  return countOf(Math.round(ms / 6000) / 10, 'minute');
}

/** A window begins with the weight in force or later, so that all of its requests came since the stage before was entered. */
function newRequestsOf({ newRequests }: Stage, have: number | undefined): readonly CheckResult[] {
  if (newRequests === undefined) return [];
  const name = 'newRequests';
  if (have === undefined) {
    const unknown = 'the numbers do not say how many requests came since the stage before was entered';
    return [{ name, status: 'hold', detail: `${unknown}, but the stage requires some` }];
  }
  const detail = `${countOf(have, 'request')} came in the window; ${formatCount(newRequests)} are required`;
  return [{ name, status: have >= newRequests ? 'pass' : 'hold', detail }];
}

function coverageOf(wanted: Coverage | undefined, action: CheckAction): CheckResult {
  const name = 'coverage';
  return wanted === undefined
    ? { name, status: 'not-applicable', detail: 'the plan names no hours or segments to cover' }
    : {
        name,
        status: action,
        detail: 'the numbers do not say which hours and segments they cover, but the plan names some',
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
