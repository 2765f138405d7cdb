import { holdsNumbers } from '../../domain/told-number.ts';
import { type Diagnostic } from '../../domain/errors.ts';
import { metricTraits } from '../../domain/metric.ts';
import { lintPlan } from '../../plan/lint/lint-plan.ts';
import type { PlanReview } from '../../report/commands/plan-text.ts';
import type { DetectableChange } from '../../report/commands/waiting-text.ts';
import { checkFindings } from '../evaluate/locate-findings.ts';
import { reviewGolden } from '../golden/judge-golden.ts';
import { workFolder, withDatabase, withScratch } from '../rollout/work-folder.ts';
import { surroundings } from './plan-facts.ts';
import { reviewServer } from './review-server.ts';
import { reviewSums } from './review-sums.ts';
import { reviewTold, type ReviewedStage, type ReviewedStages } from './review-told.ts';
import type { Stage } from '../../domain/plan.ts';
import { stageWaits } from './stage-waits.ts';
import { reviewStages } from './review-stages.ts';
import { openRollout, type Rollout } from '../rollout/rollout.ts';
import { requireSameAssignment } from '../rollout/assignment-in-force.ts';
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
  requireSameAssignment(rollout, 'plan');
  const scratch = await withScratch(world, rollout.folder);
  const work = workFolder(scratch, rollout.folder);
  const { plan, baseline, candidate } = rollout;
  const golden = await reviewGolden(scratch, rollout);
  const { log, stages, unknown, unknownOf, checks, facts } =
    plan.requests.format === 'prometheus'
      ? await reviewServer(scratch, rollout)
      : plan.requests.format === 'sums'
        ? await reviewSums(rollout)
        : holdsNumbers(plan.requests.format)
          ? await reviewTold(rollout)
          : await withDatabase(world, work, (db) => reviewStages(scratch, rollout, db));
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
    stages: stages.map(({ size }, index) => withWaits(size, rollout, plan.stages[index], world)),
    guardrails: plan.guardrails.map((guardrail, index) => ({
      metric: guardrail.metric.id,
      unit: metricTraits(guardrail.metric).unit,
      bounds: guardrail.bounds,
      segments: guardrail.autoSegments === true ? ['auto'] : guardrail.segments,
      onBreach: guardrail.onBreach,
      detectable: detectableOf(stages, index, unknownOf?.(guardrail) ?? unknown),
    })),
    statistics: plan.statistics,
    ...(plan.requests.sample === undefined ? {} : { sample: plan.requests.sample.units }),
    ...(rollout.parsed.overrides.length === 0 ? {} : { overrides: rollout.parsed.overrides }),
    findings: warnings.length,
  };
  return { review, warnings, facts };
}

function withWaits(
  size: ReviewedStage['size'],
  rollout: Rollout,
  stage: Stage | undefined,
  world: World,
): ReviewedStage['size'] {
  const waitsFor = stage === undefined ? [] : stageWaits(rollout, stage, world.now().toISOString());
  return waitsFor.length === 0 ? size : { ...size, waitsFor };
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

function detectableOf(
  stages: readonly ReviewedStage[],
  guardrail: number,
  unknown: string,
): readonly DetectableChange[] | string {
  if (stages.some(({ changes }) => changes === undefined)) return unknown;
  const known = stages.flatMap(({ changes }) => changes?.[guardrail] ?? []);
  return known.length === 0 ? unknown : known;
}
