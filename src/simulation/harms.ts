import { harmfulEnd } from '../domain/bound.ts';
import { metricTraits } from '../domain/metric.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import type { Draw } from './draw.ts';
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
  const turned = population.worlds.changes.map(({ effect }) => isHarmful(plan, effect));
  const every = planted
    .filter(({ change, effect }) => change.eligible === undefined && isHarmful(plan, effect))
    .map(({ effect }) => within(population, effect));
  return (at, record) =>
    (turned[(draw.changes[at] ?? 0) - 1] ?? false) || every.some((isWithin) => isWithin(record));
}

/** Whether an effect goes the way that the metric, or where it has no such way its bounds, call worse. */
export function isHarmful({ guardrails }: Pick<RolloutPlan, 'guardrails'>, { metric, change }: Effect): boolean {
  const { worse } = metricTraits(metric);
  if (worse !== 'either') return worse === 'higher' ? change > 0 : change < 0;
  const bounds = guardrails.filter((guardrail) => guardrail.metric.id === metric.id).flatMap((each) => each.bounds);
  return bounds.some(({ kind }) => (harmfulEnd(kind) === 'high' ? change > 0 : change < 0));
}

function within({ segments }: Population, { segment }: Effect): (record: number) => boolean {
  const [[dimension, value] = []] = Object.entries(segment ?? {});
  if (dimension === undefined || value === undefined) return () => true;
  const known = segments.get(dimension);
  const code = known?.values.indexOf(value) ?? -1;
  return (record) => code >= 0 && known?.codes[record] === code;
}
