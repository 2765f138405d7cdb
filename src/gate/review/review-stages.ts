import { isDeepStrictEqual } from 'node:util';
import { unusableFile } from '../../domain/errors.ts';
import type { LogSpan } from '../../domain/log/log-span.ts';
import type { CheckResult } from '../../domain/evidence.ts';
import { metricTraits } from '../../domain/metric.ts';
import { guardedMetrics, judgedCohortOf } from '../../domain/judged.ts';
import type { RequestSource, RolloutPlan, Stage } from '../../domain/plan.ts';
import { isTriggered } from '../../domain/statistics/bounded-metric.ts';
import { roles } from '../../domain/role.ts';
import { detectableChanges, type GuardrailDetectability, type StageLevels } from '../../metrics/detectable-changes.ts';
import { createJudgedTable, type JudgedTable } from '../../metrics/table/judged-table.ts';
import { valuesWantedBy } from '../../metrics/families/values-wanted.ts';
import type { LogReview, PlanReview, StageReview } from '../../report/commands/plan-text.ts';
import type { DetectableChange } from '../../report/commands/waiting-text.ts';
import { assignUnits } from '../../requests/table/assign-units.ts';
import type { Database } from '../../database/database.ts';
import { segmentColumn } from '../../requests/values/read-options.ts';
import { labelsCheck } from '../../verdict/checks/labels.ts';
import { logReadingCheck } from '../../verdict/checks/log-reading.ts';
import { rejectedRecords } from '../../verdict/checks/rejected-records.ts';
import { heldLog } from '../judge/held-log.ts';
import { seriesOf } from '../judge/series.ts';
import { keptRowsPlace } from '../rollout/kept-rows.ts';
import { workFolder } from '../rollout/work-folder.ts';
import { logFacts } from './plan-facts.ts';
import { type ReviewedStage, type ReviewedStages } from './review-told.ts';
import { loadStoredDifferences } from '../outcomes/obtain-differences.ts';
import { loadStoredPredictions, loadStoredTimes } from '../outcomes/obtain-outcomes.ts';
import { outcomeStoreFolder } from '../outcomes/store-location.ts';
import { loadStoredScores } from '../outcomes/obtain-scores.ts';
import { type OutcomeSources, sourcesOf, untimed, withErrorsOf } from '../outcomes/outcome-sources.ts';
import { ofStage, type Rollout } from '../rollout/rollout.ts';
import { logToCome } from '../evaluate/nothing-served.ts';
import { type StagePeriods, stagePeriods } from '../rollout/stage-periods.ts';
import { planAsRead, readStageRequests, type StageRequests } from '../rollout/stage-requests.ts';
import type { StoreSettings } from '../../replay/store/outcome-store.ts';
import type { World } from '../world.ts';
import { daysSpanned, growthInLongestWait } from '../../verdict/long-wait.ts';

/** Reviews each stage on its own log, without replaying anything. @throws UserError (exit 5) where no stage has a log */
export async function reviewStages(world: World, rollout: Rollout, db: Database): Promise<ReviewedStages> {
  const { plan } = rollout;
  const store = { folder: outcomeStoreFolder(workFolder(world, rollout.folder)), fresh: false };
  let read: ReadStage | undefined;
  const stages: ReviewedStage[] = [];
  const reasons = new Map<number, readonly string[]>();
  for (const stage of plan.stages) {
    const staged = ofStage(rollout, stage);
    const toCome = await logToCome(staged, stagePeriods(rollout, stage));
    if (toCome !== undefined) {
      const { name, weight, minUnits, minRequests } = stage;
      stages.push({ size: { name, weight, minUnits, minRequests }, changes: [] });
      continue;
    }
    // Stages share the plan's log unless they name their own, and it is read once.
    if (read === undefined || !isDeepStrictEqual(staged.plan.requests, read.requests))
      read = await readStage(world, staged, stagePeriods(rollout, stage), db, store);
    const found = await detectableOfStage(world, staged, stage, read, { db, store });
    const size = await stageSize(db, read.asRead, stage);
    found?.forEach((each, index) => {
      // What was not timed yet says nothing of what the log can decide.
      if (read?.recorded === true && each !== undefined && 'uncomputable' in each)
        reasons.set(index, [...(reasons.get(index) ?? []), each.uncomputable]);
    });
    const changes = found?.map((each) =>
      withSample(withDays(each, size.requests ?? 0, read?.log.totals.span), staged.plan, size.requests ?? 0),
    );
    stages.push({ size, changes });
  }
  if (read === undefined) throw await noLogYet(rollout);
  const { log, recorded, differencesToCome = false } = read;
  const undecidable = recorded ? toldByEach(reasons, plan.stages.length) : await withoutLabels(db, plan);
  const checks = [
    labelsCheck(await heldLog(read.judged, rollout, log.reading), guardedMetrics(plan)),
    logReadingCheck(log.reading, world.now().toISOString()),
    rejectedRecords(log.files, rollout.plan.requests),
  ];
  return {
    log: { ...logReview(log), ...readAs(checks) },
    checks,
    stages,
    unknown: recorded ? 'no stage has enough data for an interval' : onceEvaluated,
    unknownOf: ({ metric }) => (differencesToCome && isTriggered(metric) ? onceEvaluated : undefined),
    facts: { log: await logFacts(db, rollout, log.totals), undecidable },
  };
}

