import { boundsOwnValue, harmfulEnd } from '../domain/bound.ts';
import type { Guardrail, RolloutPlan, Stage } from '../domain/plan.ts';
import type { Database } from '../requests/database.ts';
import { interval } from '../stats/confidence-bound.ts';
import { detectableChange } from '../stats/detectable-change.ts';
import { guardedMetrics } from './compare.ts';
import { MetricSampler } from './metric-sampler.ts';
import { readStageScope } from './stage-scope.ts';

/** The smallest change of a guarded metric that a stage's data would probably show. */
export interface StageDetectability {
  readonly stage: string;
  /** Positive; ms or a proportion, or a fraction of the baseline where `relative`. */
  readonly change: number;
  readonly relative: boolean;
}

/**
 * For each guardrail of the plan, the smallest harmful change that this stage would tell with a chance of 80%, from the
 * spread of the outcomes in the table `judged`; undefined where no interval can be put on them.
 */
export async function detectableChanges(
  db: Database,
  plan: RolloutPlan,
  stage: Stage,
  columnOf: (dimension: string) => string,
): Promise<readonly (StageDetectability | undefined)[]> {
  const scope = await readStageScope(db, plan, stage, columnOf);
  const sampler = await MetricSampler.over({ db, name: 'judged' }, guardedMetrics(plan), columnOf);
  const alpha = 1 - plan.statistics.confidence;
  const settings = { alphaLower: alpha, alphaUpper: alpha, inference: plan.statistics.inference, plannedUnits: 1000 };
  const changes: (StageDetectability | undefined)[] = [];
  for (const guardrail of plan.guardrails) {
    const relative = isRelative(guardrail);
    const subject = {
      metric: guardrail.metric,
      comparison: scope.comparison,
      slice: { cohort: scope.judgedCohort, segment: null },
    };
    const measured = await sampler.measure(subject, relative ? 'relative' : 'difference');
    const harm = guardrail.bounds.some(({ kind }) => harmfulEnd(kind) === 'high') ? 'increase' : 'decrease';
    const bounded = measured.kind === 'linearized' && interval(measured, settings).kind === 'interval';
    changes.push(
      bounded ? { stage: stage.name, change: detectableChange(measured, harm, settings), relative } : undefined,
    );
  }
  return changes;
}

function isRelative({ bounds }: Guardrail): boolean {
  const compared = bounds.filter(({ kind }) => !boundsOwnValue(kind));
  return compared.length > 0 && compared.every(({ relative }) => relative);
}
