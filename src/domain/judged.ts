import type { CohortName, ComparisonKind } from './evidence.ts';
import type { Metric } from './metric.ts';
import type { RequestSource, RolloutPlan, Stage } from './plan.ts';
import type { Basis } from './stages/basis.ts';

/** The metrics that the plan's guardrails name, each once, in the plan's order. */
export function guardedMetrics(plan: Pick<RolloutPlan, 'guardrails'>): readonly Metric[] {
  return [...new Map(plan.guardrails.map(({ metric }) => [metric.id, metric])).values()];
}

/**
 * The cohort that decides. Where pairs do it is everyone, since a replay exposes nobody and the canary's users are a random part of all;
 * under `judge: canary` it is the users whom the stage would expose. In a live split, and wherever each request has one version's outcome,
 * it is the users of the candidate.
 */
export function judgedCohortOf(
  plan: Pick<RolloutPlan, 'judge' | 'requests'>,
  stage: Pick<Stage, 'weight'>,
  comparison: ComparisonKind,
): CohortName {
  if (plan.requests.fields.served !== undefined) return 'canary';
  if (stage.weight === 0) return 'all';
  return comparison === 'paired' ? plan.judge : 'canary';
}

/** The plan as it is for one of its stages: with the requests that the stage rests on. */
export function planOfStage(plan: RolloutPlan, stage: Pick<Stage, 'requests' | 'basis'>): RolloutPlan {
  const requests = stage.requests ?? plan.requests;
  return { ...plan, requests: stage.basis === 'replay' ? withoutServed(requests) : requests };
}

/** What a stage rests on, as far as its plan tells: who served a request decides where the log says that, and a server counts what was served. */
export function basisOf(plan: RolloutPlan, stage: Pick<Stage, 'requests' | 'basis'>): Basis {
  const { requests } = planOfStage(plan, stage);
  return requests.fields.served === undefined && requests.format !== 'prometheus' ? 'replay' : 'live';
}

/** The requests with nothing of who served them, as where both versions answer each again. */
function withoutServed(requests: RequestSource): RequestSource {
  const { served: _who, ...fields } = requests.fields;
  return { ...requests, fields };
}

/** Why a metric cannot be had of a basis by its nature; undefined where it can. */
export function impossibleOn(family: Metric['family'], basis: Basis): string | undefined {
  if (basis === 'replay')
    return family === 'kpi' ? 'a replay shows nothing of what users did with the answers' : undefined;
  if (family === 'agreement') return 'in a live split each request has the answer of one version';
  return family === 'memory' ? 'the log of a live split does not tell the memory of a process' : undefined;
}