const onceEvaluated = 'known once the stage has been evaluated';

/** The log that some stages share, once it is read. */
interface ReadStage {
  readonly requests: RequestSource;
  readonly log: StageRequests;
  readonly asRead: RolloutPlan;
  readonly sources: OutcomeSources;
  readonly recorded: boolean;
  readonly predicted: boolean;
  /** Whether only a replay that is still to come tells where the versions of a live split answer differently. */
  differencesToCome?: boolean;
  /** The table of the stage that was reviewed last. */
  judged?: JudgedTable;
}

async function readStage(
  world: World,
  staged: Rollout,
  periods: StagePeriods | undefined,
  db: Database,
  store: StoreSettings,
): Promise<ReadStage> {
  const { plan } = staged;
  const sources = sourcesOf(staged);
  const recorded = roles.every((role) => sources[role].predictions === 'recorded');
  const kept = keptRowsPlace(world, staged.folder);
  const log = await readStageRequests(db, staged, sources, { periods: periods?.periods, kept });
  await assignUnits(db, plan.assignment);
  const wanted = { db, sources, requests: log.identity, store };
  const answered = recorded || (await loadStoredPredictions(world, staged, wanted));
  const scoring = { db, sources, workFolder: workFolder(world, staged.folder), fresh: false };
  const predicted = answered && (await loadStoredScores(world, staged, scoring));
  return { requests: plan.requests, log, asRead: planAsRead(plan, log.totals), sources, recorded, predicted };
}

/** What the data of a stage could prove; undefined before anybody replayed them. */
async function detectableOfStage(
  world: World,
  staged: Rollout,
  stage: Stage,
  read: ReadStage,
  { db, store }: { readonly db: Database; readonly store: StoreSettings },
) {
  const { log, asRead, sources, recorded, predicted } = read;
  if (!predicted) return undefined;
  const wanted = { db, stage, sources, requests: log.identity, store };
  const timed = recorded || (await loadStoredTimes(world, staged, wanted));
  const { output } = staged.candidate.entry.signature;
  const differences = await loadStoredDifferences(world, staged, log.totals, { db, store });
  read.differencesToCome = differences === undefined;
  read.judged = await createJudgedTable(
    db,
    withErrorsOf(timed ? sources : untimed(sources), log.totals.holdsErrors),
    Object.keys(asRead.requests.segments).map(segmentColumn),
    log.totals.live ? 'served' : stage.weight,
    valuesWantedBy(guardedMetrics(asRead), output, differences?.areReplayed),
  );
  const { span } = log.totals;
  const now = world.now().toISOString();
  const levels: StageLevels = (scope) => levelsOf({ plan: asRead, stage, scope, sizes: [], span, now });
  return await detectableChanges(db, asRead, stage, levels, differences);
}

/** @returns what reading the first stage's log says, where no stage has any yet */
async function noLogYet(rollout: Rollout): Promise<Error> {
  const [first] = rollout.plan.stages;
  if (first === undefined) return new Error('a plan has at least one stage');
  const staged = ofStage(rollout, first);
  return unusableFile(`No stage has a log yet: ${(await logToCome(staged, stagePeriods(rollout, first))) ?? ''}`, {
    hint: 'A stage of at most 5% is begun by canary promote --override increase --by NAME --reason TEXT.',
  });
}

