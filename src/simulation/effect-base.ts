import { type Metric, metricTraits } from '../domain/metric.ts';
import type { JudgedTable } from '../metrics/table/judged-table.ts';
import type { MeanMetric } from '../metrics/table/mean-metric.ts';
import { influenceMetricOf, meanMetricOf } from '../metrics/families/definitions.ts';

/** The candidate's value of a metric on a table of judged requests, and shares of them. */
export interface EffectBase {
  /** The candidate's value on the requests for which a condition holds; undefined where it has none. */
  valueOf(table: JudgedTable, metric: Metric, condition: string): Promise<number | undefined>;
  /** How many requests that a mean counts of the candidate a condition holds for. */
  counted(table: JudgedTable, metric: Metric, condition: string): Promise<number>;
  /** How many requests a condition holds for. */
  count(table: JudgedTable, condition: string): Promise<number>;
}

/** Reads from DuckDB by the metrics' own definitions. */
export const effectBase: EffectBase = {
  async valueOf(table, metric, condition) {
    const { db, name } = table;
    if (metric.family === 'latency' && metric.statistic === 'quantile') {
      const sql = `quantile_cont(candidate_latency_ns, ${metric.probability}::DOUBLE)::DOUBLE / 1e6`;
      return finite((await db.columns(`SELECT ${sql} AS value FROM ${name} WHERE ${condition}`)).numbers('value')[0]);
    }
    const influenced = influenceMetricOf(metric);
    if (influenced !== undefined) {
      const within = `${condition} AND ${influenced.domain('candidate')}`;
      if ((await this.count(table, within)) === 0) return undefined;
      return finite((await influenced.compute(table, 'candidate', within)).value);
    }
    const mean = meanOf(metric);
    const rows = await db.columns(
      `SELECT avg((${mean.value('candidate')})::DOUBLE) / ${mean.divisor} AS value FROM ${name}
       WHERE ${condition} AND ${mean.domain('candidate')}`,
    );
    const value = finite(rows.numbers('value')[0]);
    return mean.root === true && value !== undefined ? Math.sqrt(value) : value;
  },
  async counted(table, metric, condition) {
    return await this.count(table, `${condition} AND ${meanOf(metric).domain('candidate')}`);
  },
  async count({ db, name }, condition) {
    const rows = await db.columns(`SELECT count(*)::DOUBLE AS requests FROM ${name} WHERE ${condition}`);
    return rows.numbers('requests')[0] ?? 0;
  },
};

function meanOf(metric: Metric): MeanMetric {
  const mean = meanMetricOf(metric);
  if (mean === undefined) throw new RangeError(`${metric.id} has no definition`);
  return mean;
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** Whether a metric is a share of requests that single answers can be turned for. */
export function isShare(metric: Metric): boolean {
  return metricTraits(metric).unit === 'proportion';
}
