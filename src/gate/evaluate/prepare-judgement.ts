import { roles } from '../../domain/role.ts';
import type { CohortSize } from '../../domain/evidence.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import type { Stage } from '../../domain/plan.ts';
import { readCohortParity } from '../../metrics/cohort-parity.ts';
import { readHourBlocks } from '../../metrics/hour-blocks.ts';
import { createJudgedTable, createLaterTable, type JudgedTable } from '../../metrics/table/judged-table.ts';
import { selectionShares } from '../../metrics/families/selection-shares.ts';
import { EarlierMeans } from '../../metrics/means/earlier-means.ts';
import { TableMeasurer } from '../../metrics/measurer.ts';
import { PairMeasurer } from '../../metrics/pair-measurer.ts';
import { TriggeredMeasurer } from '../../metrics/triggered-measurer.ts';
import { type Metric, untriggered } from '../../domain/metric.ts';
import { valuesWantedBy } from '../../metrics/families/values-wanted.ts';
import { segmentSizes } from '../../metrics/table/segment-sizes.ts';
import { readStageScope } from '../../metrics/table/stage-scope.ts';
import type { Database } from '../../database/database.ts';
import { segmentColumn } from '../../requests/values/read-options.ts';
import { assignsRequests } from '../../verdict/checks/served-users.ts';
import type { JudgedStage } from '../judge/judged-stage.ts';
import {
  formatLimits,
  namingLimits,
  refusing,
  type OutcomeSources,
  withErrorsOf,
} from '../outcomes/outcome-sources.ts';
import { completeDrift, type InputDrift } from './read-drift.ts';
import { heldLog } from '../judge/held-log.ts';
import { laterParts } from '../judge/read-stability.ts';
import { refusalsOf } from '../../verdict/refusals.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { servedShare } from '../rollout/served-share.ts';
import { planAsRead, type StageRequests } from '../rollout/stage-requests.ts';

/** What a judgement is made of beside the log. */
interface JudgementFacts {
  readonly sources: OutcomeSources;
  readonly inputDrift: InputDrift | undefined;
  /** Why nobody knows on which requests the versions answer differently, where the plan asks. */
  readonly untold: string | undefined;
}

/**
 * Puts everything that judging needs into the table `judged`, once the requests, their units and the outcomes are there, and
 * drops those: a log of millions would be in memory twice.
 */
