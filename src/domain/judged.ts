import type { CohortName, ComparisonKind } from './evidence.ts';
import type { Metric } from './metric.ts';
import type { Guardrail, RequestSource, RolloutPlan, Stage } from './plan.ts';
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

/**
 * The plan as it is for one of its sources: with the guardrails that are judged on it, and its requests in the place of the log's.
 * @param source name of a further source; the log of requests where absent
 */
export function planOfSource(plan: RolloutPlan, source?: string): RolloutPlan {
  if (plan.sources === undefined) return plan;
  const isOwn = (guardrail: Guardrail) => guardrail.source === source;
  const requests = source === undefined ? plan.requests : plan.sources[source];
  if (requests === undefined) throw new RangeError(`the plan has no source ${source}`);
  return {
    ...plan,
    requests: source === undefined ? requests : { ...timesOf(plan.requests), ...requests },
    guardrails: plan.guardrails.filter(isOwn),
    elsewhere: plan.guardrails.filter((guardrail) => !isOwn(guardrail)),
  };
}

/** A router has one history, whoever counts what it served. */
function timesOf({ from, to, weights }: RequestSource) {
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(weights === undefined ? {} : { weights }),
  };
}

/**
 * Why a guardrail is not judged in a stage, whatever its data are like; undefined where it is. What counts served requests has none before the
 * candidate has any traffic.
 */
export function whyNotIn(
  { requests, sources, stages }: Pick<RolloutPlan, 'requests' | 'sources' | 'stages'>,
  guardrail: Pick<Guardrail, 'source' | 'stages'>,
  { name }: Pick<Stage, 'name'>,
): string | undefined {
  if (guardrail.stages !== undefined && !guardrail.stages.includes(name))
    return `it is judged only in ${guardrail.stages.join(', ')}`;
  const source = guardrail.source === undefined ? undefined : sources?.[guardrail.source];
  if (source?.format !== 'prometheus' || (source.weights ?? requests.weights) !== undefined) return undefined;
  const before = stages.slice(
    0,
    stages.findIndex((stage) => stage.name === name),
  );
  return before.every(({ weight }) => weight === 0)
    ? `${guardrail.source} counts what was served, and before this stage nobody has the candidate`
    : undefined;
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
    return family === 'kpi' ? 'a replay does not show what users did with the answers' : undefined;
  if (family === 'agreement') return 'in a live split each request has the answer of only one version';
  return family === 'memory' ? 'the log of a live split does not say how much memory a process used' : undefined;
}
