import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../../domain/errors.ts';
import type { LogSpan } from '../../domain/log/log-span.ts';
import type { CheckResult } from '../../domain/evidence.ts';
import { metricTraits } from '../../domain/metric.ts';
import { guardedMetrics, judgedCohortOf } from '../../domain/judged.ts';
import type { RequestSource, RolloutPlan, Stage } from '../../domain/plan.ts';
import { roles } from '../../domain/role.ts';
import { detectableChanges, type GuardrailDetectability, type StageLevels } from '../../metrics/detectable-changes.ts';
import { createJudgedTable, type JudgedTable } from '../../metrics/table/judged-table.ts';
import { valuesWantedBy } from '../../metrics/families/values-wanted.ts';
import { lintPlan } from '../../plan/lint/lint-plan.ts';
import type { LogReview, PlanReview, StageReview } from '../../report/commands/plan-text.ts';
import type { DetectableChange } from '../../report/commands/waiting-text.ts';
import { assignUnits } from '../../requests/table/assign-units.ts';
import type { Database } from '../../database/database.ts';
import { segmentColumn } from '../../requests/values/read-options.ts';
import { labelsCheck } from '../../verdict/checks/labels.ts';
import { logReadingCheck } from '../../verdict/checks/log-reading.ts';
import { heldLog } from '../judge/held-log.ts';
import { seriesOf } from '../judge/series.ts';
import { checkFindings } from '../evaluate/locate-findings.ts';
import { reviewGolden } from '../golden/judge-golden.ts';
import { prepareFolder, workFolder, withDatabase } from '../rollout/work-folder.ts';
import { logFacts, surroundings } from './plan-facts.ts';
import { reviewTold, type ReviewedStage, type ReviewedStages } from './review-told.ts';
import { outcomeStoreFolder, loadStoredPredictions, loadStoredTimes } from '../outcomes/obtain-outcomes.ts';
import { sourcesOf, untimed, withErrorsOf } from '../outcomes/outcome-sources.ts';
import { ofStage, openRollout, type Rollout } from '../rollout/rollout.ts';
import { planAsRead, readStageRequests, type StageRequests } from '../rollout/stage-requests.ts';
import type { World } from '../world.ts';

/** What a plan would do, and what is doubtful in it. */
export interface ReviewedPlan {
  readonly review: PlanReview;
  readonly warnings: readonly Diagnostic[];
  /** What of the log the rules were told. */
  readonly facts: ReviewedStages['facts'];
}

/** Reviews a plan against its registry and its log, without replaying anything: what earlier evaluations left in the outcome store is used. @throws UserError (exit 2 or 5) */
export async function reviewPlan(world: World, file: string): Promise<ReviewedPlan> {
  const rollout = await openRollout(world, file);
  const work = workFolder(rollout.folder);
  await prepareFolder(work);
  const { plan, baseline, candidate } = rollout;
  const golden = await reviewGolden(world, rollout);
  const { log, stages, unknown, checks, facts } =
    plan.requests.format === 'aggregates'
      ? await reviewTold(rollout)
      : await withDatabase(world, work, (db) => reviewStages(world, rollout, db));
  const warnings = [
    ...rollout.warnings,
    ...(await factFindings(world, rollout, facts)),
    ...checkFindings(rollout, plan.stages[0]?.name ?? '', checks),
  ];
  const review: PlanReview = {
    plan: plan.name,
    model: plan.model,
    baseline: baseline.version,
    candidate: candidate.version,
    log,
    ...(golden === undefined ? {} : { golden }),
    stages: stages.map(({ size }) => size),
    guardrails: plan.guardrails.map(({ metric, bounds, segments, autoSegments, onBreach }, index) => ({
      metric: metric.id,
      unit: metricTraits(metric).unit,
      bounds,
      segments: autoSegments === true ? ['auto'] : segments,
      onBreach,
      detectable: detectableOf(stages, index, unknown),
    })),
    statistics: plan.statistics,
    findings: warnings.length,
  };
  return { review, warnings, facts };
}

/** What the rules find that need to know more than the plan and the registry. */
async function factFindings(
  world: World,
  rollout: Rollout,
  facts: ReviewedStages['facts'],
): Promise<readonly Diagnostic[]> {
  const { plan, parsed, registry } = rollout;
  const known = { ...facts, ...(await surroundings(world.cwd, rollout)) };
  const subject = { plan, positions: parsed.positions, registry };
  const before = new Set(lintPlan(subject).map(findingKey));
  return lintPlan({ ...subject, facts: known }).filter((finding) => !before.has(findingKey(finding)));
}

