import type { CountedSeries } from '../../remote/metrics/counted-series.ts';

/** Labels by which pairs of Prometheus servers, and what gathers from them, tell their copies apart. */
const replicaLabels = ['prometheus_replica', '__replica__', 'receive_replica', 'rule_replica'];

/** The label of servers that several series of one counter differ by alone: each counts the same requests again. Undefined where there are none. */
export function scrapedTwiceBy(series: readonly Pick<CountedSeries, 'labels'>[]): string | undefined {
  return replicaLabels.find((label) => {
    const seen = new Set<string>();
    return series.some(({ labels }) => {
      if (labels[label] === undefined) return false;
      const { [label]: _replica, ...others } = labels;
      const key = JSON.stringify(Object.entries(others).toSorted(([one], [other]) => (one < other ? -1 : 1)));
      if (seen.has(key)) return true;
      seen.add(key);
      return false;
    });
  });
}