/** The guardrails that no stage can compute, and the first reason of each. */
function toldByEach(reasons: ReadonlyMap<number, readonly string[]>, stages: number) {
  return [...reasons]
    .filter(([, told]) => told.length === stages)
    .map(([guardrail, [reason = '']]) => ({ guardrail, reason }));
}

/** What a stage's tests are judged at, as `evaluate` freezes it at its first look. */
function levelsOf(reviewed: Parameters<typeof seriesOf>[0]): ReturnType<StageLevels> {
  const { level, growth } = seriesOf(reviewed, undefined);
  const days = daysSpanned(reviewed.span);
  const inTime = days === undefined ? undefined : growthInLongestWait(days);
  return { tests: level.tests, plannedUnits: level.plannedUnits, growth, inTime };
}

/** The days until a harmless candidate passes, at the rate at which the stage's requests come in this log. */
function withDays(
  found: GuardrailDetectability,
  requests: number,
  log: LogSpan | undefined,
): DetectableChange | undefined {
  if (found === undefined || 'uncomputable' in found) return undefined;
  const { requestsUntilPass: needed, slowest } = found;
  if (needed === undefined || log === undefined || log.first === null || log.last === null) return found;
  const days = daysSpanned(log);
  const missing = needed === null ? null : Math.max(0, needed - requests);
  const daysUntilPass = missing === null || days === undefined || requests === 0 ? null : (missing * days) / requests;
  if (slowest === undefined || days === undefined) return { ...found, daysUntilPass };
  return { ...found, daysUntilPass, slowestDays: slowest.growth === null ? null : days * (slowest.growth - 1) };
}

/** The part of the whole log that decides, of which these requests may be a sample themselves. */
function withSample(
  found: DetectableChange | undefined,
  { statistics, requests: { sample } }: RolloutPlan,
  requests: number,
): DetectableChange | undefined {
  if (found?.requestsByMethod === undefined || requests === 0) return found;
  const { sequential, planned, oneLook } = found.requestsByMethod;
  const { inference, looks } = statistics;
  const needed = inference === 'sequential' ? sequential : inference === 'planned' && looks !== 1 ? planned : oneLook;
  const share = needed === null ? Infinity : (needed / requests) * (sample?.units ?? 1);
  return { ...found, smallestSample: share > 1 ? null : share };
}

/** A replay brings predictions, and nothing brings the truth: quality that needs it can never be decided on a log without any. */
async function withoutLabels(db: Database, { guardrails }: RolloutPlan) {
  const rows = await db.columns('SELECT count(label)::DOUBLE AS labels FROM requests');
  if ((rows.numbers('labels')[0] ?? 0) > 0) return [];
  return [...guardrails.entries()]
    .filter(([, { metric }]) => metricTraits(metric).truth)
    .map(([guardrail]) => ({ guardrail, reason: 'no request has a label' }));
}

async function stageSize(db: Database, plan: RolloutPlan, stage: Stage): Promise<StageReview> {
  const { name, weight, minUnits, minRequests } = stage;
  const everyone = judgedCohortOf(plan, stage, 'paired') === 'all';
  const hashed = everyone ? 'true' : `bucket < ${weight}::DOUBLE`;
  const judged = plan.requests.fields.served === undefined ? hashed : 'candidate_present';
  const rows = await db.columns(
    `SELECT count(DISTINCT unit)::DOUBLE AS units, count(*)::DOUBLE AS requests
     FROM requests JOIN units USING (unit) WHERE ${judged}`,
  );
  const [units = 0] = rows.numbers('units');
  const [requests = 0] = rows.numbers('requests');
  return { name, weight, units, requests, minUnits, minRequests };
}

/** What values were taken for where that goes without a warning. */
function readAs(checks: readonly CheckResult[]): Pick<LogReview, 'readAs'> {
  const told = checks.filter(({ status, told: worthTelling }) => status === 'pass' && worthTelling === true);
  return told.length === 0 ? {} : { readAs: told.map(({ detail }) => detail).join('; ') };
}

function logReview({ files, totals, notes }: StageRequests): PlanReview['log'] {
  const { accepted, units, rejected, first, last } = totals;
  const span = first === null || last === null ? {} : { from: first, to: last };
  return { files: files.length, requests: accepted, units, rejected, leftOut: totals.leftOut.records, notes, ...span };
}
