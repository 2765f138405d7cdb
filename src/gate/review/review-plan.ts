import { holdsVersionNumbers } from '../../domain/told-number.ts';
import { planOfSource } from '../../domain/judged.ts';
import { type Diagnostic } from '../../domain/errors.ts';
import { metricTraits } from '../../domain/metric.ts';
import { lintPlan } from '../../plan/lint/lint-plan.ts';
import type { PlanReview } from '../../report/commands/plan-text.ts';
import type { DetectableChange } from '../../report/commands/waiting-text.ts';
import { checksOfSource, rolloutOfSource, stageOfSource } from '../dashboards/source-looks.ts';
import { checkFindings } from '../evaluate/locate-findings.ts';
import { reviewGolden } from '../golden/judge-golden.ts';
import { workFolder, withDatabase, withScratch } from '../rollout/work-folder.ts';
import { surroundings } from './plan-facts.ts';
import { reviewServer } from './review-server.ts';
import { reviewSums } from './review-sums.ts';
import { reviewTold, type ReviewedStage, type ReviewedStages, type ToldReviewed } from './review-told.ts';
import type { RequestSource, Stage } from '../../domain/plan.ts';
import { stageWaits } from './stage-waits.ts';
import { reviewStages } from './review-stages.ts';
import { openRollout, type Rollout } from '../rollout/rollout.ts';
import { requireSameAssignment } from '../rollout/assignment-in-force.ts';
import { withObjects } from '../sources/objects.ts';
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
  const ofLog = { ...rollout, plan: planOfSource(plan) };
  const { log, stages, unknown, unknownOf, checks, facts } = isTold(plan.requests)
    ? await reviewNumbers(scratch, ofLog)
    : plan.requests.format === 'sums'
      ? await reviewSums(ofLog)
      : await withDatabase(world, work, (db) => reviewStages(scratch, ofLog, db));
  const sources = await reviewSources(scratch, rollout);
  // The log knows its own guardrails alone, by their places among themselves.
  const own = plan.guardrails.flatMap(({ source }, index) => (source === undefined ? [index] : []));
  const undecidable = facts.undecidable.map((each) => ({ ...each, guardrail: own[each.guardrail] ?? each.guardrail }));
  const known = { ...facts, undecidable };
  const warnings = [
    ...rollout.warnings,
    ...(await factFindings(world, rollout, known)),
    ...checkFindings(rollout, plan.stages[0]?.name ?? '', [...checks, ...sources.flatMap((each) => each.checks)]),
  ];
  const review: PlanReview = {
    plan: plan.name,
    model: plan.model,
    baseline: baseline.version,
    candidate: candidate.version,
    log,
    ...(sources.length === 0 ? {} : { sources: sources.map(({ name, log: told }) => ({ name, told })) }),
    ...(golden === undefined ? {} : { golden }),
    stages: stages.map(({ size }, index) => withWaits(size, rollout, plan.stages[index], world)),
    guardrails: plan.guardrails.map((guardrail, index) => ({
      metric: guardrail.metric.id,
      unit: metricTraits(guardrail.metric).unit,
      bounds: guardrail.bounds,
      segments: guardrail.autoSegments === true ? ['auto'] : guardrail.segments,
      onBreach: guardrail.onBreach,
      detectable:
        guardrail.source === undefined
          ? detectableOf(stages, own.indexOf(index), unknownOf?.(guardrail) ?? unknown)
          : judgedAsTheyAre,
    })),
    statistics: plan.statistics,
    ...(plan.requests.sample === undefined ? {} : { sample: plan.requests.sample.units }),
    ...(rollout.parsed.overrides.length === 0 ? {} : { overrides: rollout.parsed.overrides }),
    findings: warnings.length,
  };
  return { review, warnings, facts: known };
}

const judgedAsTheyAre = 'numbers are judged as they are; canary evaluate says what they prove';

function isTold({ format }: RequestSource): boolean {
  return holdsVersionNumbers(format);
}

async function reviewNumbers(world: World, rollout: Rollout): Promise<ToldReviewed> {
  return rollout.plan.requests.format === 'prometheus' ? await reviewServer(world, rollout) : await reviewTold(rollout);
}

/** Reviews the further sources of a plan, each as if it were all that the plan has. */
async function reviewSources(world: World, rollout: Rollout) {
  const reviewed: (Pick<ToldReviewed, 'log' | 'checks'> & { readonly name: string })[] = [];
  for (const name of Object.keys(rollout.plan.sources ?? {})) {
    const own = rolloutOfSource(rollout, name);
    const stages = own.plan.stages.map(stageOfSource);
    const { rollout: fetched } = await withObjects(world, { ...own, plan: { ...own.plan, stages } });
    const { log, checks } = await reviewNumbers(world, fetched);
    reviewed.push({ name, log, checks: checksOfSource(name, checks) });
  }
  return reviewed;
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
