import { type Database, quoteIdentifier } from '../../database/database.ts';
import { reasonCode } from './reject-reason.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';
import { unusableFile, type UserError } from '../../domain/errors.ts';
import { shownPaths } from '../../domain/log/field-paths.ts';
import type { Role } from '../../domain/role.ts';
import { holdsOwnOutcome, isOfEvaluation } from './live-split.ts';
import { derivedSegmentSql, type ReadOptions, segmentColumn } from '../values/read-options.ts';

/**
 * Leaves one record per id in the table `requests`: identical copies collapse into the one of the first file, copies that
 * differ in any of the columns all get the reason `conflicting-copies`, since nobody can say which is right.
 * @param identity the columns that say which records are of one request; two versions may each have one.
 * @returns the number of collapsed copies by file index.
 */
export async function resolveCopies(
  db: Database,
  columns: readonly string[],
  identity: readonly string[] = ['id'],
): Promise<ReadonlyMap<number, number>> {
  const key = identity.join(', ');
  const hashed = `hash(${key})`;
  // Hashes find the few ids in question without holding every id; what shares a hash is then told apart by the id.
  await db.run(`CREATE OR REPLACE TABLE copied_hashes AS
    SELECT ${hashed} AS id_hash FROM requests WHERE reason = 0 GROUP BY id_hash HAVING count(*) > 1`);
  const content = `hash(${columns.map(quoteIdentifier).join(', ')})`;
  await db.run(`CREATE OR REPLACE TABLE copied_ids AS
    SELECT ${key}, arg_min(row, file) AS kept, min(content) <> max(content) AS conflicting FROM (
      SELECT ${key}, file, rowid AS row, ${content} AS content FROM requests
      WHERE reason = 0 AND ${hashed} IN (SELECT id_hash FROM copied_hashes))
    GROUP BY ${key} HAVING count(*) > 1`);
  const same = identity.map((name) => `requests.${name} = copied_ids.${name}`).join(' AND ');
  const copies = `${same} AND reason = 0`;
  const spare = `${copies} AND NOT conflicting AND requests.rowid <> kept`;
  const collapsed = await countByFile(db, `requests, copied_ids WHERE ${spare}`);
  await db.run(`
    DELETE FROM requests USING copied_ids WHERE ${spare};
    UPDATE requests SET reason = ${reasonCode('conflicting-copies')} FROM copied_ids WHERE ${copies} AND conflicting;
    DROP TABLE copied_hashes;
    DROP TABLE copied_ids`);
  return collapsed;
}

/** Counts rows by the file (its index) that they are from. @param rows SQL behind FROM, with a column `file` */
export async function countByFile(
  db: Database,
  rows: string,
  count = 'count(*)',
): Promise<ReadonlyMap<number, number>> {
  const counted = await db.columns(`SELECT file, ${count} AS records FROM ${rows} GROUP BY file`);
  const records = counted.numbers('records');
  return new Map([...counted.numbers('file')].map((file, row) => [file, records[row] ?? 0]));
}

/** How many requests have a record of either version, of those of which the rarer version has one. */
interface LongPairs {
  readonly pairs: number;
  readonly requests: number;
  /** Of an evaluation, how many examples each version alone answered. */
  readonly alone?: Readonly<Record<Role, number>>;
}

/** From this share of the rarer version's requests on, both versions answered on purpose; below, a few were sent again. */
const fewestPairs = 0.5;

/**
 * Whether a log with one version's outcome in each record is one of pairs in long form: mirrored traffic, a shadow's table, the runs of an
 * evaluation. Decided once for the whole log. Undefined for a log that is a live split.
 */
export async function longPairs(db: Database, options: ReadOptions): Promise<LongPairs | undefined> {
  const { baseline, candidate } = options.recorded;
  if (!holdsOwnOutcome(options) || baseline === undefined || candidate === undefined) return undefined;
  const [row = {}] = await db.rows(`SELECT count(*) FILTER (WHERE b AND c) AS pairs,
      count(*) FILTER (WHERE b) AS b, count(*) FILTER (WHERE c) AS c FROM (
    SELECT bool_or(baseline_present) AS b, bool_or(candidate_present) AS c FROM requests WHERE reason = 0 GROUP BY hash(id))`);
  const [pairs, ofBaseline, ofCandidate] = [Number(row['pairs']), Number(row['b']), Number(row['c'])];
  const requests = Math.min(ofBaseline, ofCandidate);
  if (isOfEvaluation(options)) {
    if (pairs === 0 && requests > 0) throw await noExampleTwice(db, options);
    return { pairs, requests, alone: { baseline: ofBaseline - pairs, candidate: ofCandidate - pairs } };
  }
  return pairs > 0 && pairs >= fewestPairs * requests ? { pairs, requests } : undefined;
}

