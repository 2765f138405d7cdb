import { type Database, quoteIdentifier } from '../../database/database.ts';
import { type ReadOptions, recordedRoles, segmentColumn } from '../values/read-options.ts';

/** What the table `requests` holds, in counts. */
export interface DescribedRequests {
  readonly requestsPerUnit: { readonly mean: number; readonly median: number; readonly most: number };
  readonly segments: readonly {
    readonly dimension: string;
    readonly values: number;
    readonly most: readonly ValueCount[];
  }[];
  readonly labels: { readonly requests: number; readonly most: readonly ValueCount[] };
  /** Requests with both recorded outcomes, and of each role: with one, and with its time. */
  readonly pairs: number;
  readonly outcomes: number;
  readonly timed: number;
}

interface ValueCount {
  readonly value: string;
  readonly requests: number;
  readonly share: number;
}

const mostShown = 5;

/** Counts what the table `requests` holds. */
export async function describeRequests(db: Database, options: ReadOptions): Promise<DescribedRequests> {
  const [perUnit = {}] = await db.rows(
    'SELECT avg(requests) AS mean, median(requests) AS median, max(requests) AS most FROM (SELECT count(*) AS requests FROM requests GROUP BY unit)',
  );
  const segments = [];
  for (const dimension of Object.keys(options.segments)) {
    const { values, most } = await countValues(db, segmentColumn(dimension));
    segments.push({ dimension, values, most });
  }
  const { total: requests, most } = await countValues(db, 'label');
  return {
    requestsPerUnit: {
      mean: Number(perUnit['mean']),
      median: Number(perUnit['median']),
      most: Number(perUnit['most']),
    },
    segments,
    labels: { requests, most },
    ...(await countOutcomes(db, options)),
  };
}

async function countValues(
  db: Database,
  name: string,
): Promise<{ readonly values: number; readonly total: number; readonly most: readonly ValueCount[] }> {
  const column = quoteIdentifier(name);
  const [counts = {}] = await db.rows(
    `SELECT count(DISTINCT ${column}) AS values, count(${column}) AS total FROM requests`,
  );
  const most =
    await db.rows(`SELECT ${column} AS value, count(*) AS requests, count(*) / (SELECT count(*) FROM requests) AS share
    FROM requests WHERE ${column} IS NOT NULL GROUP BY value ORDER BY requests DESC, value LIMIT ${mostShown}`);
  return {
    values: Number(counts['values']),
    total: Number(counts['total']),
    most: most.map((row) => ({
      value: String(row['value']),
      requests: Number(row['requests']),
      share: Number(row['share']),
    })),
  };
}

async function countOutcomes(
  db: Database,
  options: ReadOptions,
): Promise<Pick<DescribedRequests, 'pairs' | 'outcomes' | 'timed'>> {
  const recorded = recordedRoles(options).map(([role]) => role);
  if (recorded.length === 0) return { pairs: 0, outcomes: 0, timed: 0 };
  const any = (column: string) => recorded.map((role) => `${role}_${column}`);
  const [row = {}] = await db.rows(`SELECT
    count(*) FILTER (WHERE ${recorded.length === 2 ? any('present').join(' AND ') : 'false'}) AS pairs,
    count(*) FILTER (WHERE ${any('present').join(' OR ')}) AS outcomes,
    count(*) FILTER (WHERE ${any('latency_ns IS NOT NULL').join(' OR ')}) AS timed FROM requests`);
  return { pairs: Number(row['pairs']), outcomes: Number(row['outcomes']), timed: Number(row['timed']) };
}
