import type { CountedSeries } from '../../remote/metrics/counted-series.ts';
import { increaseOf } from '../../remote/metrics/increase.ts';
import type { Histogram } from '../../stats/bounds/bucketed-quantile.ts';

/**
 * Adds up the buckets of all replicas of a version.
 * @param scale of an edge to ms
 * @returns why they do not add up to a histogram, where they do not
 */
export function readHistogram(buckets: readonly CountedSeries[], scale: number): Histogram | { readonly why: string } {
  const known = buckets.some(({ before }) => before !== undefined);
  const byEdge = new Map<number, { count: number; series: number }>();
  for (const series of buckets) {
    const edge = edgeOf(series.labels['le']);
    if (Number.isNaN(edge)) return { why: `a bucket has the edge le=${String(series.labels['le'])}` };
    const { count, series: number } = byEdge.get(edge) ?? { count: 0, series: 0 };
    byEdge.set(edge, { count: count + increaseOf(series, known), series: number + 1 });
  }
  const open = byEdge.get(Infinity);
  if (open === undefined) return { why: 'no bucket has the edge le="+Inf"' };
  if (!(open.count > 0)) return { why: 'the histogram counted nothing in the window' };
  // Of replicas with other buckets, the edges that all of them have.
  const edges = [...byEdge]
    .filter(([edge, { series }]) => edge !== Infinity && series === open.series)
    .toSorted(([left], [right]) => left - right);
  const counts = edges.map(([, { count }]) => count);
  const rises = counts.every((count, index) => count >= (counts[index - 1] ?? 0)) && (counts.at(-1) ?? 0) <= open.count;
  if (byEdge.size === 1) return { why: 'the histogram has no edge but le="+Inf", and tells no time' };
  if (edges.length === 0 || !rises) return { why: 'the buckets of the histogram do not add up' };
  return {
    // A decimal edge in seconds is that of milliseconds, which a product is not always.
    edges: edges.map(([edge]) => Number((edge * scale).toPrecision(15))),
    above: counts.map((count) => open.count - count),
    count: open.count,
    scale,
    ...(buckets.some(({ native }) => native !== undefined) ? { isNative: true as const } : {}),
  };
}

function edgeOf(le: string | undefined): number {
  if (le === undefined) return Number.NaN;
  return /^\+?Inf$/u.test(le) ? Infinity : Number(le);
}
