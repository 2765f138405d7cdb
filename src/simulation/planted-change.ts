import { quoteIdentifier } from '../database/database.ts';
import type { Effect } from './effect.ts';

/** Columns of the candidate and what stands in them instead, as SQL over one request. */
export type Replaced = readonly (readonly [column: string, sql: string])[];

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

/** How effects are planted into a metric: into some requests, into every one, or not at all since no recorded outcome shows it. */
export type Planting = IntoSome | IntoEvery | { readonly into: 'none' };

/** For a metric that single requests move. */
export interface IntoSome {
  readonly into: 'some';
  /** What becomes of a request where the metric falls, and where it rises. */
  readonly falling: Recipe;
  readonly rising: Recipe;
  /** Whether each changed request moves the metric alike, so that their number follows from the effect; else it is searched. */
  readonly evenly: boolean;
}

/** A change before its chance is known. */
export interface Recipe {
  readonly eligible: string;
  readonly replaced: Replaced;
}

/** For a metric that every request takes part in: times, losses and numbers. */
export interface IntoEvery {
  readonly into: 'every';
  /** Multiplies each request's part, so that the metric itself is. @param factor above 0, or any number where the metric has `anySign` */
  multiplied(factor: number): Replaced;
  /** Adds to each request's part; where absent, an absolute change is the factor that comes to it. */
  shifted?(by: number): Replaced;
  /** Whether the metric may be zero or below. */
  readonly anySign?: true;
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

/** What a column of the candidate holds without any change. */
export function current(column: string): string {
  return quoteIdentifier(column.startsWith('kpi:') ? column : `candidate_${column}`);
}
