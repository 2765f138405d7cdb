import type { Guardrail, Stage } from '../../domain/plan.ts';
import { requireDimensions, scopeOfTold, toldSize } from '../dashboards/judge-told.ts';
import { readToldStage, type ToldStage } from '../dashboards/read-told.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { CheckResult } from '../../domain/evidence.ts';
import type { PlanFacts } from '../../plan/lint/plan-facts.ts';
import type { PlanReview, StageReview, ToldReview } from '../../report/commands/plan-text.ts';
import type { DetectableChange } from '../../report/commands/waiting-text.ts';

/** Reviews the stages of a plan that is judged on numbers per version. @throws UserError (exit 2 or 5) for wrong numbers. */
export async function reviewTold(rollout: Rollout): Promise<ToldReviewed> {
  const { plan } = rollout;
  const read: ToldStage[] = [];
  for (const stage of plan.stages) {
    const stageNumbers = await readToldStage(rollout, stage);
    requireDimensions(plan, scopeOfTold(stageNumbers.numbers));
    read.push(stageNumbers);
  }
  const files = new Map(read.flatMap((each) => each.files.map((file) => [file.path, file.rows] as const)));
  const numbers = plan.requests.numbers?.length ?? [...files.values()].reduce((sum, rows) => sum + rows, 0);
  return {
    log: { files: files.size, numbers },
    stages: plan.stages.map((stage, index) => reviewedStage(stage, read[index])),
    unknown: 'numbers are judged as they are; canary evaluate says what they prove',
    checks: [],
    facts: { undecidable: [] },
  };
}

function reviewedStage(stage: Stage, read: ToldStage | undefined): ReviewedStage {
  const { name, weight, minUnits, minRequests, plannedSize } = stage;
  const { units, requests } = toldSize(read?.numbers ?? [], 'candidate');
  const size = {
    name,
    weight,
    ...(units === undefined ? {} : { units }),
    ...(requests === undefined ? {} : { requests }),
    ...(units === undefined && !plannedSize.units ? {} : { minUnits }),
    ...(requests === undefined && !plannedSize.requests ? {} : { minRequests }),
  };
  return { size, changes: undefined };
}

/** The same of numbers per version. */
export interface ToldReviewed extends ReviewedStages {
  readonly log: ToldReview;
}

/** What a plan is judged on, and why the changes that its stages could detect are unknown where they are. */
export interface ReviewedStages {
  readonly log: PlanReview['log'];
  readonly stages: readonly ReviewedStage[];
  readonly unknown: string;
  /** The same of a guardrail of which something else keeps it; undefined where nothing does. */
  readonly unknownOf?: (guardrail: Guardrail) => string | undefined;
  /** The log as it was held against the models. */
  readonly checks: readonly CheckResult[];
  /** What the lint rules may know of a request log. */
  readonly facts: Pick<PlanFacts, 'log' | 'undecidable'>;
}

export interface ReviewedStage {
  readonly size: StageReview;
  /** Per guardrail, where the log holds the outcomes of both versions. */
  readonly changes: readonly (DetectableChange | undefined)[] | undefined;
}
