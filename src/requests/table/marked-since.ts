import { inflateRawSync } from 'node:zlib';
import type { MarkedSince, RecordMarks } from '../../domain/log/record-marks.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import type { ReadOptions } from '../values/read-options.ts';
import {
  beforeSql,
  blockSql,
  fixedColumns,
  hashSql,
  isoSql,
  lateColumns,
  type LateMarks,
  markBlocks,
  type MarkedBlock,
  type MarkedTable,
  markEach,
  probeSql,
} from './record-marks.ts';

/** What became of records that were marked before: whether the table `requests` has all of them, and whatever else. */
export async function markedSince(db: Database, options: ReadOptions, marks: RecordMarks): Promise<MarkedSince> {
  const [facts = {}] = await db.rows(`SELECT ${isoSql('min("at")')} AS first, ${probeSql} AS probe FROM requests`);
  const late = lateColumns(options);
  if (facts['probe'] !== marks.probe || late.join('\n') !== marks.late.join('\n'))
    return { contained: false, missing: 0, difference: 'its records were marked differently at the last look' };
  const table: MarkedTable = { db, late, fixed: fixedColumns(options), per: marks.per, until: marks.until };
  const then = marks.blocks.map(blockOf);
  const now = new Map((await markBlocks(table)).map((block) => [block.begin, block]));
  const grown = await grownValues(table, then, now);
  const changed = then.find((block) => !isKept(block, now.get(block.begin), grown));
  const newest = compareEach(marks.newest, await markEach(table, marks.last));
  const recordsThen = then.reduce((sum, { records }) => sum + records, 0) + marks.newest.length;
  const missing =
    then.reduce((sum, { begin, records }) => sum + records - (now.get(begin)?.records ?? 0), 0) + newest.missing;
  if (changed === undefined && newest.isKept) return { contained: true, missing };
  const { first } = facts;
  const began = typeof first === 'string' && first > marks.first ? first : undefined;
  return { contained: false, missing, difference: differenceText({ marks, recordsThen, missing, began, changed }) };
}

function differenceText(found: {
  readonly marks: RecordMarks;
  readonly recordsThen: number;
  readonly missing: number;
  /** When the log begins now, where that is later. */
  readonly began: string | undefined;
  readonly changed: MarkedBlock | undefined;
}): string {
  const { marks, recordsThen, missing, began, changed } = found;
  const lost = `${formatCount(missing)} of ${countOf(recordsThen, 'request')}`;
  if (began !== undefined && missing > 0)
    return `the log began at ${minute(marks.first)} and begins at ${minute(began)} now, ${lost} are no longer there`;
  if (missing > 0) return `${lost} of the last look are no longer there`;
  const when = changed === undefined ? `up to ${minute(marks.last)}` : `of ${changed.begin}`;
  return `requests ${when} (UTC) are not those of the last look, or have changed`;
}

/** `2026-11-01T09:00` */
function minute(time: string): string {
  return time.slice(0, 16);
}

/** @throws RangeError for what `markRecords` does not write, which a digest keeps from being read. */
function blockOf(text: string): MarkedBlock {
  const [begin = '', records = '', sum = '', ...rest] = text.split(' ');
  const late: LateMarks[] = [];
  for (let at = 0; at < rest.length; at += 3) {
    const [have = '', ofThose = '', bits = '-'] = rest.slice(at, at + 3);
    late.push({ records: Number(have), sum: ofThose, ...(bits === '-' ? {} : { bits }) });
  }
  return { begin, records: Number(records), sum, late };
}

/** By late column and block, the number of values that the records of then have now and the sum of their hashes. */
type GrownValues = readonly ReadonlyMap<string, { readonly records: number; readonly sum: bigint }>[];

/** A block's records are there as they were, and so is what may come late where it was there before. */
function isKept(then: MarkedBlock, now: MarkedBlock | undefined, grown: GrownValues): boolean {
  if (now === undefined || now.records !== then.records || now.sum !== then.sum) return false;
  return then.late.every(({ records, sum }, index) => {
    const own = now.late[index];
    if (own === undefined) return false;
    if (records === own.records) return sum === own.sum;
    if (records === 0) return true;
    const kept = grown[index]?.get(then.begin);
    return kept !== undefined && kept.records === records && String(kept.sum) === sum;
  });
}

/** Adds up, of the blocks where more records have a late value, those that had it before. */
async function grownValues(
  table: MarkedTable,
  then: readonly MarkedBlock[],
  now: ReadonlyMap<string, MarkedBlock>,
): Promise<GrownValues> {
  const grown: Map<string, { records: number; sum: bigint }>[] = [];
  for (const [index, name] of table.late.entries()) {
    const wanted = then.flatMap(({ begin, records, late }) => {
      const [before, after] = [late[index], now.get(begin)];
      const isGrown = before !== undefined && (after?.late[index]?.records ?? 0) > before.records;
      return isGrown && before.bits !== undefined && after?.records === records ? [{ begin, bits: before.bits }] : [];
    });
    const sums = new Map<string, { records: number; sum: bigint }>();
    if (wanted.length > 0) await addUp(table, name, new Map(wanted.map(({ begin, bits }) => [begin, bits])), sums);
    grown.push(sums);
  }
  return grown;
}

async function addUp(
  table: MarkedTable,
  name: string,
  bits: ReadonlyMap<string, string>,
  sums: Map<string, { records: number; sum: bigint }>,
): Promise<void> {
  const value = quoteIdentifier(name);
  const begins = [...bits.keys()].toSorted();
  let [block, place, wanted]: [string, number, Uint8Array] = ['', 0, new Uint8Array()];
  const rows = table.db.stream(
    `SELECT block, hash FROM (
       SELECT ${blockSql(table)} AS block, "at", id, CASE WHEN ${value} IS NOT NULL THEN ${hashSql(['id', 'at', name])}::VARCHAR END AS hash
       FROM requests WHERE ${beforeSql(table)}) WHERE block >= '${begins[0] ?? ''}' AND block <= '${begins.at(-1) ?? ''}' ORDER BY block, "at", id`,
  );
  for await (const chunk of rows) {
    const hashes = chunk.strings('hash');
    for (const [row, begin] of chunk.strings('block').entries()) {
      if (begin !== block) [block, place, wanted] = [String(begin), 0, unpacked(bits.get(String(begin)))];
      const hash = hashes[row] ?? null;
      if (hash !== null && ((wanted[place >> 3] ?? 0) & (1 << (place & 7))) !== 0) {
        const { records, sum } = sums.get(block) ?? { records: 0, sum: 0n };
        sums.set(block, { records: records + 1, sum: sum + BigInt(hash) });
      }
      place += 1;
    }
  }
}

function unpacked(bits: string | undefined): Uint8Array {
  return bits === undefined ? new Uint8Array() : inflateRawSync(Buffer.from(bits, 'base64url'));
}

/** Holds the newest records of then against those of the same times now. */
function compareEach(
  then: readonly string[],
  now: readonly string[],
): { readonly isKept: boolean; readonly missing: number } {
  const found = new Map(now.map((line) => [line.split(' ', 1)[0] ?? '', line.split(' ').slice(1)]));
  let [missing, changed] = [0, 0];
  for (const line of then) {
    const [hash = '', ...late] = line.split(' ');
    const own = found.get(hash);
    if (own === undefined) missing += 1;
    else if (late.some((value, index) => value !== '-' && value !== own[index])) changed += 1;
  }
  return { isKept: missing + changed === 0, missing };
}
