import type { LatencyUnit } from '../../domain/log/latency-field.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import type { Metric } from '../../domain/metric.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import {
  type GaugeAggregate,
  type MetricSeries,
  type PrometheusSource,
  seriesFor,
} from '../../domain/remote/metric-series.ts';
import { nameInPlan } from '../../domain/statistics/bounded-metric.ts';
import { type Role, roles } from '../../domain/role.ts';
import type { RoleNumber, UntoldNumber } from '../../metrics/role-number.ts';
import type { CountedSeries } from '../../remote/metrics/counted-series.ts';
import { type CountWindow, increaseOf, outOfWindow, lossIn } from '../../remote/metrics/increase.ts';
import type { ServerAnswers } from '../../remote/metrics/server-answers.ts';
import { bucketedQuantile, largestVariance } from '../../stats/bounds/bucketed-quantile.ts';
import { asked, histogramParts } from './ask-server.ts';
import { readHistogram } from './series-histogram.ts';
import { aggregated, scaleOf, shareTold, type Told, unitsOf } from './told-parts.ts';

/** What answers of a server come to. */
export interface SeriesNumbers {
  readonly numbers: readonly RoleNumber[];
  /** Why a version has no number of a metric. */
  readonly untold: readonly UntoldNumber[];
  /** Values of the version's label that are neither version. */
  readonly others: readonly string[];
}

/** Answers with what names whose series are whose. */
interface Read {
  readonly answers: ServerAnswers;
  readonly window: CountWindow;
  readonly source: PrometheusSource;
  readonly rolesOf: ReadonlyMap<string, Role>;
}

/**
 * Makes the numbers of both versions from what a server said.
 * @param rolesOf what a label calls a version, to which of the two it is
 */
export function numbersOf(
  plan: RolloutPlan,
  source: PrometheusSource,
  answers: ServerAnswers,
  rolesOf: ReadonlyMap<string, Role>,
): SeriesNumbers {
  const window = { beginMs: Date.parse(answers.window.from), endMs: Date.parse(answers.window.to) };
  const read: Read = { answers, window, source, rolesOf };
  const numbers: RoleNumber[] = [];
  const untold: UntoldNumber[] = [];
  for (const metric of guardedMetrics(plan)) {
    for (const role of roles) {
      const told = toldOf(read, metric, role);
      if (told === undefined) continue;
      if ('why' in told) untold.push({ metric, role, why: told.why });
      else numbers.push({ metric, version: role, role, segment: null, ...told, ...unitsOf(source, told.count) });
    }
  }
  return { numbers, untold, others: othersIn(read) };
}

function toldOf(read: Read, metric: Metric, role: Role): Told | undefined {
  const series = seriesFor(read.source, metric)?.series;
  if (series !== undefined) return fromSeries(read, metric, role, series);
  const query = read.source.queries.find(({ name }) => name === nameInPlan(metric.id));
  if (query === undefined) return undefined;
  return valueOf(read, role, query.query, undefined, query.unit);
}

function fromSeries(read: Read, metric: Metric, role: Role, series: MetricSeries): Told {
  switch (series.kind) {
    case 'share':
      return shareOf(read, metric, role, series);
    case 'mean':
      return meanOf(read, role, series);
    case 'gauge':
      return valueOf(read, role, series.gauge, series.aggregate, series.unit);
    case 'histogram':
      return histogramOf(read, metric, role, series);
  }
}

function shareOf(read: Read, metric: Metric, role: Role, { bad, total }: MetricSeries & { kind: 'share' }): Told {
  const all = countOf(read, role, asked(total), asked(bad));
  if ('why' in all) return all;
  // Where requests were counted, a counter of bad ones that is not there yet has counted none.
  const wrong = countOf(read, role, asked(bad), asked(total), 'may be absent');
  if ('why' in wrong) return wrong;
  if (wrong.count > all.count)
    return { why: `${asked(bad)} rose by ${wrong.count}, and ${asked(total)} by ${all.count} alone` };
  return shareTold(metric, wrong.count, all.count);
}

function meanOf(read: Read, role: Role, { sum, count, unit }: MetricSeries & { kind: 'mean' }): Told {
  const all = countOf(read, role, asked(count), asked(sum));
  if ('why' in all) return all;
  const values = countOf(read, role, asked(sum), asked(count), 'may be absent');
  if ('why' in values) return values;
  return { value: (values.count / all.count) * scaleOf(unit), count: all.count };
}

