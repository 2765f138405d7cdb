import type { CohortName, CohortSize, ComparisonKind, OutcomeCounts } from '../../domain/evidence.ts';
import { judgedCohortOf } from '../../domain/judged.ts';
import { isPerLabel } from '../../domain/metric.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import { trueLabelDimension } from '../../domain/segments.ts';
import { type Database } from '../../database/database.ts';
import type { Role } from '../../domain/role.ts';
import { countsBy } from './counts-by.ts';
import { sliceCondition, dimensionColumn } from './slice.ts';

/** Whom a stage is judged on, and what is known of them before any metric is computed. */
export interface StageScope {
  readonly judgedCohort: CohortName;
  /** Pairs decide where there are any; else the served comparison does. */
  readonly comparison: ComparisonKind;
  readonly cohorts: readonly CohortSize[];
  /** Values of each dimension in the judged cohort with their number of requests, most first. */
  readonly segmentValues: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Judged requests by hour of the day (UTC). */
  readonly hours: ReadonlyMap<number, number>;
  readonly outcomes: Readonly<Record<Role, OutcomeCounts>>;
}

/** The dimensions by which requests are told apart: those of the plan, and the true label where a guardrail is on each. */
export function dimensionsOf({
  requests,
  guardrails,
}: Pick<RolloutPlan, 'requests' | 'guardrails'>): readonly string[] {
  const perLabel = guardrails.some(({ metric }) => isPerLabel(metric));
  return [...Object.keys(requests.segments), ...(perLabel ? [trueLabelDimension] : [])];
}

/** Reads the scope of a stage from the table `judged`. */
export async function readStageScope(db: Database, plan: RolloutPlan, stage: Stage): Promise<StageScope> {
  const pairs = await db.columns(
    'SELECT count(*) FILTER (WHERE baseline_present AND candidate_present)::DOUBLE AS pairs FROM judged',
  );
  const comparison = (pairs.numbers('pairs')[0] ?? 0) > 0 ? 'paired' : 'served';
  const judgedCohort = judgedCohortOf(plan, stage, comparison);
  const judged = sliceCondition({ cohort: judgedCohort, segment: null });
  const dimensions = dimensionsOf(plan);
  const counted = await countsBy(db, {
    from: `judged WHERE ${judged}`,
    columns: ['hour_of_day', ...dimensions.map(dimensionColumn)],
    counts: { requests: 'count(*)' },
    order: 'requests DESC, value',
  });
  const [hours = new Map<string, number>(), ...values] = counted.map(
    (found) => new Map(found.map(({ value, count }) => [value, count('requests')])),
  );
  return {
    judgedCohort,
    comparison,
    cohorts: await cohortSizes(db),
    segmentValues: new Map(dimensions.map((dimension, index) => [dimension, values[index] ?? new Map()])),
    hours: new Map([...hours].map(([hour, count]) => [Number(hour), count])),
    outcomes: { baseline: await outcomeCounts(db, 'baseline'), candidate: await outcomeCounts(db, 'candidate') },
  };
}

async function cohortSizes(db: Database): Promise<readonly CohortSize[]> {
  const rows = await db.columns(
    `SELECT in_canary::INTEGER AS in_canary, count(DISTINCT unit_index)::DOUBLE AS units, count(*)::DOUBLE AS requests
     FROM judged GROUP BY in_canary`,
  );
  const sizeOf = (name: CohortName, flag: number): CohortSize => {
    const row = rows.numbers('in_canary').indexOf(flag);
    return { name, units: rows.numbers('units')[row] ?? 0, requests: rows.numbers('requests')[row] ?? 0 };
  };
  const canary = sizeOf('canary', 1);
  const stable = sizeOf('stable', 0);
  // A unit is in one cohort only, so that the cohorts add up.
  const all: CohortSize = {
    name: 'all',
    units: canary.units + stable.units,
    requests: canary.requests + stable.requests,
  };
  return [canary, stable, all];
}

/** Of the requests whose errors are known, so that the counts are those of the error rate; of all where none is. */
async function outcomeCounts(db: Database, role: Role): Promise<OutcomeCounts> {
  const known = `${role}_errors_known`;
  const counted = `${role}_present AND (${known} OR NOT (SELECT coalesce(bool_or(${known}), false) FROM judged WHERE ${role}_present))`;
  const rows = await db.columns(
    `SELECT ${role}_error AS error, count(*)::DOUBLE AS requests, sum(${role}_retries)::DOUBLE AS retries FROM judged
     WHERE ${counted} GROUP BY error ORDER BY error NULLS FIRST`,
  );
  const requests = rows.numbers('requests');
  const errors: Record<string, number> = {};
  rows.strings('error').forEach((error, row) => {
    if (error !== null) errors[error] = requests[row] ?? 0;
  });
  const retries = sumOf(rows.numbers('retries'));
  return { requests: sumOf(requests), errors, ...(retries === 0 ? {} : { retries }) };
}

function sumOf(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
