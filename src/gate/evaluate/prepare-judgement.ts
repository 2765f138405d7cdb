import { roles } from '../../domain/role.ts';
import { isSplit } from '../../domain/stages/period.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import type { CheckResult } from '../../domain/evidence.ts';
import type { ScoreFacts } from '../../domain/scores/score-facts.ts';
import { scoreFacts } from '../../metrics/families/score-facts.ts';
import { scoresCheck } from '../../verdict/checks/scores.ts';
import { guardedScores } from '../outcomes/obtain-scores.ts';
import { readCohortParity } from '../../metrics/cohort-parity.ts';
import { readHourBlocks } from '../../metrics/hour-blocks.ts';
import { createJudgedTable, type JudgedTable } from '../../metrics/table/judged-table.ts';
import { createLaterTable } from '../../metrics/table/judged-periods.ts';
import { selectionShares } from '../../metrics/families/selection-shares.ts';
import type { Metric } from '../../domain/metric.ts';
import { EarlierMeans } from '../../metrics/means/earlier-means.ts';
import { namedMeans } from '../../metrics/means/named-mean.ts';
import { RequestSums } from '../../metrics/means/request-sums.ts';
import type { SharedSums } from '../../metrics/means/unit-sum-tables.ts';
import { TableMeasurer } from '../../metrics/measurer.ts';
import { PairMeasurer } from '../../metrics/pair-measurer.ts';
import { TriggeredMeasurer, triggeredIn } from '../../metrics/triggered-measurer.ts';
import { withUntriggered } from '../../domain/statistics/bounded-metric.ts';
import { valuesWantedBy } from '../../metrics/families/values-wanted.ts';
import { segmentSizes } from '../../metrics/table/segment-sizes.ts';
import { readStageScope } from '../../metrics/table/stage-scope.ts';
import type { Database } from '../../database/database.ts';
import { segmentColumn } from '../../requests/values/read-options.ts';
import type { WantedValues } from '../../requests/values/wanted-values.ts';
import { assignsRequests } from '../../verdict/checks/served-users.ts';
import type { JudgedStage, LaterPart } from '../judge/judged-stage.ts';
import type { Measurer } from '../../metrics/measurer.ts';
import {
  formatLimits,
  namingLimits,
  refusing,
  type OutcomeSources,
  withErrorsOf,
} from '../outcomes/outcome-sources.ts';
import type { StagePeriods } from '../rollout/stage-periods.ts';
import { spanOf } from '../../requests/table/request-totals.ts';
import { newRequestsCheck, type StageTiming } from '../../verdict/checks/stage-timing.ts';
import { clocksCheck } from '../../verdict/checks/clocks.ts';
import { checkPeriods, requestsSince, separatePeriods, servedUsers } from './served-periods.ts';
import { completeDrift, type InputDrift } from './read-drift.ts';
import { heldLog } from '../judge/held-log.ts';
import { laterParts } from '../judge/read-stability.ts';
import { applicableGuardrails } from '../../verdict/applicable.ts';
import { refusalsOf } from '../../verdict/refusals.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { planAsRead, type StageRequests } from '../rollout/stage-requests.ts';

/** What a judgement is made of beside the log. */
export interface JudgementFacts {
  readonly sources: OutcomeSources;
  readonly inputDrift: InputDrift | undefined;
  /** Why nobody knows on which requests the versions answer differently, where the plan asks. */
  readonly untold: string | undefined;
  /** Of a stage that rests on what was served. */
  readonly periods: StagePeriods | undefined;
  /** The stage that was entered last, and since when it is in force. */
  readonly before: StageTiming['before'];
  /** ISO 8601. */
  readonly now: string;
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
  { sources, inputDrift, untold, periods, before, now }: JudgementFacts,
): Promise<{ readonly judged: JudgedStage; readonly table: JudgedTable }> {
  const plan = planAsRead(rollout.plan, log.totals);
  const { live } = log.totals;
  const inForce = live ? periods?.periods.findLast(isSplit) : undefined;
  const weight = inForce?.weight ?? stage.weight;
  const segmentColumns = Object.keys(plan.requests.segments).map(segmentColumn);
  const { output } = rollout.candidate.entry.signature;
  const wantedValues = { ...valuesWantedBy(guardedMetrics(plan), output, live && untold === undefined), times: true };
  const known = withErrorsOf(sources, log.totals.holdsErrors);
  const table = await createJudgedTable(db, known, segmentColumns, live ? 'served' : weight, wantedValues);
  if (log.totals.earlier !== undefined) await EarlierMeans.keep(db);
  await db.run('DROP TABLE requests; DROP TABLE units');
  const kinds = kindsOf(sources, log, wantedValues);
  const measurerOf = (judged: JudgedTable, shared?: SharedSums) => measurerOver(judged, plan, { ...kinds, shared });
  const told = live && periods !== undefined ? periods : undefined;
  const served = told === undefined ? undefined : await separatePeriods(table, told, measurerOf);
  const span = served === undefined ? log.totals.span : await spanOf(db, table.name);
  const users = live ? await servedUsers(table) : undefined;
  const scope = await readStageScope(db, plan, stage);
  const isRecorded = roles.every((role) => sources[role].latency === 'recorded');
  const held = await heldLog(table, rollout, log.reading);
  const { all, later, shares } = await measurersOf(table, { plan, scope, span }, measurerOf);
  const assigned = users !== undefined && assignsRequests(users.shared, users.units) ? 'requests' : 'units';
  const judgement: JudgedStage = {
    ...applicableGuardrails(plan, stage, scope.comparison === 'paired' ? 'replay' : 'live'),
    stage,
    scope,
    files: log.files,
    span,
    ...(served === undefined ? {} : { periods: served }),
    found: [
      ...(await scoresFound(table, rollout, plan)),
      ...(told === undefined ? [] : [checkPeriods(rollout, told, served?.each ?? [], log.totals)]),
      ...clocksFound(log, { now, settleMs: plan.requests.settleMs, isLive: live }),
      ...newRequestsCheck(stage, await requestsSince(db, before?.since ?? now), { before }),
    ],
    losses: log.totals.losses,
    ...(users === undefined ? {} : { served: { weight, ...users } }),
    ...(isRecorded ? { hours: (change) => readHourBlocks(table, change) } : {}),
    later,
    sizes: await segmentSizes(db, scope),
    held,
    measurer: refusing(namingLimits(all, formatLimits(plan, sources, log.totals)), {
      ...refusalsOf(held),
      ...(untold === undefined ? {} : { differences: { why: untold, hint: '' } }),
    }),
    shares,
    ...(kinds.isTimed ? { timing: await timingOf(db) } : {}),
    readParity: (plannedUnits) =>
      readCohortParity({ table, plan, scope, weight, assigned, wantedValues, plannedUnits, byFirst: live }),
    readDrift: (plannedUnits) => completeDrift(table, plan, output, inputDrift, plannedUnits),
  };
  return { judged: judgement, table };
}