function histogramOf(
  read: Read,
  metric: Metric,
  role: Role,
  { histogram, unit }: MetricSeries & { kind: 'histogram' },
): Told {
  const classic = seriesOf(read, role, asked(histogram, histogramParts.buckets));
  if ('why' in classic) return classic;
  const native = classic.length > 0 ? [] : seriesOf(read, role, asked(histogram));
  if ('why' in native) return native;
  const buckets = [...classic, ...native.filter((each) => each.native === 'bucket')];
  if (buckets.length === 0) return { why: `no series of the ${role} in ${asked(histogram, histogramParts.buckets)}` };
  const why = outOfWindow(buckets, read.window);
  if (why !== undefined) return { why };
  const found = readHistogram(buckets, scaleOf(unit));
  if ('why' in found) return found;
  if (metric.family === 'latency' && metric.statistic === 'quantile') {
    const { value } = bucketedQuantile(found, metric.probability);
    return { value, count: found.count, histogram: found };
  }
  const parts = [histogramParts.sum, histogramParts.buckets].map((suffix) => asked(histogram, suffix));
  const [sums = '', beside = ''] = native.length === 0 ? parts : [asked(histogram), asked(histogram)];
  const sum = countOf(read, role, sums, beside);
  if ('why' in sum) return sum;
  const total = sum.count * scaleOf(unit);
  return { value: total / found.count, count: found.count, variance: largestVariance(found, total) };
}

/**
 * What the counters of one version came to in the window.
 * @param beside the selector of what is counted beside it, which tells whether the server knew the version before the window
 */
function countOf(
  read: Read,
  role: Role,
  selector: string,
  beside: string,
  absent?: 'may be absent',
): { readonly count: number } | { readonly why: string } {
  const found = seriesOf(read, role, selector);
  if ('why' in found) return found;
  // Of a native histogram that is what its values add up to.
  const series = found.filter(({ native }) => native !== 'bucket');
  if (series.length === 0 && absent === undefined) return { why: `no series of the ${role} in ${selector}` };
  const odd = series.find(({ notCounted }) => notCounted !== undefined)?.notCounted;
  if (odd !== undefined) return { why: `a series of the ${role} in ${selector} has the value ${odd}` };
  const why =
    absent === undefined ? outOfWindow(series, read.window) : series.map(lossIn).find((loss) => loss !== undefined);
  if (why !== undefined) return { why };
  const others = seriesOf(read, role, beside);
  const known = [...series, ...('why' in others ? [] : others)].some(({ before }) => before !== undefined);
  const count = series.reduce((sum, each) => sum + increaseOf(each, known), 0);
  if (count > 0 || absent !== undefined) return { count };
  return { why: `${selector} counted nothing of the ${role} in the window` };
}

/** The series of one version; why they are no counters of it. */
function seriesOf(
  { answers, source, rolesOf }: Read,
  role: Role,
  selector: string,
): readonly CountedSeries[] | { readonly why: string } {
  const answer = answers.counters[selector];
  if (answer?.tooMany !== undefined) return { why: answer.tooMany };
  return (answer?.series ?? []).filter(({ labels }) => rolesOf.get(labels[source.versionLabel] ?? '') === role);
}

/** One number of a version, of an expression that gives one or that is to be made one. */
function valueOf(
  { answers, source, rolesOf }: Read,
  role: Role,
  query: string,
  aggregate: GaugeAggregate | undefined,
  unit: LatencyUnit | undefined,
): Told {
  const own = (answers.values[query]?.values ?? []).filter(
    ({ labels }) => rolesOf.get(labels[source.versionLabel] ?? '') === role,
  );
  if (own.length === 0) return { why: `the query gave nothing for the ${role}` };
  if (aggregate === undefined && own.length > 1) {
    return { why: `the query gave ${own.length} series for the ${role}: aggregate by ${source.versionLabel}` };
  }
  const values = own.map(({ value }) => Number(value));
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd !== -1) return { why: `the query gave ${own[odd]?.value} for the ${role}` };
  return { value: aggregated(values, aggregate ?? 'max') * scaleOf(unit) };
}

/** What the label says of series that are neither version's, each once. */
function othersIn({ answers, source: { versionLabel }, rolesOf }: Read): readonly string[] {
  const labels = [
    ...Object.values(answers.counters).flatMap(({ series }) => series.map((each) => each.labels)),
    ...Object.values(answers.values).flatMap(({ values }) => values.map((each) => each.labels)),
  ].map((each) => each[versionLabel] ?? '');
  return [...new Set(labels)].filter((label) => !rolesOf.has(label)).toSorted();
}
