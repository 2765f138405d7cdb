import { isSplit, type SettledPeriod } from '../../domain/stages/period.ts';
import { type Database, quoteLiteral } from '../../database/database.ts';

/** Requests of a live split that no period counts. */
export interface OutsidePeriods {
  /** Requests from when a weight was changed until the router's had settled. */
  readonly settling: number;
  /** Answers of the candidate at times of which nobody told its weight, or told that it has none. */
  readonly unexplained?: { readonly requests: number; readonly first: string; readonly last: string };
}

/** Leaves the requests that some period counts, and makes of a user one unit in each. @returns what was left out */
export async function leaveOnlyPeriods(db: Database, all: readonly SettledPeriod[]): Promise<OutsidePeriods> {
  const periods = all.filter(isSplit);
  const counts = anyOf(periods.map(({ settledFrom, to }) => withinSql(settledFrom, to)));
  const settles = anyOf(
    all.flatMap(({ from, settledFrom, decided = from }) =>
      decided === undefined ? [] : [withinSql(decided, settledFrom)],
    ),
  );
  // Where the candidate has all traffic its answers are no surprise.
  const known = anyOf([
    settles,
    ...all.filter(({ weight }) => weight === 1).map(({ from, to }) => withinSql(from, to)),
  ]);
  const [left = {}] = await db.rows(`SELECT count(*) FILTER (WHERE ${settles})::DOUBLE AS settling,
      count(*) FILTER (WHERE NOT ${known} AND candidate_present)::DOUBLE AS requests,
      ${isoTime(`min("at") FILTER (WHERE NOT ${known} AND candidate_present)`)} AS first,
      ${isoTime(`max("at") FILTER (WHERE NOT ${known} AND candidate_present)`)} AS last
    FROM requests WHERE NOT ${counts}`);
  await db.run(`DELETE FROM requests WHERE NOT ${counts}`);
  if (periods.length > 1) {
    const which = periods.map(
      ({ settledFrom, to }, index) => `WHEN ${withinSql(settledFrom, to)} THEN ${quoteLiteral(unitOf(index))}`,
    );
    await db.run(`UPDATE requests SET unit = unit || CASE ${which.join(' ')} END`);
  }
  const [requests, first, last] = [Number(left['requests']), left['first'], left['last']];
  return {
    settling: Number(left['settling']),
    ...(requests > 0 ? { unexplained: { requests, first: String(first), last: String(last) } } : {}),
  };
}

/** Ends the name of a user's unit in one period. No log holds a control character of its own choosing there. */
function unitOf(period: number): string {
  return `\u0001period ${period}`;
}

function anyOf(conditions: readonly string[]): string {
  return `(${['false', ...conditions].join(' OR ')})`;
}

/** Condition that holds for requests at or after a time and before another (ISO 8601); without one it is open at that end. */
export function withinSql(from: string | undefined, to: string | undefined): string {
  const ends = [
    ...(from === undefined ? [] : [`epoch_ms("at") >= ${Date.parse(from)}`]),
    ...(to === undefined ? [] : [`epoch_ms("at") < ${Date.parse(to)}`]),
  ];
  return `(${ends.length === 0 ? 'true' : ends.join(' AND ')})`;
}

function isoTime(time: string): string {
  return `strftime(${time}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
}
