import type { CountedSeries, Sample } from './counted-series.ts';

/** A native histogram as it stood at a time. */
export interface NativeHistogram {
  readonly count: number;
  readonly sum: number;
  /** Those that are not empty, the lowest first: more than `above`, and at most `to`. */
  readonly buckets: readonly { readonly above: number; readonly to: number; readonly count: number }[];
}

/** The histograms of one series that a window's counts follow from. */
export interface NativeSnapshots {
  readonly before?: NativeHistogram;
  readonly first: NativeHistogram;
  readonly last: NativeHistogram;
  /** What stood there before it began anew, each time that it did. */
  readonly lost: readonly NativeHistogram[];
}

/** Whether a histogram began anew between two samples: some count went down. Buckets that were merged into wider ones did not. */
export function beganAnew(before: NativeHistogram, now: NativeHistogram): boolean {
  if (now.count < before.count) return true;
  return before.buckets.some(({ to }) => isEdge(now, to) && upTo(now, to) < upTo(before, to));
}

/**
 * Tells native histograms as the counters of a classic one: `NAME_bucket` with the label `le`, of each edge that divides no bucket of any of them, and the sum.
 * @param counted each series as its count alone was counted
 */
export function asClassic(
  counted: readonly { readonly series: CountedSeries; readonly snapshots: NativeSnapshots }[],
): readonly CountedSeries[] {
  const all = counted.flatMap(({ snapshots: { before, first, last, lost } }) => [
    ...(before === undefined ? [] : [before]),
    first,
    last,
    ...lost,
  ]);
  const bounds = new Set(
    all.flatMap(({ buckets }) => buckets.flatMap(({ above, to }) => [above, to])).filter(Number.isFinite),
  );
  const edges = [...bounds].filter((edge) => all.every((histogram) => isEdge(histogram, edge)));
  return counted.flatMap(({ series, snapshots }) => [
    ...edges
      .toSorted((one, other) => one - other)
      .map((edge) => part(series, snapshots, String(edge), (each) => upTo(each, edge))),
    part(series, snapshots, '+Inf', ({ count }) => count),
    { ...part(series, snapshots, undefined, ({ sum }) => sum), native: 'sum' as const },
  ]);
}

function part(
  series: CountedSeries,
  { before, first, last, lost }: NativeSnapshots,
  le: string | undefined,
  valueOf: (histogram: NativeHistogram) => number,
): CountedSeries {
  const at = ([time]: Sample, histogram: NativeHistogram): Sample => [time, valueOf(histogram)];
  return {
    ...series,
    labels: le === undefined ? series.labels : { ...series.labels, le },
    native: 'bucket',
    ...(series.before === undefined || before === undefined ? {} : { before: at(series.before, before) }),
    first: at(series.first, first),
    last: at(series.last, last),
    resets: series.resets.map(({ atMs }, index) => ({ atMs, lost: valueOf(lost[index] ?? last) })),
  };
}

function isEdge({ buckets }: NativeHistogram, edge: number): boolean {
  return buckets.every(({ above, to }) => edge <= above || to <= edge);
}

function upTo({ buckets }: NativeHistogram, edge: number): number {
  return buckets.reduce((sum, { to, count }) => (to <= edge ? sum + count : sum), 0);
}
