import type { CohortSize } from '../domain/evidence.ts';
import type { LogSpan } from '../domain/log/log-span.ts';
import { judgedCohortOf } from '../domain/judged.ts';
import type { RolloutPlan, Stage } from '../domain/plan.ts';
import type { SizedSegment } from '../domain/segments.ts';
import { dimensionsOf, type StageScope } from '../metrics/table/stage-scope.ts';
import { type DrawnStage, visitRequests } from './drawn-stage.ts';

/** Whom a drawn stage is judged on: what `readStageScope` reads from a table. */
export interface DrawnScope {
  readonly scope: StageScope;
  readonly sizes: readonly SizedSegment[];
  readonly span: LogSpan;
}

/**
 * Counts a drawn stage. Outcomes are not counted: no check asks for them.
 * @param span of the log, outside of which a request does not stretch the stage's.
 */
export function drawnScope(drawn: DrawnStage, plan: RolloutPlan, stage: Stage, span: LogSpan): DrawnScope {
  const [earliest, latest] = [Date.parse(span.first ?? ''), Date.parse(span.last ?? '')];
  const { population } = drawn;
  const { comparison } = population.scenarios;
  const judgedCohort = judgedCohortOf(plan, stage, comparison);
  const segmentValues = new Map<string, ReadonlyMap<string, number>>();
  const sizes: SizedSegment[] = [];
  const dimensions = dimensionsOf(plan);
  const counts = dimensions.map((dimension) => new SegmentCounts(population.segments.get(dimension)?.values ?? []));
  const hours = new Float64Array(24);
  const codes = dimensions.map((dimension) => population.segments.get(dimension)?.codes);
  let [first, last] = [Infinity, -Infinity];
  const sizesOf = { canary: new CohortCount(), stable: new CohortCount() };
  visitRequests(drawn, 'all', null, (record, user) => {
    const time = population.times[record] ?? Number.NaN;
    if (time < first && time >= earliest) first = time;
    if (time > last && time <= latest) last = time;
    const inCanary = (drawn.draw.buckets[user] ?? 1) < drawn.weight;
    sizesOf[inCanary ? 'canary' : 'stable'].add(user);
    if (judgedCohort === 'canary' && !inCanary) return;
    const hour = population.hours[record] ?? 0;
    hours[hour] = (hours[hour] ?? 0) + 1;
    for (let index = 0; index < counts.length; index += 1) counts[index]?.add(codes[index]?.[record] ?? -1, user);
  });
  dimensions.forEach((dimension, index) => {
    segmentValues.set(dimension, counts[index]?.requestsByValue() ?? new Map());
    sizes.push(...(counts[index]?.sizes(dimension) ?? []));
  });
  const none = { requests: 0, errors: {} };
  return {
    scope: {
      judgedCohort,
      comparison,
      cohorts: cohortSizes(sizesOf),
      segmentValues,
      hours: new Map([...hours.entries()].filter(([, requests]) => requests > 0)),
      outcomes: { baseline: none, candidate: none },
    },
    sizes: sizes.toSorted((a, b) => b.units - a.units),
    span: { first: isoTime(first), last: isoTime(last) },
  };
}

function isoTime(time: number): string | null {
  return Number.isFinite(time) ? new Date(time).toISOString() : null;
}

function cohortSizes({ canary, stable }: Record<'canary' | 'stable', CohortCount>): readonly CohortSize[] {
  return [
    { name: 'canary', units: canary.units, requests: canary.requests },
    { name: 'stable', units: stable.units, requests: stable.requests },
    { name: 'all', units: canary.units + stable.units, requests: canary.requests + stable.requests },
  ];
}

/** Counts requests that come by user. */
class CohortCount {
  units = 0;
  requests = 0;
  #last = -1;

  add(user: number): void {
    this.requests += 1;
    if (user !== this.#last) this.units += 1;
    this.#last = user;
  }
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