export async function prepareJudgement(
  db: Database,
  rollout: Pick<Rollout, 'plan' | 'registry' | 'baseline' | 'candidate'>,
  stage: Stage,
  log: StageRequests,
  { sources, inputDrift, untold }: JudgementFacts,
): Promise<{ readonly judged: JudgedStage; readonly table: JudgedTable }> {
  const { candidate } = rollout;
  const plan = planAsRead(rollout.plan, log.totals);
  const weight = canaryShare({ ...rollout, plan }, stage);
  const { live } = log.totals;
  const segmentColumns = Object.keys(plan.requests.segments).map(segmentColumn);
  const { output } = candidate.entry.signature;
  const wanted = valuesWantedBy(guardedMetrics(plan), output);
  const differences =
    wanted.differences !== undefined && live && untold === undefined ? 'replayed' : wanted.differences;
  const wantedValues = { ...wanted, differences, times: true };
  const known = withErrorsOf(sources, log.totals.holdsErrors);
  const table = await createJudgedTable(db, known, segmentColumns, live ? 'served' : weight, wantedValues);
  if (log.totals.earlier !== undefined) await EarlierMeans.keep(db);
  await db.run('DROP TABLE requests; DROP TABLE units');
  const scope = await readStageScope(db, plan, stage);
  const isTimed = roles.some((role) => sources[role].latency === 'measured');
  const measurerOf = async (judged: JudgedTable) => {
    const metrics = withUntriggered(guardedMetrics(plan));
    const measurer = await TableMeasurer.over(judged, metrics, { earlier: log.totals.earlier !== undefined });
    const triggered = differences === undefined ? measurer : new TriggeredMeasurer(measurer, judged);
    return isTimed ? new PairMeasurer(triggered, judged) : triggered;
  };
  const isRecorded = roles.every((role) => sources[role].latency === 'recorded');
  const { units, sharedUnits } = log.totals;
  const held = await heldLog(table, rollout, log.reading);
  const assigned = live && assignsRequests(sharedUnits, units) ? 'requests' : 'units';
  const judgement: JudgedStage = {
    plan,
    stage,
    scope,
    files: log.files,
    span: log.totals.span,
    losses: log.totals.losses,
    ...(live ? { served: { weight, units, shared: sharedUnits, byFirst: await usersByFirst(db) } } : {}),
    ...(isRecorded ? { hours: (change) => readHourBlocks(table, change) } : {}),
    later: laterParts(log.totals.span).map(({ name, from }, index) => ({
      name,
      measurer: async () => await measurerOf(await createLaterTable(table, from, index)),
    })),
    sizes: await segmentSizes(db, scope),
    held,
    measurer: refusing(namingLimits(await measurerOf(table), formatLimits(plan, sources, log.totals)), {
      ...refusalsOf(held),
      ...(untold === undefined ? {} : { differences: { why: untold, hint: '' } }),
    }),
    shares: await TableMeasurer.over(table, selectionShares(guardedMetrics(plan), scope.comparison)),
    ...(isTimed ? { timing: await timingOf(db) } : {}),
    readParity: (plannedUnits) =>
      readCohortParity({ table, plan, scope, weight, assigned, wantedValues, plannedUnits, byFirst: live }),
    readDrift: (plannedUnits) => completeDrift(table, plan, output, inputDrift, plannedUnits),
  };
  return { judged: judgement, table };
}

/** Metrics with a trigger are held against their value over all requests. */
function withUntriggered(metrics: readonly Metric[]): readonly Metric[] {
  const whole = metrics.flatMap((metric) => (metric.family === 'kpi' ? untriggered(metric) : []));
  return [...new Map([...metrics, ...whole].map((metric) => [metric.id, metric])).values()];
}

/** What tells a measurement of times from another one. */
async function timingOf(db: Database): Promise<string> {
  const [row = {}] = await db.rows(
    `SELECT left(sha256(string_agg(coalesce(candidate_ns, 0)::VARCHAR, ',' ORDER BY seq)), 16) AS digest FROM measured_latency`,
  );
  return String(row['digest']);
}

/** The users of a live split by the version that served them first, with all requests of each cohort. */
async function usersByFirst(db: Database): Promise<readonly CohortSize[]> {
  const rows = await db.columns(
    `SELECT count(DISTINCT unit_index) FILTER (WHERE in_canary AND NOT came_later)::DOUBLE AS canary,
       count(DISTINCT unit_index) FILTER (WHERE NOT in_canary AND NOT came_later)::DOUBLE AS stable,
       (count(*) FILTER (WHERE in_canary))::DOUBLE AS canary_requests, (count(*) FILTER (WHERE NOT in_canary))::DOUBLE AS stable_requests
     FROM judged`,
  );
  return (['canary', 'stable'] as const).map((name) => ({
    name,
    units: rows.numbers(name)[0] ?? 0,
    requests: rows.numbers(`${name}_requests`)[0] ?? 0,
  }));
}

/**
 * The share of units that the canary cohort should have, in [0, 1]: the stage's weight by which the hash assigns them; in a live split the
 * share of traffic that the candidate has now, where it has one, since the stage that is asked for has not begun.
 */
export function canaryShare(
  { plan, registry, candidate }: Pick<Rollout, 'plan' | 'registry' | 'candidate'>,
  stage: Stage,
): number {
  return plan.requests.fields.served === undefined ? stage.weight : servedShare({ registry, candidate }, stage);
}