/** Two runs of which no example is the same one. */
async function noExampleTwice(db: Database, { format, fields, recorded }: ReadOptions): Promise<UserError> {
  const [row = {}] = await db.rows(`SELECT any_value(id) FILTER (WHERE baseline_present) AS b,
    any_value(id) FILTER (WHERE candidate_present) AS c FROM requests WHERE reason = 0`);
  const instead = format === 'promptfoo' ? 'fields: { id: vars.id }' : 'fields: { id: example_id }';
  return unusableFile(
    `no example has answers of both ${recorded.baseline} and ${recorded.candidate}: their ids (${shownPaths(fields.id)}) have none in common, such as ${String(row['b'])} and ${String(row['c'])}`,
    { hint: `write under requests: ${instead}, with the path of the id that both runs give an example` },
  );
}

/**
 * Makes one record with both outcomes of the two that a request has, in the table `requests`. The earlier time counts. Records that say
 * different things of the request itself get the reason `conflicting-copies`.
 * @param columns of the table, as `requestColumns` names them.
 * @returns the number of records that became part of another, by file index.
 */
export async function joinLongPairs(
  db: Database,
  options: ReadOptions,
  columns: readonly string[],
): Promise<ReadonlyMap<number, number>> {
  const shared = columns.filter((name) => !/^(?:baseline|candidate)_/u.test(name) && name !== 'id' && name !== 'at');
  const derived = new Map(
    Object.entries(options.segments).flatMap(([dimension, path]) => {
      const sql = derivedSegmentSql(path);
      return sql === undefined ? [] : [[segmentColumn(dimension), sql] as const];
    }),
  );
  const said = shared.filter((name) => !derived.has(name)).map(quoteIdentifier);
  const own = columns.filter((name) => name.startsWith('candidate_')).map(quoteIdentifier);
  await db.run(`CREATE OR REPLACE TABLE second_records AS
    SELECT rowid AS row, * FROM requests WHERE reason = 0 AND candidate_present AND id IN (
      SELECT id FROM requests WHERE reason = 0 AND baseline_present)`);
  const first = 'requests.id = second_records.id AND requests.reason = 0 AND requests.baseline_present';
  const differs = said.map((name) => `coalesce(requests.${name} <> second_records.${name}, false)`).join(' OR ');
  const conflicting = reasonCode('conflicting-copies');
  await db.run(`UPDATE second_records SET reason = ${conflicting} FROM requests WHERE ${first} AND (${differs});
    UPDATE requests SET reason = ${conflicting} FROM second_records WHERE requests.reason = 0
      AND requests.id = second_records.id AND second_records.reason <> 0`);
  const values = [
    `"at" = least(requests."at", second_records."at")`,
    ...own.map((name) => `${name} = second_records.${name}`),
    ...said.map((name) => `${name} = coalesce(requests.${name}, second_records.${name})`),
  ];
  await db.run(`UPDATE requests SET ${values.join(', ')} FROM second_records WHERE ${first}`);
  if (derived.size > 0) {
    const again = [...derived].map(([name, sql]) => `${quoteIdentifier(name)} = ${sql}`);
    await db.run(`UPDATE requests SET ${again.join(', ')} WHERE reason = 0`);
  }
  const joined = await countByFile(db, 'second_records WHERE reason = 0');
  await db.run(`DELETE FROM requests WHERE rowid IN (SELECT row FROM second_records WHERE reason = 0);
    DROP TABLE second_records`);
  return joined;
}

/** How such a log was read, in words. */
export function pairsNote({ pairs, requests, alone }: LongPairs): string {
  if (alone !== undefined) {
    const { baseline, candidate } = alone;
    const both = `${countOf(pairs, 'example')} answered by both versions`;
    return baseline + candidate === 0
      ? `${both}, each example counts as a user where no user is named`
      : `${both}; ${formatCount(baseline)} by the baseline alone and ${formatCount(candidate)} by the candidate alone are not compared`;
  }
  return `${formatCount(pairs)} of ${countOf(requests, 'request')} have a record of each version, so the two records of an id are a pair, not a live split`;
}
