import type { LogSource } from '../table/live-split.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';
import type { LeftOutRecords } from '../../domain/log/request-file-facts.ts';
import type { Database } from '../../database/database.ts';
import { fieldNowhere } from './nothing-accepted.ts';
import { type ReadOptions, recordedRoles } from '../values/read-options.ts';
import { leftOutCode } from '../table/reject-reason.ts';
import type { LeftOut } from '../table/request-totals.ts';

type LeftOutByFile = ReadonlyMap<number, LeftOutRecords>;

/** Counts the records that `where` leaves out, by file and by the version that answered; empty without a `where`. */
export async function countLeftOut(db: Database, options: ReadOptions): Promise<LeftOutByFile> {
  if (options.where === undefined) return new Map();
  const recorded = recordedRoles(options);
  const ofRoles = recorded.map(([role]) => `, count(*) FILTER (WHERE out AND ${role}_present) AS ${role}`);
  const counted = await db.columns(
    `SELECT file, count(*) FILTER (WHERE out) AS records${ofRoles.join('')}
     FROM (SELECT *, reason = ${leftOutCode} AS out FROM requests) GROUP BY file`,
  );
  return new Map(
    [...counted.numbers('file')].map((file, row) => {
      const versions = recorded.map(([role, version]): [string, number] => [version, counted.numbers(role)[row] ?? 0]);
      return [file, { records: counted.numbers('records')[row] ?? 0, versions: Object.fromEntries(versions) }];
    }),
  );
}

/** The same over all files, by role. */
export function totalLeftOut(byFile: LeftOutByFile, options: Pick<ReadOptions, 'recorded'>): LeftOut {
  const files = [...byFile.values()];
  const roles = recordedRoles(options).map(([role, version]): [string, number] => [
    role,
    files.reduce((sum, { versions }) => sum + (versions[version] ?? 0), 0),
  ]);
  return { records: files.reduce((sum, { records }) => sum + records, 0), roles: Object.fromEntries(roles) };
}

/** What to tell of them. */
export function leftOutNotes(options: ReadOptions, { records, roles }: LeftOut, rows: number): string[] {
  if (options.where === undefined) return [];
  const versions = recordedRoles(options).map(([role, version]) => `${formatCount(roles[role] ?? 0)} of ${version}`);
  const told = records === 0 || versions.length === 0 ? '' : `, ${versions.join(' and ')}`;
  return [`requests.where leaves out ${formatCount(records)} of ${countOf(rows, 'line')}${told}`];
}

/** @throws UserError (exit 5) where `where` names a field that no record has: it would leave out all or nothing for a slip of the pen. */
export async function requireFilterFields({ db, options: { where }, files }: LogSource): Promise<void> {
  if (where === undefined) return;
  const [row = {}] = await db.rows(
    'SELECT count(*) AS records, coalesce(bit_or(seen), 0)::BIGINT AS seen FROM requests',
  );
  if (Number(row['records']) === 0) return;
  const seen = Number(row['seen']);
  const missing = where.find((_, index) => Math.floor(seen / 2 ** index) % 2 === 0);
  if (missing !== undefined) throw await fieldNowhere(db, files, 'requests.where', missing.field);
}
