import type { Stage } from '../../domain/plan.ts';
import { requireDimensions, scopeOfNumbers, toldSize } from '../dashboards/judge-aggregates.ts';
import { readStageNumbers, type StageNumbers } from '../dashboards/read-aggregates.ts';
import type { ReviewedStage, ReviewedStages } from './reviewed-stages.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** Reviews the stages of a plan that is judged on numbers per version. @throws UserError (exit 2 or 5) for wrong numbers. */
export async function reviewNumbers(rollout: Rollout): Promise<ReviewedStages> {
  const { plan } = rollout;
  const read: StageNumbers[] = [];
  for (const stage of plan.stages) {
    const stageNumbers = await readStageNumbers(rollout, stage);
    requireDimensions(plan, scopeOfNumbers(stageNumbers.numbers));
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

function reviewedStage(stage: Stage, read: StageNumbers | undefined): ReviewedStage {
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
