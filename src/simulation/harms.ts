import { harmfulEnd } from '../domain/bound.ts';
import { metricTraits } from '../domain/metric.ts';
import { isTriggered } from '../domain/statistics/bounded-metric.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import type { Draw } from './draw.ts';
import { codesOf } from './drawn-stage.ts';
import type { Effect } from './effect.ts';
import type { PlantedEffect } from './plant-effect.ts';
import type { Population } from './population.ts';
import type { Harms } from './walk.ts';

/** Which requests the planted effects make worse: the answers that were turned, and all that a slower or dearer candidate answers. */
export function harmsOf(
  plan: Pick<RolloutPlan, 'guardrails'>,
  planted: readonly PlantedEffect[],
  population: Population,
  draw: Draw,
): Harms {
  const turned = population.scenarios.changes.map(({ effect }) => isHarmful(plan, effect));
  const every = planted
    .filter(({ change, effect }) => change.eligible === undefined && isHarmful(plan, effect))
    .map(({ effect }) => reachedBy(population, effect));
  return (at, record) => (turned[(draw.changes[at] ?? 0) - 1] ?? false) || every.some((isWithin) => isWithin(record));
}

/** Whether an effect goes the way that the metric, or where it has no such way its bounds, call worse. */
export function isHarmful({ guardrails }: Pick<RolloutPlan, 'guardrails'>, { metric, change }: Effect): boolean {
  const { worse } = metricTraits(metric);
  if (worse !== 'either') return worse === 'higher' ? change > 0 : change < 0;
  const bounds = guardrails.filter((guardrail) => guardrail.metric.id === metric.id).flatMap((each) => each.bounds);
  return bounds.some(({ kind }) => (harmfulEnd(kind) === 'high' ? change > 0 : change < 0));
}

function reachedBy(population: Population, { segment, metric }: Effect): (record: number) => boolean {
  const { codes, code } = codesOf(population, segment);
  const triggered = isTriggered(metric) ? population.triggered?.[metric.trigger] : undefined;
  return (record) => (codes === undefined || codes[record] === code) && (triggered?.[record] ?? 1) === 1;
}
