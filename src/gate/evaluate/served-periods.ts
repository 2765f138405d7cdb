import type { CheckResult, CohortSize } from '../../domain/evidence.ts';
import { isSplit } from '../../domain/stages/period.ts';
import type { Database } from '../../database/database.ts';
import type { JudgedTable } from '../../metrics/table/judged-table.ts';
import { createPeriodTable, createPersonTable, keepPeriod } from '../../metrics/table/judged-periods.ts';
import type { Measurer } from '../../metrics/measurer.ts';
import { SharedUsers } from '../../metrics/shared-users.ts';
import type { RequestTotals } from '../../requests/table/request-totals.ts';
import { periodsCheck } from '../../verdict/checks/served-periods.ts';
import { periodText } from '../judge/judge-periods.ts';
import type { ServedPeriod, ServedPeriods } from '../judge/judged-stage.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { StagePeriods } from '../rollout/stage-periods.ts';

/** The users of a live split: how many, those whom both versions served, and by the version that served them first. */
export interface ServedUsers {
  readonly units: number;
  readonly shared: number;
  readonly byFirst: readonly CohortSize[];
}

/** Counts the users of a judged table of a live split, with all requests of each cohort. */
export async function servedUsers({ db, name }: JudgedTable): Promise<ServedUsers> {
  const rows = await db.columns(
    `SELECT count(DISTINCT unit_index) FILTER (WHERE in_canary AND NOT came_later)::DOUBLE AS canary,
       count(DISTINCT unit_index) FILTER (WHERE NOT in_canary AND NOT came_later)::DOUBLE AS stable,
       count(DISTINCT user_hash)::DOUBLE AS users, count(DISTINCT user_hash) FILTER (WHERE came_later)::DOUBLE AS shared,
       (count(*) FILTER (WHERE in_canary))::DOUBLE AS canary_requests, (count(*) FILTER (WHERE NOT in_canary))::DOUBLE AS stable_requests
     FROM ${name}`,
  );
  const number = (column: string) => rows.numbers(column)[0] ?? 0;
  return {
    units: number('users'),
    shared: number('shared'),
    byFirst: (['canary', 'stable'] as const).map((cohort) => ({
      name: cohort,
      units: number(cohort),
      requests: number(`${cohort}_requests`),
    })),
  };
}

/**
 * Leaves in the table `judged` the requests of the period in force, and tells of all periods what was served in each.
 * @param measurerOf measures the guarded metrics over a table.
 * @returns undefined where there is one period alone.
 */
export async function separatePeriods(
  table: JudgedTable,
  { periods }: StagePeriods,
  measurerOf: (judged: JudgedTable) => Promise<Measurer>,
): Promise<ServedPeriods | undefined> {
  const splits = periods.filter(isSplit);
  const inForce = splits.at(-1);
  if (inForce === undefined || splits.length < 2) return undefined;
  const whole = await keepPeriod(table, inForce);
  const each: ServedPeriod[] = [];
  const parts: JudgedTable[] = [];
  for (const [index, period] of splits.entries()) {
    const part = await createPeriodTable(whole, period, index);
    const { byFirst } = await servedUsers(part);
    const requests = byFirst.reduce((sum, cohort) => sum + cohort.requests, 0);
    if (requests === 0 && period !== inForce) continue;
    each.push({ period, requests, byFirst, measurer: once(() => measurerOf(part)) });
    parts.push(part);
  }
  const together = once(async () => await measurerOf(await createPersonTable(whole)));
  return { each, together, users: new SharedUsers(whole, parts) };
}

function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => (made ??= make());
}

const tellers = {
  weights: 'requests.weights',
  history: "the registry's history",
  traffic: "the registry's traffic",
} as const;

/** Says under which weights the log was served. */
export function checkPeriods(
  { candidate }: Pick<Rollout, 'candidate'>,
  { periods, toldBy, pending }: StagePeriods,
  served: readonly ServedPeriod[],
  { outsidePeriods, outcomes, accepted }: Pick<RequestTotals, 'outsidePeriods' | 'outcomes' | 'accepted'>,
): CheckResult {
  const one = periods.findLast(isSplit);
  const all = served.length > 0 || one === undefined ? served : [{ period: one, requests: accepted }];
  return periodsCheck({
    candidate: candidate.version,
    periods: all.map(periodText),
    toldBy: tellers[toldBy],
    pending,
    unexplained: outsidePeriods?.unexplained,
    answers: outcomes.candidate ?? 0,
    settling: outsidePeriods?.settling ?? 0,
  });
}

/** Requests of the table `judged` from a time on (ISO 8601). */
export async function requestsSince(db: Database, since: string): Promise<number> {
  const rows = await db.columns(
    `SELECT count(*)::DOUBLE AS requests FROM judged WHERE epoch_ms("at") >= ${Date.parse(since)}`,
  );
  return rows.numbers('requests')[0] ?? 0;
}
