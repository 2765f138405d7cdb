import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bound } from '../../../src/domain/plan.ts';
import { type Database, openDatabase } from '../../../src/database/database.ts';
import { judgePeriods } from '../../../src/gate/judge/judge-periods.ts';
import { TableMeasurer } from '../../../src/metrics/measurer.ts';
import { SharedUsers } from '../../../src/metrics/shared-users.ts';
import { guardedMetrics } from '../../../src/domain/judged.ts';
import { uncomputable } from '../../../src/stats/result.ts';
import { judgeGuardrail } from '../../../src/verdict/judge-guardrail.ts';
import { planOf } from '../../fixtures/plain-plan.ts';

const periods = [0, 1, 2, 3];

/** A live split whose users come in all of its periods, and the bound on which its truth sits. */
interface LoyalLog {
  readonly guardrail: string;
  /** SQL of the table `whole`'s requests: period, person, in_canary, label, answer, revenue. */
  readonly requests: (seed: number) => string;
}

const users = 600;
const people = 4800;

function uniform(seed: number, what: string, of: string): string {
  return `(hash('${seed} ${what} ' || ${of}) / 18446744073709551615.0)`;
}

/** Users who are worth about the same in every period, and 1 less to the candidate. */
export const loyalBuyers: LoyalLog = {
  guardrail: '{ metric: kpi.revenue, maxDecrease: 1 }',
  requests: (seed) => `SELECT period, person, in_canary, 'a' AS label, 'a' AS answer,
      40 + 20 * ${uniform(seed, 'worth', 'person')} + 2 * ${uniform(seed, 'day', "person || '-' || period")} - CASE WHEN in_canary THEN 1 ELSE 0 END AS revenue
    FROM (SELECT *, ${uniform(seed, 'side', 'person')} < 0.3 AS in_canary FROM range(${users}) u(person), range(${periods.length}) p(period))`,
};

/**
 * A third of the requests are of people, one in each period, whose answers are right or wrong whenever they come, for the candidate's less often;
 * two thirds are of programs that come once and ask eight times, whose answers are right by chance.
 */
export const loyalPeople: LoyalLog = {
  guardrail: `{ metric: macro_f1, maxDecrease: 1pp }`,
  requests: (seed) => `SELECT period, person, in_canary, label, NULL::DOUBLE AS revenue,
      CASE WHEN is_right THEN label WHEN label = 'a' THEN 'b' ELSE 'a' END AS answer
    FROM (SELECT *, CASE WHEN ${uniform(seed, 'label', 'own')} < 0.5 THEN 'a' ELSE 'b' END AS label,
        ${uniform(seed, 'right', 'own')} < 0.8 - CASE WHEN in_canary AND NOT is_program THEN 0.03 ELSE 0 END AS is_right
      FROM (SELECT *, ${uniform(seed, 'side', 'person')} < 0.5 AS in_canary FROM (
        SELECT person::VARCHAR AS person, person::VARCHAR AS own, period, false AS is_program
          FROM range(${people}) u(person), range(${periods.length}) p(period)
        UNION ALL SELECT 'program ' || period || '-' || program, 'program ' || period || '-' || program || '-' || request, period, true
          FROM range(${people / 4}) u(program), range(${periods.length}) p(period), range(8) r(request))))`,
};

/** Judges all periods together, once. @returns whether they show a breach of a bound on which the truth is */
export async function breachesTogether(log: LoyalLog, seed: number): Promise<boolean> {
  const tempFolder = mkdtempSync(join(tmpdir(), 'canary-loyal-'));
  const db = await openDatabase({ tempFolder, threads: 1 });
  try {
    await createWhole(db, log.requests(seed));
    return await judgedTogether(db, log.guardrail);
  } finally {
    await db.close();
    rmSync(tempFolder, { recursive: true, force: true });
  }
}

function outcome(role: string, served: string): string {
  return `${served} AS ${role}_present, true AS ${role}_errors_known, NULL::VARCHAR AS ${role}_error,
    CASE WHEN ${served} THEN answer END AS ${role}_label, NULL::DOUBLE AS ${role}_value`;
}

/** A user is another unit in every period, and the same person. */
async function createWhole(db: Database, requests: string): Promise<void> {
  await db.run(`CREATE TABLE whole AS
    SELECT (dense_rank() OVER (ORDER BY period, person) - 1)::INTEGER AS unit_index, hash(person) AS person_hash, period, in_canary, label,
      ${outcome('baseline', 'NOT in_canary')}, ${outcome('candidate', 'in_canary')}, revenue AS "kpi:revenue"
    FROM (${requests})`);
  for (const period of periods)
    await db.run(`CREATE VIEW part_${period} AS SELECT * FROM whole WHERE period = ${period}`);
}

async function judgedTogether(db: Database, guardrail: string): Promise<boolean> {
  const plan = planOf([
    'requests: { source: log.jsonl, fields: { servedBy: version } }',
    'stages: [{ name: canary, weight: 30% }, { name: full, weight: 1 }]',
    'statistics: { inference: fixed }',
    `guardrails: [${guardrail}]`,
  ]);
  const metrics = guardedMetrics(plan);
  const [guarded] = plan.guardrails;
  const bound: Bound | undefined = guarded?.bounds[0];
  if (guarded === undefined || bound === undefined) throw new RangeError('the plan has a bound');
  const test = { guardrail: guarded, bound, segment: null };
  const counts = await db.columns('SELECT count(*)::DOUBLE AS requests FROM whole GROUP BY period ORDER BY period');
  const each = periods.map((period) => ({
    period: { weight: 0.3, from: '2026-11-01T00:00:00Z' },
    requests: counts.numbers('requests')[period] ?? 0,
    byFirst: [],
    measurer: async () => await TableMeasurer.over({ db, name: `part_${period}` }, metrics),
  }));
  const whole = { db, name: 'whole' };
  const parts = periods.map((period) => ({ db, name: `part_${period}` }));
  const judged = await judgePeriods(
    {
      plan,
      scope: {
        judgedCohort: 'canary',
        comparison: 'served',
        cohorts: [],
        segmentValues: new Map(),
        hours: new Map(),
        outcomes: { baseline: { requests: 0, errors: {} }, candidate: { requests: 0, errors: {} } },
      },
      periods: {
        each,
        together: async () => await TableMeasurer.over(whole, metrics),
        users: new SharedUsers(whole, parts),
      },
    },
    test,
    {
      result: judgeGuardrail({
        ...test,
        estimate: uncomputable('the last period alone tells nothing'),
        confidence: 0.95,
      }),
      beside: { alphaLower: 0.05, alphaUpper: 0.05, inference: 'fixed', plannedUnits: 1000 },
    },
  );
  return judged.status === 'breach';
}