/** Of a replay there is nothing to tell unless something is wrong. */
function clocksFound({ newest }: StageRequests, facts: Parameters<typeof clocksCheck>[1]): readonly CheckResult[] {
  const check = clocksCheck(newest, facts);
  return check.status === 'pass' && !facts.isLive ? [] : [check];
}

/** What the check of the scores says, where guardrails have any. */
async function scoresFound(
  table: JudgedTable,
  { baseline, candidate }: Pick<Rollout, 'baseline' | 'candidate'>,
  plan: RolloutPlan,
): Promise<readonly CheckResult[]> {
  const versions = { baseline: baseline.version, candidate: candidate.version };
  const facts: ScoreFacts[] = [];
  for (const score of guardedScores(plan)) facts.push(await scoreFacts(table, score, versions));
  return facts.length === 0 ? [] : [scoresCheck(facts, versions)];
}

/** What tells a measurement of times from another one. */
async function timingOf(db: Database): Promise<string> {
  const [row = {}] = await db.rows(
    `SELECT left(sha256(string_agg(coalesce(candidate_ns, 0)::VARCHAR, ',' ORDER BY seq)), 16) AS digest FROM measured_latency`,
  );
  return String(row['digest']);
}

/** Measurers of all judged requests, of the later parts of the log and of what metrics leave out. What is added up by unit they share. */
async function measurersOf(
  table: JudgedTable,
  { plan, scope, span }: Pick<JudgedStage, 'plan' | 'scope' | 'span'>,
  measurerOf: (judged: JudgedTable, shared: SharedSums) => Promise<Measurer>,
): Promise<{ readonly all: Measurer; readonly later: readonly LaterPart[]; readonly shares: Measurer }> {
  const shareMetrics = selectionShares(guardedMetrics(plan), scope.comparison);
  const parts = laterParts(span);
  const sums = new RequestSums(table, namedMeans([...measuredMetrics(plan), ...shareMetrics]), {
    dimensions: Object.keys(plan.requests.segments),
    laterFrom: parts.map(({ from }) => from),
  });
  return {
    all: await measurerOf(table, { sums, part: 0 }),
    later: parts.map(({ name, from }, index) => ({
      name,
      measurer: async () => await measurerOf(await createLaterTable(table, from, index), { sums, part: index + 1 }),
    })),
    shares: await TableMeasurer.over(table, shareMetrics, { shared: { sums, part: 0 } }),
  };
}

/** What is measured beside plain sums: times in pairs of processes, users' earlier means, and where answers differ. */
interface MeasuredKinds {
  readonly isTimed: boolean;
  readonly earlier: boolean;
  readonly isTriggered: boolean;
  readonly shared?: SharedSums | undefined;
}

async function measurerOver(
  judged: JudgedTable,
  plan: RolloutPlan,
  { isTimed, earlier, isTriggered, shared }: MeasuredKinds,
): Promise<Measurer> {
  const measurer = await TableMeasurer.over(judged, measuredMetrics(plan), { earlier, shared });
  const triggered = isTriggered ? new TriggeredMeasurer(measurer, triggeredIn(judged)) : measurer;
  return isTimed ? new PairMeasurer(triggered, judged) : triggered;
}

function measuredMetrics(plan: RolloutPlan): readonly Metric[] {
  return withUntriggered(guardedMetrics(plan));
}

function kindsOf(sources: OutcomeSources, { totals }: StageRequests, { differences }: WantedValues): MeasuredKinds {
  const isTimed = roles.some((role) => sources[role].latency === 'measured');
  return { isTimed, earlier: totals.earlier !== undefined, isTriggered: differences !== undefined };
}
