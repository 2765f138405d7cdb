import { deflateRawSync } from 'node:zlib';
import type { RecordMarks } from '../../domain/log/record-marks.ts';
import { roles } from '../../domain/role.ts';
import { scoredIn } from '../../domain/scores/answer-numbers.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { derivedSegmentSql, type ReadOptions, segmentColumn } from '../values/read-options.ts';
import { requestColumns } from './request-table.ts';

/** So many of the newest records are marked one by one: records of their times may still be written after the look. */
const mostNewest = 500;
/** With more hours blocks are days, so that a log of years is marked in a few kilobytes. */
const mostHours = 1000;
/** It is kept of so many records whether they have a late value; of more, a value that comes late changes its block. */
const mostBits = 8_000_000;

/** Marks the accepted records in the table `requests`; undefined where there is none. */
export async function markRecords(db: Database, options: ReadOptions): Promise<RecordMarks | undefined> {
  const [facts = {}] = await db.rows(
    `SELECT ${isoSql('min("at")')} AS first, ${isoSql('max("at")')} AS last, ${probeSql} AS probe,
       count(DISTINCT date_trunc('hour', "at")) AS hours FROM requests`,
  );
  const { first, last, probe, hours } = facts;
  if (typeof first !== 'string') return undefined;
  const until = await newestFrom(db);
  const per = Number(hours) > mostHours ? 'day' : 'hour';
  const late = lateColumns(options);
  const marked: MarkedTable = { db, fixed: fixedColumns(options), late, per, until };
  return {
    probe: String(probe),
    first,
    last: String(last),
    ...(until === undefined ? {} : { until }),
    per,
    late,
    blocks: await withBits(marked, await markBlocks(marked)),
    newest: await markEach(marked, String(last)),
  };
}

/** The records that are marked, and how. */
export interface MarkedTable extends Pick<RecordMarks, 'per' | 'late'> {
  readonly db: Database;
  /** The columns that never change. */
  readonly fixed: readonly string[];
  readonly until: string | undefined;
}

const withTruth = new Set(
  scoredIn().flatMap(([name, { needsTruth }]) => (needsTruth ? roles.map((role) => `${role}_${name}`) : [])),
);

/** Truths and business metrics may come after the request that they belong to, and with a truth the scores that depend on it. */
export function lateColumns(options: ReadOptions): readonly string[] {
  return requestColumns(options)
    .map(([name]) => name)
    .filter((name) => name === 'label' || name.startsWith('kpi:') || withTruth.has(name));
}

/** All others but those that are derived from the time. */
export function fixedColumns(options: ReadOptions): readonly string[] {
  const derived = Object.entries(options.segments).flatMap(([name, path]) =>
    derivedSegmentSql(path) === undefined ? [] : [segmentColumn(name)],
  );
  const others = new Set([...lateColumns(options), ...derived]);
  return requestColumns(options)
    .map(([name]) => name)
    .filter((name) => !others.has(name));
}

/** Hash of a value of every type that is hashed. */
export const probeSql = `hash('canary', TIMESTAMP '2026-11-01 09:00:00', true, 0.5::DOUBLE, 7::BIGINT, NULL::VARCHAR)::VARCHAR`;

/** A time with microseconds, as ISO 8601 without a zone. */
export function isoSql(time: string): string {
  return `strftime(${time}, '%Y-%m-%dT%H:%M:%S.%f')`;
}

/** The time from which on at most 500 records came, after the last where more came at once; undefined where there are no more in all. */
async function newestFrom(db: Database): Promise<string | undefined> {
  const rows = await db.columns(
    `SELECT ${isoSql('"at"')} AS time FROM (SELECT "at" FROM requests ORDER BY "at" DESC LIMIT ${mostNewest + 1})`,
  );
  const times = rows.strings('time').map(String).toSorted();
  if (times.length <= mostNewest) return undefined;
  const later = times.find((time) => time > (times[0] ?? ''));
  if (later !== undefined) return later;
  const [row = {}] = await db.rows(`SELECT ${isoSql('max("at") + INTERVAL 1 MICROSECOND')} AS time FROM requests`);
  return String(row['time']);
}

/** A block's records: its beginning, their number, the sum of their hashes, and of each late column the same of those that have it. */
export interface MarkedBlock {
  readonly begin: string;
  readonly records: number;
  readonly sum: string;
  readonly late: readonly LateMarks[];
}

export interface LateMarks {
  readonly records: number;
  readonly sum: string;
  /** Which records have it; absent where all or none has, and where it is not known. */
  readonly bits?: string;
}

