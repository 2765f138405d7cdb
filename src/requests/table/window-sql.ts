import { invalidInput } from '../../domain/errors.ts';
import { type Database, quoteLiteral } from '../../database/database.ts';
import type { ReadOptions } from '../values/read-options.ts';
import { timestampSql } from '../values/time.ts';

/**
 * Condition that holds for requests before `from` or not before `to`.
 * @throws UserError (exit 2) when one of them is not a time.
 */
export async function outsideWindowSql(db: Database, { from, to }: Pick<ReadOptions, 'from' | 'to'>): Promise<string> {
  const conditions = ['false'];
  if (from !== undefined) conditions.push(`"at" < ${await timeLiteral(db, 'from', from)}`);
  if (to !== undefined) conditions.push(`"at" >= ${await timeLiteral(db, 'to', to)}`);
  return `(${conditions.join(' OR ')})`;
}

async function timeLiteral(db: Database, key: string, text: string): Promise<string> {
  const [row] = await db.rows(`SELECT (${timestampSql(quoteLiteral(text))})::VARCHAR AS time`);
  const time = row?.['time'];
  if (typeof time !== 'string')
    throw invalidInput(`${key}: ${text} is not a time`, { hint: 'write one such as 2026-11-01T09:00:00Z' });
  return `${quoteLiteral(time)}::TIMESTAMP`;
}
