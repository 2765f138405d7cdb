import type { IntoEvery, Replaced } from '../metrics/table/planting.ts';
import type { Effect } from './effect.ts';

/** How an effect is planted: the candidate's columns that change, and of which requests. */
export interface PlantedChange {
  readonly replaced: Replaced;
  /** Requests that could be changed, as a condition; absent where every request of the segment is. */
  readonly eligible?: string;
  /** Chance of an eligible request to be changed, in [0, 1]. */
  readonly probability: number;
}

/** Why a log cannot show an effect, and what it could show; clauses that a semicolon can join. */
export interface ImpossibleEffect {
  readonly problem: string;
  readonly hint: string;
}

/** The change of every request that an effect is. @param value the metric's without it */
export function changeOfEvery(
  planting: IntoEvery,
  { change, relative }: Effect,
  value: number,
): PlantedChange | ImpossibleEffect {
  const factor = relative ? 1 + change : (value + change) / value;
  if (planting.anySign !== true && !(factor > 0)) {
    return { problem: 'nothing of it would be left', hint: 'plant a smaller fall' };
  }
  const shifted = relative ? undefined : planting.shifted?.(change);
  return { replaced: shifted ?? planting.multiplied(factor), probability: 1 };
}
