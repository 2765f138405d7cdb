import { UserError } from '../../domain/errors.ts';
import type { Stage } from '../../domain/plan.ts';
import { SumsTable } from '../../metrics/warehouse/sums-table.ts';
import { ofStage, type Rollout } from '../rollout/rollout.ts';
import { scopeOfSums } from '../warehouse/judge-sums.ts';
import { readSums } from '../warehouse/read-sums.ts';
import { askedSums } from '../warehouse/sums-question.ts';
import type { ReviewedStage, ReviewedStages } from './review-told.ts';

/** Reviews the stages of a plan that is judged on the sums of a warehouse: their sizes where the answer for a stage is there. @throws UserError (exit 2) */
export async function reviewSums(rollout: Rollout): Promise<ReviewedStages> {
  const { plan } = rollout;
  const sources = new Set<string>();
  const stages: ReviewedStage[] = [];
  let rows = 0;
  for (const stage of plan.stages) {
    const found = await readStage(ofStage(rollout, stage), stage);
    for (const file of found?.files ?? []) sources.add(file);
    rows = Math.max(rows, found?.rows ?? 0);
    stages.push(reviewedStage(stage, found?.sizes));
  }
  return {
    log: { files: sources.size, numbers: rows },
    stages,
    unknown: 'sums are judged as they are; canary evaluate says what they prove',
    checks: [],
    facts: { undecidable: [] },
  };
}

/** The answer for a stage; undefined where its query has not been run yet. */
async function readStage(rollout: Rollout, stage: Stage) {
  const { hash } = askedSums(rollout, stage);
  try {
    const { rows, facts } = await readSums(rollout, stage.name, hash);
    const { cohorts } = scopeOfSums(new SumsTable(rows), rollout.plan, stage);
    const name = stage.weight === 0 ? 'all' : 'canary';
    return { files: [facts.path], rows: rows.length, sizes: cohorts.find((cohort) => cohort.name === name) };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function reviewedStage(
  { name, weight, minUnits, minRequests }: Stage,
  found: { readonly units: number; readonly requests: number } | undefined,
): ReviewedStage {
  const sizes = found === undefined ? {} : { units: found.units, requests: found.requests };
  return { size: { name, weight, ...sizes, minUnits, minRequests }, changes: undefined };
}
