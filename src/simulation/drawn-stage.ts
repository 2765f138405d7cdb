import type { CohortName, Segment } from '../domain/evidence.ts';
import type { Draw } from './draw.ts';
import type { Population } from './population.ts';
import { worldOf } from './worlds.ts';

/** A draw as it is at one look at one stage: requests up to a time, users in cohorts by a weight. */
export interface DrawnStage {
  readonly population: Population;
  readonly draw: Draw;
  readonly weight: number;
  /** Requests at or before this time are in the log by then, ms since 1970. */
  readonly until: number;
  /** Requests with a rank below this were timed; 1 where every request of a log has its time. */
  readonly timed: number;
  /** Where the candidate is the baseline timed again. */
  readonly noise: boolean;
}

/** A request of a drawn stage: its place in the population, its user's and its own place in the draw, and its world. */
export type VisitRequest = (record: number, user: number, at: number, world: number, way: number) => void;

/** Visits the requests of a cohort and segment, by user and in the order of time. */
export function visitRequests(
  { population, draw, weight, until, noise }: DrawnStage,
  cohort: CohortName,
  segment: Segment,
  visit: VisitRequest,
): void {
  const { worlds, starts, times } = population;
  const wanted = Object.entries(segment ?? {}).map(([dimension, value]) => {
    const known = population.segments.get(dimension);
    return { codes: known?.codes, code: known?.values.indexOf(value) ?? -1 };
  });
  for (let user = 0; user < draw.unitOf.length; user += 1) {
    const inCanary = (draw.buckets[user] ?? 1) < weight;
    if ((cohort === 'canary' && !inCanary) || (cohort === 'stable' && inCanary)) continue;
    const first = starts[draw.unitOf[user] ?? 0] ?? 0;
    const start = draw.starts[user] ?? 0;
    const end = draw.starts[user + 1] ?? 0;
    const way = wayOf(worlds.comparison, inCanary, draw.swapped[user] === 1);
    for (let at = start; at < end; at += 1) {
      const record = first + at - start;
      if ((times[record] ?? 0) > until) break;
      if (wanted.some(({ codes, code }) => code < 0 || codes?.[record] !== code)) continue;
      const world = noise ? (worlds.noise ?? 0) : worldOf(worlds, way, draw.changes[at] ?? 0);
      visit(record, user, at, world, noise ? 2 : way);
    }
  }
}

function wayOf(comparison: 'paired' | 'served', inCanary: boolean, isSwapped: boolean): 0 | 1 {
  return (comparison === 'paired' ? isSwapped : inCanary) ? 1 : 0;
}
