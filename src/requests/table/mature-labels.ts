import { countOf, formatCount } from '../../domain/format-number.ts';
import type { Database } from '../../database/database.ts';

/** Requests that are too young for their label to count. */
export interface YoungRequests {
  readonly requests: number;
  /** How many of them have a label, which is taken as not there yet. */
  readonly labelled: number;
  readonly afterMs: number;
}

/**
 * Takes the labels of requests that are younger than that, counted from the newest good record, for not there yet: what has come early
 * is not a fair part of what will come. The newest thousandth is left aside, so that no single wrong time makes every label mature.
 */
export async function leaveYoungLabels(db: Database, afterMs: number | undefined): Promise<YoungRequests | undefined> {
  if (afterMs === undefined) return undefined;
  const young = `reason = 0 AND "at" > (SELECT quantile_disc("at", 0.999) FROM requests WHERE reason = 0) - to_milliseconds(${afterMs})`;
  const [row = {}] = await db.rows(
    `SELECT count(*) AS requests, count(label) AS labelled FROM requests WHERE ${young}`,
  );
  await db.run(`UPDATE requests SET label = NULL WHERE label IS NOT NULL AND ${young}`);
  return { requests: Number(row['requests']), labelled: Number(row['labelled']), afterMs };
}

const dayMs = 86_400_000;

/** What to tell of them. */
export function youngNote({ requests, labelled, afterMs }: YoungRequests): string {
  const age = afterMs % dayMs === 0 ? countOf(afterMs / dayMs, 'day') : countOf(afterMs / 3_600_000, 'hour');
  return `${countOf(requests, 'request is', 'requests are')} younger than ${age}, and ${formatCount(labelled)} of their labels do not count yet`;
}
