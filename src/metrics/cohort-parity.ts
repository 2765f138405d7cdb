import type { CohortParity, ComparedMix, ComparedNumber, IncomparableNumber } from '../domain/cohort-parity.ts';
import { metricTraits, type MetricUnit } from '../domain/metric.ts';
import { guardedMetrics } from '../domain/judged.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import type { WantedValues } from '../requests/values/wanted-values.ts';
import { segmentAssignment } from '../stats/distances/segment-assignment.ts';
import { uncomputable } from '../stats/result.ts';
import { servedDifference } from '../stats/estimates/served-difference.ts';
import { estimateAt, type Measured } from './table/estimate.ts';
import { createParityTable, type JudgedTable } from './table/judged-table.ts';
import { TableMeasurer } from './measurer.ts';
import { readSample, type SideColumns } from './means/read-pairs.ts';
import type { StageScope } from './table/stage-scope.ts';
import { dimensionColumn } from './table/slice.ts';

/** What the parity of the cohorts is read from. */
export interface ParitySource {
  readonly table: JudgedTable;
  readonly plan: RolloutPlan;
  readonly scope: StageScope;
  /** The stage's weight, strictly between 0 and 1. */
  readonly weight: number;
  readonly wantedValues: WantedValues;
  /** What was assigned to a cohort: `requests` where a router assigned each request on its own. */
  readonly assigned: 'units' | 'requests';
  /** Whether users who met both versions are two units each, and count for the version that served them first. */
  readonly byFirst?: boolean;
  /** N* of the sequential bounds. */
  readonly plannedUnits: number;
}

/** Requests per user and the share of them that have an outcome are compared whatever the plan guards. */
const alwaysCompared = 2;

/**
 * Compares the two cohorts in what the candidate has nothing to do with: each guarded metric of the baseline, requests per
 * user, the share of requests that have an outcome, and the mix of each dimension. The check's level is shared evenly.
 */
export async function readCohortParity(source: ParitySource): Promise<CohortParity> {
  const { plan, table } = source;
  const metrics = guardedMetrics(plan).filter(
    (metric) => metricTraits(metric).hasBaseline && !['kpi', 'memory'].includes(metric.family),
  );
  const dimensions = Object.keys(plan.requests.segments);
  const alphaEach = plan.checks.parity.alpha / (metrics.length + dimensions.length + alwaysCompared);
  const settings = {
    alphaLower: alphaEach / 2,
    alphaUpper: alphaEach / 2,
    inference: 'sequential',
    plannedUnits: source.plannedUnits,
  } as const;
  const measurer = await TableMeasurer.over(await createParityTable(table, source.wantedValues), metrics);
  const numbers: ComparedNumber[] = [];
  const incomparable: IncomparableNumber[] = [];
  const compare = (what: string, unit: MetricUnit, measured: Measured) => {
    const compared = comparedNumber(what, unit, measured, settings);
    if ('reason' in compared) incomparable.push(compared);
    else numbers.push(compared);
  };
  for (const { what, unit, measured } of await ofRequests(source)) compare(what, unit, measured);
  for (const metric of metrics) {
    const subject = { metric, comparison: 'served', slice: { cohort: 'canary', segment: null } } as const;
    compare(`baseline ${metric.id}`, metricTraits(metric).unit, await measurer.measure(subject, 'difference'));
  }
  const mixes: ComparedMix[] = [];
  for (const dimension of dimensions) mixes.push(await mixOf(source, dimension));
  return { numbers, incomparable, mixes, alphaEach };
}

function comparedNumber(
  what: string,
  unit: MetricUnit,
  measured: Measured,
  settings: Parameters<typeof estimateAt>[1],
): ComparedNumber | IncomparableNumber {
  const estimate = estimateAt(measured, settings);
  if (estimate.kind !== 'estimated') return { what, reason: estimate.reason };
  // In the view that is compared, the candidate's side is the canary cohort's.
  if (measured.kind !== 'linearized' || measured.candidate === undefined || measured.baseline === undefined)
    throw new RangeError('a difference has two sides');
  return { what, unit, canary: measured.candidate, stable: measured.baseline, low: estimate.low, high: estimate.high };
}

const notUsers = uncomputable('requests were assigned, not users');

/** Requests per user, and the share of requests with an outcome: where records get lost, one of the two shows it. */
async function ofRequests({ table, scope, assigned, byFirst = false }: ParitySource) {
  const answered =
    scope.comparison === 'paired'
      ? 'baseline_present AND candidate_present'
      : 'CASE WHEN in_canary THEN candidate_present ELSE baseline_present END';
  const name = `${table.name}_requests`;
  await table.db.run(
    `CREATE OR REPLACE TABLE ${name} AS
     SELECT ${byFirst ? 'bool_or(in_canary AND NOT came_later)' : 'any_value(in_canary)'} AS in_canary, 1::DOUBLE AS users, count(*)::DOUBLE AS requests,
       count(CASE WHEN ${answered} THEN 1 END)::DOUBLE AS answered
     FROM ${table.name} GROUP BY ${byFirst ? 'user_hash' : 'unit_index'}`,
  );
  // The floor of proportions stands in where every user of a cohort sends as many: that alone is no certainty.
  const sideOf = (condition: string, columns: SideColumns) =>
    readSample({ db: table.db, table: name, condition }, columns, { zeroOne: true });
  const difference = async (columns: SideColumns) =>
    servedDifference(await sideOf('NOT in_canary', columns), await sideOf('in_canary', columns));
  const perUser = assigned === 'requests' ? notUsers : await difference({ requests: 'users', sum: 'requests' });
  const withOutcome = await difference({ requests: 'requests', sum: 'answered' });
  return [
    { what: 'requests per user', unit: 'number', measured: perUser },
    { what: 'requests with an outcome', unit: 'proportion', measured: withOutcome },
  ] as const;
}

/**
 * Who or what was assigned, by value and cohort. A unit counts once, under the value that most of its requests have.
 */
async function mixOf(
  { table, weight, assigned, byFirst = false }: ParitySource,
  dimension: string,
): Promise<ComparedMix> {
  const column = dimensionColumn(dimension);
  const requests = `SELECT ${column} AS value, in_canary FROM ${table.name} WHERE ${column} IS NOT NULL`;
  const units = `SELECT arg_max(value, (requests, value)) AS value, any_value(in_canary) AS in_canary FROM (
       SELECT unit_index, ${column} AS value, any_value(in_canary) AS in_canary, count(*) AS requests
       FROM ${table.name} WHERE ${column} IS NOT NULL ${byFirst ? 'AND NOT came_later' : ''} GROUP BY unit_index, value)
     GROUP BY unit_index`;
  const rows = await table.db.columns(
    `SELECT value, (count(*) FILTER (WHERE in_canary))::DOUBLE AS canary, (count(*) FILTER (WHERE NOT in_canary))::DOUBLE AS stable
     FROM (${assigned === 'requests' ? requests : units}) GROUP BY value ORDER BY canary + stable DESC, value`,
  );
  const [canary, stable] = [rows.numbers('canary'), rows.numbers('stable')];
  const segments = rows
    .strings('value')
    .map((value, row) => ({ value: value ?? '', canary: canary[row] ?? 0, stable: stable[row] ?? 0 }));
  const { pValue, most } = segmentAssignment(segments, weight);
  return {
    dimension,
    pValue,
    most,
    assigned,
    canaryUnits: segments.reduce((sum, segment) => sum + segment.canary, 0),
    stableUnits: segments.reduce((sum, segment) => sum + segment.stable, 0),
  };
}
