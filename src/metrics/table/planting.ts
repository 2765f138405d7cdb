import { quoteIdentifier } from '../../database/database.ts';

/** Columns of the candidate and what stands in them instead, as SQL over one request. */
export type Replaced = readonly (readonly [column: string, sql: string])[];

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

/** What a column of the candidate holds without any change. */
export function current(column: string): string {
  return quoteIdentifier(column.startsWith('kpi:') ? column : `candidate_${column}`);
}
