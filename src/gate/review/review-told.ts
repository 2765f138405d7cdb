import type { Stage } from '../../domain/plan.ts';
import { requireDimensions, scopeOfTold, toldSize } from '../dashboards/judge-told.ts';
import { readToldStage, type ToldStage } from '../dashboards/read-told.ts';
import type { ReviewedStage, ReviewedStages } from './reviewed-stages.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** Reviews the stages of a plan that is judged on numbers per version. @throws UserError (exit 2 or 5) for wrong numbers. */
export async function reviewTold(rollout: Rollout): Promise<ReviewedStages> {
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
