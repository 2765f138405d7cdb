import { countOf, formatCount, formatShare } from '../../domain/format-number.ts';
import type { UnitSample } from '../../domain/log/unit-sample.ts';
import { type Database, quoteLiteral } from '../../database/database.ts';
import type { ReadOptions } from '../values/read-options.ts';
import { countByFile } from './copies.ts';

/**
 * SQL condition: the unit is in the sample. The first 32 bits of the MD5 of `salt:unit` over 2^32 are below the share, as the scheme
 * `md5` has it, so that a larger share takes the same units and more.
 */
export function inSampleSql(sample: UnitSample | undefined, unit = 'unit'): string {
  if (sample === undefined) return 'true';
  const hash = `md5(${quoteLiteral(`${sample.salt}:`)} || ${unit})`;
  return `coalesce(('0x' || ${hash}[1:8])::UINTEGER::DOUBLE / 4294967296 < ${sample.units}::DOUBLE, true)`;
}

/** Makes the empty table that says how many records each file has, of which a sample keeps a part. */
export async function createRecordCounts(db: Database, { sample }: Pick<ReadOptions, 'sample'>): Promise<void> {
  if (sample !== undefined) await db.run('CREATE OR REPLACE TABLE record_counts (file USMALLINT, records BIGINT)');
}

/** Adds records to that count. @param file SQL of the index of the file */
export async function countRecords(db: Database, file: string | number, sql: string): Promise<void> {
  await db.run(`INSERT INTO record_counts SELECT ${file} AS file, count(*) FROM (${sql}) GROUP BY ALL`);
}

/** @returns by file index the good records of units outside the sample, before copies collapse; none without a sample. */
export async function countUnsampled(
  db: Database,
  { sample }: Pick<ReadOptions, 'sample'>,
): Promise<ReadonlyMap<number, number>> {
  if (sample === undefined) return new Map();
  const read = await countByFile(db, 'record_counts', 'sum(records)::BIGINT');
  const kept = await countByFile(db, 'requests');
  await db.run('DROP TABLE record_counts');
  return new Map([...read].map(([file, records]) => [file, records - (kept.get(file) ?? 0)]));
}

/** What to tell of it. */
export function sampleNote({ units, salt }: UnitSample, unsampled: number, rows: number): string {
  return `requests.sample takes ${formatShare(units)} of the users (salt ${salt}): ${formatCount(unsampled)} of ${countOf(rows, 'line')} are of others`;
}