/** The blocks of a table, the oldest first, without bits. */
export async function markBlocks(marked: MarkedTable): Promise<readonly MarkedBlock[]> {
  const { db, fixed, late } = marked;
  const sums = late.flatMap((name, index) => [
    `count(${quoteIdentifier(name)})::DOUBLE AS have_${index}`,
    `coalesce(sum(${hashSql(['id', 'at', name])}) FILTER (${quoteIdentifier(name)} IS NOT NULL), 0)::VARCHAR AS sum_${index}`,
  ]);
  const columns = ['count(*)::DOUBLE AS records', `sum(${hashSql(fixed)})::VARCHAR AS sum`, ...sums];
  // Grouped by the time: to write it as text for each record would cost as much as all the hashes.
  const rows = await db.columns(
    `SELECT ${blockSql(marked, 'begin_at')} AS block, * FROM (
       SELECT date_trunc('${marked.per}', "at") AS begin_at, ${columns.join(', ')} FROM requests
       WHERE ${beforeSql(marked)} GROUP BY begin_at) ORDER BY block`,
  );
  return rows.strings('block').map((begin, row) => ({
    begin: String(begin),
    records: rows.numbers('records')[row] ?? 0,
    sum: String(rows.strings('sum')[row]),
    late: late.map((_, index) => ({
      records: rows.numbers(`have_${index}`)[row] ?? 0,
      sum: String(rows.strings(`sum_${index}`)[row]),
    })),
  }));
}

/** Writes blocks down, with which records have what may come late where only some have. */
async function withBits(marked: MarkedTable, blocks: readonly MarkedBlock[]): Promise<readonly string[]> {
  const { db, late } = marked;
  let left = mostBits;
  const bits: ReadonlyMap<string, string>[] = [];
  for (const [index, name] of late.entries()) {
    const value = quoteIdentifier(name);
    const isPart = blocks.some(
      ({ records, late: marks }) => 0 < haveOf(marks[index]) && haveOf(marks[index]) < records,
    );
    if (!isPart) {
      bits.push(new Map());
      continue;
    }
    const rows = await db.columns(
      `SELECT ${blockSql(marked)} AS block, string_agg(CASE WHEN ${value} IS NULL THEN '0' ELSE '1' END, '' ORDER BY "at", id) AS bits
       FROM requests WHERE ${beforeSql(marked)} GROUP BY block HAVING count(${value}) > 0 AND count(${value}) < count(*) ORDER BY block`,
    );
    const found = new Map<string, string>();
    const texts = rows.strings('bits').map(String);
    for (const [row, block] of rows.strings('block').entries()) {
      const text = texts[row] ?? '';
      left -= text.length;
      if (left >= 0) found.set(String(block), packed(text));
    }
    bits.push(found);
  }
  return blocks.map((block) =>
    [
      block.begin,
      block.records,
      block.sum,
      ...block.late.flatMap(({ records, sum }, index) => [records, sum, bits[index]?.get(block.begin) ?? '-']),
    ].join(' '),
  );
}

function haveOf(marks: LateMarks | undefined): number {
  return marks?.records ?? 0;
}

/** The records from `until` to a time, each as it is written down. */
export async function markEach({ db, fixed, late, until }: MarkedTable, last: string): Promise<readonly string[]> {
  const own = late.map(
    (name, index) =>
      `CASE WHEN ${quoteIdentifier(name)} IS NULL THEN '-' ELSE ${hashSql(['id', 'at', name])}::VARCHAR END AS late_${index}`,
  );
  const rows = await db.columns(
    `SELECT ${[`${hashSql(fixed)}::VARCHAR AS hash`, ...own].join(', ')} FROM requests
     WHERE NOT (${beforeSql({ until })}) AND "at" <= ${timeSql(last)} ORDER BY ALL`,
  );
  const columns = ['hash', ...late.map((_, index) => `late_${index}`)].map((name) => rows.strings(name));
  return Array.from({ length: rows.rowCount }, (_, row) => columns.map((values) => values[row]).join(' '));
}

/** Condition of the records that are in blocks. */
export function beforeSql({ until }: Pick<MarkedTable, 'until'>): string {
  return until === undefined ? 'false' : `"at" < ${timeSql(until)}`;
}

function timeSql(time: string): string {
  return `${quoteLiteral(time)}::TIMESTAMP`;
}

/** Hash of some columns of a record, 64 bits. */
export function hashSql(columns: readonly string[]): string {
  return `hash(${columns.map(quoteIdentifier).join(', ')})`;
}

/** The block of a record. */
export function blockSql({ per }: Pick<MarkedTable, 'per'>, time = '"at"'): string {
  return `strftime(${time}, '${per === 'hour' ? '%Y-%m-%dT%H' : '%Y-%m-%d'}')`;
}

function packed(bits: string): string {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (let index = 0; index < bits.length; index += 1) {
    if (bits[index] === '1') bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return deflateRawSync(bytes).toString('base64url');
}
