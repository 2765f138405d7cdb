import { quoteIdentifier, quoteLiteral } from '../database/database.ts';
import { changeMeasure } from '../domain/bound.ts';
import { formatQuantity } from '../domain/format-number.ts';
import { metricTraits } from '../domain/metric.ts';
import { plantingOf } from '../metrics/families/definitions.ts';
import type { JudgedTable } from '../metrics/table/judged-table.ts';
import { current, type IntoEvery, type IntoSome, type Recipe } from '../metrics/table/planting.ts';
import { sliceCondition } from '../metrics/table/slice.ts';
import { type Changeable, changeableOf } from './changeable.ts';
import type { Effect } from './effect.ts';
import { type EffectBase, isShare } from './effect-base.ts';
import { changeOfEvery, type ImpossibleEffect, type PlantedChange } from './planted-change.ts';

/** An effect that can be planted, and what the metric is without and with it. */
export interface PlantedEffect {
  readonly effect: Effect;
  readonly change: PlantedChange;
  /** The candidate's value of the metric without the effect, and with it. */
  readonly from: number;
  readonly to: number;
}

/** Where effects are planted: the outcomes of the candidate of no difference, once for each way round. */
export interface PlantingGround {
  readonly table: JudgedTable;
  readonly base: EffectBase;
  /** The labels of a classification; empty for a regression. */
  readonly labels: readonly string[];
}

/** Finds out how often which answers have to change for an effect to be there; or why this log cannot have it. */
export async function plantEffect(ground: PlantingGround, effect: Effect): Promise<PlantedEffect | ImpossibleEffect> {
  const { labels } = ground;
  const slice = sliceCondition({ cohort: 'all', segment: effect.segment });
  const changeable = await changeableOf(ground, effect.metric, slice);
  if (changeable === undefined) {
    const hint = 'plant it into a metric that the log holds';
    return { problem: `no request in the log has a value of ${effect.metric.id}`, hint };
  }
  const { within, whole: from } = changeable;
  const to = effect.relative ? from * (1 + effect.change) : from + effect.change;
  const planting = plantingOf(effect.metric, labels);
  if (planting.into === 'none') {
    return { problem: 'no recorded outcome can show it', hint: 'plant it into a metric that the log holds' };
  }
  if (planting.into === 'every') {
    const change = changeWithin(planting, effect, changeable);
    return 'problem' in change ? change : { effect, change: limited(change, within), from, to };
  }
  if (isShare(effect.metric) && (to < 0 || to > 1)) return beyond(effect, from, effect.change > 0 ? 1 - from : from);
  const { eligible, replaced } = effect.change < 0 ? planting.falling : planting.rising;
  const wanted = { within, eligible, replaced, from, to, evenly: planting.evenly };
  const probability = await chance(ground, effect, wanted);
  if (typeof probability !== 'number') return probability;
  return { effect, change: { replaced, eligible: `${within} AND ${eligible}`, probability }, from, to };
}

/** The change of every request that can be changed, which is the larger the fewer those are. */
function changeWithin(
  planting: IntoEvery,
  effect: Effect,
  { whole, value, share }: Changeable,
): PlantedChange | ImpossibleEffect {
  if (share === 1) return changeOfEvery(planting, effect, value);
  if (share === 0)
    return { problem: 'the versions answer every request alike', hint: 'plant it into a metric without a trigger' };
  if (!effect.relative) return changeOfEvery(planting, { ...effect, change: effect.change / share }, value);
  const room = value * share;
  const change = (effect.change * whole) / room;
  // All that the requests bring is the most that they can lose.
  if (!(change >= -1)) return beyond(effect, whole, Math.abs(room));
  return changeOfEvery(planting, { ...effect, change }, value);
}

interface Wanted extends Recipe, Pick<IntoSome, 'evenly'> {
  readonly within: string;
  readonly from: number;
  readonly to: number;
}

