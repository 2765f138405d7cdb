import type { CohortName, CohortSize } from '../domain/evidence.ts';
import type { RolloutPlan, Stage } from '../domain/plan.ts';
import type { SizedSegment } from '../domain/segment-findings.ts';
import { judgedCohortOf, type StageScope } from '../metrics/stage-scope.ts';
import { type DrawnStage, visitRequests } from './drawn-stage.ts';

/** Whom a drawn stage is judged on: what `readStageScope` reads from a table. */
export interface DrawnScope {
  readonly scope: StageScope;
  readonly sizes: readonly SizedSegment[];
  /** ISO 8601; null where there is no request. */
  readonly span: { readonly first: string | null; readonly last: string | null };
}

/** Counts a drawn stage. Outcomes are not counted: no check asks for them. */
export function drawnScope(drawn: DrawnStage, plan: RolloutPlan, stage: Stage): DrawnScope {
  const judgedCohort = judgedCohortOf(plan, stage);
  const { population } = drawn;
  const segmentValues = new Map<string, ReadonlyMap<string, number>>();
  const sizes: SizedSegment[] = [];
  const dimensions = Object.keys(plan.requests.segments);
  const counts = dimensions.map((dimension) => new SegmentCounts(population.segments.get(dimension)?.values ?? []));
  const hours = new Map<number, number>();
  let [first, last] = [Infinity, -Infinity];
  visitRequests(drawn, judgedCohort, null, (record, user) => {
    const hour = population.hours[record] ?? 0;
    hours.set(hour, (hours.get(hour) ?? 0) + 1);
    dimensions.forEach((dimension, index) => counts[index]?.add(population.segments.get(dimension)?.codes[record] ?? -1, user));
  });
  dimensions.forEach((dimension, index) => {
    segmentValues.set(dimension, counts[index]?.requestsByValue() ?? new Map());
    sizes.push(...(counts[index]?.sizes(dimension) ?? []));
  });
  visitRequests(drawn, 'all', null, (record) => {
    const time = population.times[record] ?? Number.NaN;
    first = Math.min(first, time);
    last = Math.max(last, time);
  });
  const none = { requests: 0, errors: {} };
  return {
    scope: {
      judgedCohort,
      comparison: population.worlds.comparison,
      cohorts: cohortSizes(drawn),
      segmentValues,
      hours,
      outcomes: { baseline: none, candidate: none },
    },
    sizes: sizes.toSorted((a, b) => b.units - a.units),
    span: { first: isoTime(first), last: isoTime(last) },
  };
}

function isoTime(time: number): string | null {
  return Number.isFinite(time) ? new Date(time).toISOString() : null;
}

function cohortSizes(drawn: DrawnStage): readonly CohortSize[] {
  const sizeOf = (name: CohortName): CohortSize => {
    let [units, requests, previous] = [0, 0, -1];
    visitRequests(drawn, name, null, (_, user) => {
      requests += 1;
      if (user !== previous) units += 1;
      previous = user;
    });
    return { name, units, requests };
  };
  const [canary, stable] = [sizeOf('canary'), sizeOf('stable')];
  const all: CohortSize = {
    name: 'all',
    units: canary.units + stable.units,
    requests: canary.requests + stable.requests,
  };
  return [canary, stable, all];
}

/** Requests and users of each value of one dimension. */
class SegmentCounts {
  readonly #values: readonly string[];
  readonly #requests: Float64Array;
  readonly #units: Float64Array;
  readonly #lastUser: Int32Array;

  constructor(values: readonly string[]) {
    this.#values = values;
    this.#requests = new Float64Array(values.length);
    this.#units = new Float64Array(values.length);
    this.#lastUser = new Int32Array(values.length).fill(-1);
  }

  add(code: number, user: number): void {
    if (code < 0) return;
    this.#requests[code] = (this.#requests[code] ?? 0) + 1;
    if (this.#lastUser[code] !== user) this.#units[code] = (this.#units[code] ?? 0) + 1;
    this.#lastUser[code] = user;
  }

  requestsByValue(): ReadonlyMap<string, number> {
    return new Map(this.#inOrder(this.#requests).map((code) => [this.#values[code] ?? '', this.#requests[code] ?? 0]));
  }

  sizes(dimension: string): SizedSegment[] {
    return this.#inOrder(this.#units).map((code) => ({
      segment: { [dimension]: this.#values[code] ?? '' },
      units: this.#units[code] ?? 0,
    }));
  }

  #inOrder(counts: Float64Array): number[] {
    const present = [...counts.keys()].filter((code) => (counts[code] ?? 0) > 0);
    const valueOf = (code: number) => this.#values[code] ?? '';
    return present.toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || (valueOf(a) < valueOf(b) ? -1 : 1));
  }
}
