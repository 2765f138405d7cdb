import type { LogSource } from '../table/live-split.ts';
import { distance } from 'fastest-levenshtein';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import { unusableFile, UserError } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import { shownPaths } from '../../domain/log/field-paths.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import { fieldNames, scanRecords } from '../files/scan-records.ts';
import { rejectionSummary } from '../formats/imported-rejects.ts';
import { sniffFormat } from '../formats/sniff.ts';
import { type ReadOptions, recordedSegments, segmentColumn, wantedFields } from '../values/read-options.ts';
import type { RequestFile } from '../files/request-files.ts';
import type { RequestTotals } from '../table/request-totals.ts';

/** Every record of a log has a fault of its own (exit 5). */
export class NoUsableRecord extends UserError {}

/** Why a log gave no request at all: it is empty, a field that every record needs is in none, or each record has its own fault. */
export async function nothingAccepted(
  log: LogSource,
  totals: RequestTotals,
  facts: readonly RequestFileFacts[],
): Promise<UserError> {
  const { options, files } = log;
  const names = files.map(({ path }) => path).join(', ');
  if (totals.rows === 0)
    return unusableFile(`${names}: the log holds no records`, { hint: 'name a log that holds requests' });
  const unusable = options.format === 'canary' ? await unlikeCanary(log) : undefined;
  if (unusable !== undefined) return unusable;
  const imported = options.format !== 'canary';
  const summary = rejectionSummary(options, facts);
  const parts = [
    ...(totals.rejected > 0 ? [`${totals.rejected} rejected${imported ? `: ${summary.reasons}` : ''}`] : []),
    ...(totals.outsideWindow > 0
      ? [`${totals.outsideWindow} outside the time from ${options.from ?? 'any'} to ${options.to ?? 'any'}`]
      : []),
    ...(totals.leftOut.records > 0 ? [`${totals.leftOut.records} left out by requests.where`] : []),
    ...(totals.unsampled > 0 ? [`${totals.unsampled} of users outside requests.sample`] : []),
    ...(totals.collapsed > 0 ? [`${totals.collapsed} copies of others`] : []),
  ];
  return new NoUsableRecord(
    ExitCode.noVerdict,
    `${names}: none of ${totals.rows} records can be used (${parts.join(', ')})`,
    {
      hint:
        totals.outsideWindow > 0
          ? 'widen the time of requests.from and requests.to'
          : totals.unsampled > 0
            ? 'take a larger share of the users in requests.sample'
            : totals.rejected === 0 && totals.leftOut.records > 0
              ? 'check requests.where against a record of the log'
              : imported
                ? summary.hint
                : 'check requests.fields against a record of the log',
    },
  );
}

/** @throws UserError (exit 5) when no accepted request has a value of a dimension that the plan names. */
export async function requireSegments({ db, options, files }: LogSource): Promise<void> {
  const segments = recordedSegments(options);
  if (segments.length === 0) return;
  const counts = segments.map(
    ([dimension], index) => `count(${quoteIdentifier(segmentColumn(dimension))}) AS segment${index}`,
  );
  const [row = {}] = await db.rows(`SELECT ${counts.join(', ')} FROM requests`);
  for (const [index, [dimension, path]] of segments.entries()) {
    if (row[`segment${index}`] === 0) throw await fieldNowhere(db, files, `requests.segments.${dimension}`, path);
  }
}

/** Whether the records are another system's, or lack a field altogether. */
async function unlikeCanary(log: LogSource): Promise<UserError | undefined> {
  const { db, files } = log;
  const absent = await absentField(log);
  if (absent === undefined) return undefined;
  const [file] = files;
  const looks = file === undefined ? undefined : await sniffFormat(db, file);
  if (file === undefined || looks === undefined || looks === 'canary')
    return await fieldNowhere(db, files, absent.key, absent.path);
  return unusableFile(
    `${file.path}: no record has the field ${absent.path}, and it looks like ${logFormatTraits[looks].title}`,
    {
      hint: `write under requests: format: ${looks}`,
    },
  );
}

async function absentField({ db, options, files }: LogSource): Promise<{ key: string; path: string } | undefined> {
  const required = requiredFields(options);
  const fields = wantedFields(options).filter(({ column }) => required.some((field) => field.column === column));
  const found = new Set<string>();
  for (const file of files) {
    const scan = await scanRecords(db, file, fields);
    const counts = required.map(({ column }) => `count(nullif(${column}, '')) AS ${column}`);
    const [row = {}] = await db.rows(`SELECT ${counts.join(', ')} FROM (${scan.sql})`);
    await scan.furtherUnreadable();
    for (const { column } of required) if (Number(row[column]) > 0) found.add(column);
  }
  const absent = required.find(({ column }) => !found.has(column));
  return absent === undefined ? undefined : { key: `requests.fields.${absent.field}`, path: absent.path };
}

/** The columns that every record needs, with the fields of the plan that say where they are. */
function requiredFields({ fields, input }: ReadOptions): { column: string; field: string; path: string }[] {
  const names = input ? (['id', 'timestamp', 'unit', 'input'] as const) : (['id', 'timestamp', 'unit'] as const);
  const plain = names.map((name) => ({ column: name, field: name, path: shownPaths(fields[name]) }));
  if (fields.served === undefined) return plain;
  return [...plain, { column: 'served_by', field: 'servedBy', path: fields.served.by }];
}

/** A field that no record has, with the nearest that the first record has. */
export async function fieldNowhere(
  db: Database,
  files: readonly RequestFile[],
  key: string,
  path: string,
): Promise<UserError> {
  const [file] = files;
  const names = file === undefined ? [] : await fieldNames(db, file);
  const nearest = names.toSorted((left, right) => distance(left, path) - distance(right, path))[0];
  const there = names.length === 0 ? 'the first record has no fields' : `the first record has ${names.join(', ')}`;
  return unusableFile(`${file?.path ?? 'the log'}: no record has the field ${path}, which ${key} names`, {
    hint: nearest === undefined ? there : `did you mean ${nearest}? (${there})`,
  });
}
