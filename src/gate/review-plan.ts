import type { Diagnostic } from '../domain/errors.ts';
import { metricTraits } from '../domain/metric.ts';
import type { RolloutPlan, Stage } from '../domain/plan.ts';
import { roles } from '../domain/role.ts';
import { detectableChanges } from '../metrics/detectable-changes.ts';
import { guardedMetrics } from '../metrics/compare.ts';
import { createJudgedTable } from '../metrics/judged-table.ts';
import { numbersOf } from '../metrics/numbers-of.ts';
import { judgedCohortOf } from '../metrics/stage-scope.ts';
import type { DetectableChange, PlanReview, StageReview } from '../report/plan-text.ts';
import { assignUnits } from '../requests/assign-units.ts';
import type { Database } from '../requests/database.ts';
import { segmentColumn } from '../requests/read-options.ts';
import { prepareFolder, workFolder } from './look-history.ts';
import { reviewNumbers } from './review-numbers.ts';
import type { ReviewedStage, ReviewedStages } from './reviewed-stages.ts';
import { outcomeSources, withErrorsOf } from './outcome-sources.ts';
import { openRollout, type Rollout } from './rollout.ts';
import { readStageRequests, type StageRequests } from './stage-requests.ts';
import { withDatabase } from './with-database.ts';
import type { World } from './world.ts';

/** What a plan would do, and what is doubtful in it. */
export interface ReviewedPlan {
  readonly review: PlanReview;
  readonly warnings: readonly Diagnostic[];
}

/** Reviews a plan against its registry and its log, without replaying anything. @throws UserError (exit 2 or 5) */
export async function reviewPlan(world: World, file: string): Promise<ReviewedPlan> {
  const rollout = await openRollout(world, file);
  const work = workFolder(rollout.folder);
  await prepareFolder(work);
  const { plan, baseline, candidate, warnings } = rollout;
  const { log, stages, unknown } =
    plan.requests.format === 'aggregates'
      ? await reviewNumbers(rollout)
      : await withDatabase(world, work, (db) => reviewStages(rollout, db));
  const review: PlanReview = {
    plan: plan.name,
    model: plan.model,
    baseline: baseline.version,
    candidate: candidate.version,
    log,
    stages: stages.map(({ size }) => size),
    guardrails: plan.guardrails.map(({ metric, bounds, segments, autoSegments, onBreach }, index) => ({
      metric: metric.id,
      unit: metricTraits(metric).unit,
      bounds,
      segments: autoSegments === true ? ['auto'] : segments,
      onBreach,
      detectable: detectableOf(stages, index, unknown),
    })),
    findings: warnings.length,
  };
  return { review, warnings };
}

async function reviewStages(rollout: Rollout, db: Database): Promise<ReviewedStages> {
  const { plan, baseline, candidate } = rollout;
  const runtimes = { baseline: baseline.entry.artifact.runtime, candidate: candidate.entry.artifact.runtime };
  const sources = outcomeSources(plan, runtimes);
  const recorded = roles.every((role) => sources[role].predictions === 'recorded');
  const segmentColumns = Object.keys(plan.requests.segments).map(segmentColumn);
  const numbers = numbersOf(guardedMetrics(plan), candidate.entry.signature.output);
  const live = plan.requests.fields.served !== undefined;
  let log: StageRequests | undefined;
  const stages: ReviewedStage[] = [];
  for (const stage of plan.stages) {
    // Stages share the plan's log unless they name their own, and it is read once.
    if (log === undefined || hasOwnRequests(stage)) {
      log = await readStageRequests(db, rollout, stage, sources);
      await assignUnits(db, plan.assignment);
    }
    if (recorded)
      await createJudgedTable(
        db,
        withErrorsOf(sources, log.totals.holdsErrors),
        segmentColumns,
        live ? 'served' : stage.weight,
        numbers,
      );
    const changes = recorded ? await detectableChanges(db, plan, stage, segmentColumn) : undefined;
    stages.push({ size: await stageSize(db, plan, stage), changes });
  }
  if (log === undefined) throw new Error('a plan has at least one stage');
  return { log: logReview(log), stages, unknown: 'known once both versions were replayed' };
}

function hasOwnRequests({ source, from, to }: Stage): boolean {
  return source !== undefined || from !== undefined || to !== undefined;
}

async function stageSize(db: Database, plan: RolloutPlan, stage: Stage): Promise<StageReview> {
  const { name, weight, minUnits, minRequests } = stage;
  const everyone = judgedCohortOf(plan, stage) === 'all';
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

function logReview({ files, totals }: StageRequests): PlanReview['log'] {
  const { accepted, units, rejected, first, last } = totals;
  const span = first === null || last === null ? {} : { from: first, to: last };
  return { files: files.length, requests: accepted, units, rejected, ...span };
}

function detectableOf(
  stages: readonly ReviewedStage[],
  guardrail: number,
  unknown: string,
): readonly DetectableChange[] | string {
  if (stages.some(({ changes }) => changes === undefined)) return unknown;
  const known = stages.flatMap(({ changes }) => changes?.[guardrail] ?? []);
  return known.length === 0 ? 'no stage has enough data for an interval' : known;
}
