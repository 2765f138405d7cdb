import type { CohortName, Segment } from '../domain/evidence.ts';
import type { Draw } from './draw.ts';
import type { Population } from './population.ts';
import { scenarioOf } from './scenarios.ts';

/** A draw as it is at one look at one stage: requests up to a time, users in cohorts by a weight. */
export interface DrawnStage {
  readonly population: Population;
  readonly draw: Draw;
  readonly weight: number;
  /** Requests at or before this time are in the log by then, ms since 1970. */
  readonly until: number;
  /** Requests before this time do not count, ms since 1970: of a later part of the log. */
  readonly from?: number;
  /** Requests with a rank below this were timed; 1 where every request of a log has its time. */
  readonly timed: number;
}

/** A request of a drawn stage: its place in the population, its user, its place in the draw, its scenario and way round. */
export type VisitRequest = (record: number, user: number, at: number, scenario: number, way: number) => void;

/** Visits the requests of a cohort and segment, by user and in the order of time. */
export function visitRequests(
  { population, draw, weight, until, from = -Infinity }: DrawnStage,
  cohort: CohortName,
  segment: Segment,
  visit: VisitRequest,
): void {
  const { scenarios, starts, times } = population;
  const { codes, code } = codesOf(population, segment);
  for (let user = 0; user < draw.unitOf.length; user += 1) {
    const bucket = draw.buckets[user] ?? 1;
    if (!isInCohort(cohort, bucket, weight)) continue;
    const shift = (starts[draw.unitOf[user] ?? 0] ?? 0) - (draw.starts[user] ?? 0);
    const end = draw.starts[user + 1] ?? 0;
    const way = wayOf(scenarios.comparison, bucket < weight, draw.swapped[user] === 1);
    for (let at = draw.starts[user] ?? 0; at < end; at += 1) {
      const record = at + shift;
      if (!((times[record] ?? Infinity) <= until)) break;
      if ((times[record] ?? Infinity) < from) continue;
      if (codes !== undefined && codes[record] !== code) continue;
      visit(record, user, at, scenarioOf(scenarios, way, draw.changes[at] ?? 0), way);
    }
  }
}

/** Whether a bucket's user belongs to a cohort at a weight. */
export function isInCohort(cohort: CohortName, bucket: number, weight: number): boolean {
  return cohort === 'all' || bucket < weight === (cohort === 'canary');
}

/** The codes of a segment's dimension and its value's code, which no request has where it is unknown; no codes for everything. */
export function codesOf(
  { segments }: Population,
  segment: Segment,
): { readonly codes: Int32Array | undefined; readonly code: number } {
  const [[dimension, value] = []] = Object.entries(segment ?? {});
  if (dimension === undefined || value === undefined) return { codes: undefined, code: 0 };
  const known = segments.get(dimension);
  if (known === undefined) throw new RangeError(`${dimension} was not read into memory`);
  const code = known.values.indexOf(value);
  return { codes: known.codes, code: code === -1 ? Number.NaN : code };
}

/** Which way round a user's requests are: swapped by a coin, or served by whoever the cohort says. */
export function wayOf(comparison: 'paired' | 'served', inCanary: boolean, isSwapped: boolean): 0 | 1 {
  return (comparison === 'paired' ? isSwapped : inCanary) ? 1 : 0;
}