function findingKey({ rule, line, column, message }: Diagnostic): string {
  return JSON.stringify([rule, line, column, message]);
}

async function reviewStages(world: World, rollout: Rollout, db: Database): Promise<ReviewedStages> {
  const { plan, candidate } = rollout;
  const sources = sourcesOf(rollout);
  const store = { storeFolder: outcomeStoreFolder(workFolder(rollout.folder)), fresh: false };
  const recorded = roles.every((role) => sources[role].predictions === 'recorded');
  const segmentColumns = Object.keys(plan.requests.segments).map(segmentColumn);
  const wantedValues = valuesWantedBy(guardedMetrics(plan), candidate.entry.signature.output);
  let log: StageRequests | undefined;
  let predicted = false;
  let judged: JudgedTable | undefined;
  const stages: ReviewedStage[] = [];
  const reasons = new Map<number, readonly string[]>();
  let read: RequestSource | undefined;
  for (const stage of plan.stages) {
    const staged = ofStage(rollout, stage);
    // Stages share the plan's log unless they name their own, and it is read once.
    if (log === undefined || !isDeepStrictEqual(staged.plan.requests, read)) {
      read = staged.plan.requests;
      log = await readStageRequests(db, staged, sources);
      await assignUnits(db, plan.assignment);
      predicted =
        recorded || (await loadStoredPredictions(world, rollout, { db, sources, requests: log.identity, ...store }));
    }
    const asRead = planAsRead(plan, log.totals);
    const { span } = log.totals;
    const wanted = { db, stage, sources, requests: log.identity, ...store };
    const timed = predicted && (recorded || (await loadStoredTimes(world, rollout, wanted)));
    if (predicted)
      judged = await createJudgedTable(
        db,
        withErrorsOf(timed ? sources : untimed(sources), log.totals.holdsErrors),
        segmentColumns,
        log.totals.live ? 'served' : stage.weight,
        wantedValues,
      );
    const found = predicted
      ? await detectableChanges(db, asRead, stage, (scope) =>
          levelsOf({ plan: asRead, stage, scope, sizes: [], span, now: world.now().toISOString() }),
        )
      : undefined;
    const size = await stageSize(db, asRead, stage);
    found?.forEach((each, index) => {
      // What was not timed yet says nothing of what the log can decide.
      if (recorded && each !== undefined && 'uncomputable' in each)
        reasons.set(index, [...(reasons.get(index) ?? []), each.uncomputable]);
    });
    const changes = found?.map((each) => withDays(each, size.requests ?? 0, log?.totals.span));
    stages.push({ size, changes });
  }
  if (log === undefined) throw new Error('a plan has at least one stage');
  const undecidable = recorded ? toldByEach(reasons, plan.stages.length) : await withoutLabels(db, plan);
  const checks = [
    labelsCheck(await heldLog(judged, rollout, log.reading), guardedMetrics(plan)),
    logReadingCheck(log.reading, world.now().toISOString()),
  ];
  return {
    log: { ...logReview(log), ...readAs(checks) },
    checks,
    stages,
    unknown: recorded ? 'no stage has enough data for an interval' : 'known once the stage was evaluated',
    facts: { log: await logFacts(db, rollout, log.totals), undecidable },
  };
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
  return { tests: level.tests, plannedUnits: level.plannedUnits, growth };
}

const dayMs = 86_400_000;

/** The days until a harmless candidate passes, at the rate at which the stage's requests come in this log. */
function withDays(
  found: GuardrailDetectability,
  requests: number,
  log: LogSpan | undefined,
): DetectableChange | undefined {
  if (found === undefined || 'uncomputable' in found) return undefined;
  const { requestsUntilPass: needed } = found;
  if (needed === undefined || log === undefined || log.first === null || log.last === null) return found;
  const days = (Date.parse(log.last) - Date.parse(log.first)) / dayMs;
  const missing = needed === null ? null : Math.max(0, needed - requests);
  const rate = requests / days;
  return { ...found, daysUntilPass: missing === null || !(rate > 0 && Number.isFinite(rate)) ? null : missing / rate };
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

function detectableOf(
  stages: readonly ReviewedStage[],
  guardrail: number,
  unknown: string,
): readonly DetectableChange[] | string {
  if (stages.some(({ changes }) => changes === undefined)) return unknown;
  const known = stages.flatMap(({ changes }) => changes?.[guardrail] ?? []);
  return known.length === 0 ? unknown : known;
}