/** The chance at which each eligible request has to change. */
async function chance(ground: PlantingGround, effect: Effect, wanted: Wanted): Promise<number | ImpossibleEffect> {
  const { table, base } = ground;
  const { metric } = effect;
  const { within, eligible, evenly, from, to } = wanted;
  const possible = await base.count(table, `${within} AND ${eligible}`);
  if (possible === 0) return beyond(effect, from, 0);
  if (metric.family === 'precision') {
    const answers = await base.count(table, `${within} AND ${answeredWith(metric.label)}`);
    const hits = from * answers;
    // Worse: more answers of the label; better: fewer wrong ones. Either way the hits stay.
    const share = Math.abs(hits / to - answers) / possible;
    return share <= 1
      ? share
      : beyond(effect, from, Math.abs(hits / (answers + Math.sign(-effect.change) * possible) - from));
  }
  if (!evenly) return await searchedChance(ground, effect, wanted);
  // Not every request that counts may be changed: one without an answer is wrong, and stays without one.
  const most = possible / (await base.counted(table, metric, `${within} AND candidate_present`));
  const share = Math.abs(to - from) / most;
  return share <= 1 ? share : beyond(effect, from, most);
}

function answeredWith(label: string): string {
  return `candidate_label = ${quoteLiteral(label)} AND label IS NOT NULL`;
}

const searchSteps = 16;

/** By halving, for metrics that do not move in proportion: changes are nested, so that more of them never move it back. */
async function searchedChance(
  { table, base }: PlantingGround,
  effect: Effect,
  { within, eligible, replaced, from, to }: Wanted,
): Promise<number | ImpossibleEffect> {
  const valueAt = async (probability: number) => {
    const changed = replaced.map(
      ([field, sql]) =>
        `CASE WHEN ${eligible} AND (hash(id || 'trial') / 18446744073709551616.0) < ${probability} THEN ${sql} ELSE ${quoteIdentifier(`candidate_${field}`)} END AS ${quoteIdentifier(`candidate_${field}`)}`,
    );
    const name = 'planting_trial';
    await table.db.run(
      `CREATE OR REPLACE TABLE ${name} AS SELECT * REPLACE (${changed.join(', ')}) FROM ${table.name}`,
    );
    return (await base.valueOf({ db: table.db, name }, effect.metric, within)) ?? from;
  };
  const most = await valueAt(1);
  const reaches = (value: number) => (effect.change < 0 ? value <= to : value >= to);
  if (!reaches(most)) return beyond(effect, from, Math.abs(most - from));
  let [low, high] = [0, 1];
  for (let step = 0; step < searchSteps; step += 1) {
    const middle = (low + high) / 2;
    if (reaches(await valueAt(middle))) high = middle;
    else low = middle;
  }
  return high;
}

/** Changes only the requests of the segment. */
function limited({ replaced, probability }: PlantedChange, within: string): PlantedChange {
  return {
    probability,
    replaced: replaced.map(([column, sql]) => [column, `CASE WHEN ${within} THEN ${sql} ELSE ${current(column)} END`]),
  };
}

function beyond({ metric, change }: Effect, from: number, most: number): ImpossibleEffect {
  const { unit } = metricTraits(metric);
  const verb = change > 0 ? 'rise' : 'fall';
  const at = formatQuantity(from, unit);
  if (most <= 0)
    return { problem: `${metric.id} is ${at} in this log and cannot ${verb}`, hint: 'plant it the other way' };
  const room = formatQuantity(most, changeMeasure(unit)).replace('+', '');
  const sign = change > 0 ? '+' : '-';
  const half = unit === 'proportion' ? `${Number((most * 50).toPrecision(1))}pp` : Number((most / 2).toPrecision(1));
  const example = `${sign}${half}`;
  return {
    problem: `${metric.id} is ${at} in this log and can ${verb} by at most ${room}`,
    hint: `plant less, such as ${example}`,
  };
}
