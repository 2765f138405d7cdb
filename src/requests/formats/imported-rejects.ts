import type { LogSource } from '../table/live-split.ts';
import { shownPaths } from '../../domain/log/field-paths.ts';
import { countOf } from '../../domain/format-number.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import type { ReadOptions } from '../values/read-options.ts';
import { examplesEach, rejectReasons, type RejectReason } from '../table/reject-reason.ts';
import { createRequestTable } from '../table/request-table.ts';
import { importers } from './importers.ts';

/** A record of a serving system's log that was left out; its id says where it is, since its lines may be in several files. */
export interface ImportedReject {
  readonly reason: RejectReason;
  readonly file: string;
  readonly why: string;
}

/** The first records that are left out, in the order of their ids, three for each reason. Reads the log once more, into the table `requests`. */
export async function importedRejects(log: LogSource): Promise<readonly ImportedReject[]> {
  const { db, options, files } = log;
  await createRequestTable(db, options);
  await importers[options.format].importFiles(log);
  const rows = await db.rows(`SELECT file, reason, id FROM requests WHERE reason <> 0
    QUALIFY row_number() OVER (PARTITION BY reason ORDER BY file, id) <= ${examplesEach} ORDER BY reason, file, id`);
  return rows.flatMap(({ file, reason: code, id }) => {
    const reason = rejectReasons[Number(code) - 1];
    if (reason === undefined) return [];
    const record = id === null || id === undefined ? 'a line without an id' : String(id);
    return [{ reason, file: files[Number(file)]?.path ?? '', why: `${record}: ${explained(options, reason)}` }];
  });
}

/** The reasons with their counts, most first, and what to do about the first of them. */
export function rejectionSummary(
  options: ReadOptions,
  facts: readonly RequestFileFacts[],
): { readonly reasons: string; readonly hint: string } {
  const counts = rejectReasons
    .map((reason) => ({ reason, count: facts.reduce((sum, { rejected }) => sum + (rejected[reason] ?? 0), 0) }))
    .filter(({ count }) => count > 0)
    .toSorted((left, right) => right.count - left.count);
  const [most] = counts;
  return {
    reasons: counts.map(({ reason, count }) => `${reason} ${count}`).join(', '),
    hint: most === undefined ? '' : `${countOf(most.count, 'record')}: ${explained(options, most.reason)}`,
  };
}

function explained({ format, fields }: ReadOptions, reason: RejectReason): string {
  const { title } = logFormatTraits[format];
  const meanings: Partial<Record<RejectReason, string>> = {
    unreadable: `it is not a record of ${title}`,
    'bad-payload': 'a body does not match its encoding, or holds no request',
    'batch-mismatch': 'the requests of a batch and its answers, or its labels, differ in number',
    'unknown-request': 'a response whose request is not in the log',
    'backwards-clock': 'its response is earlier than its request',
    'missing-id': `it has no ${shownPaths(fields.id)}`,
    'missing-timestamp': `it has no ${shownPaths(fields.timestamp)}; requests.fields.timestamp says where the time is, such as in a logged header`,
    'bad-timestamp': `${shownPaths(fields.timestamp)} is not a time`,
    'missing-unit': `it has no ${shownPaths(fields.unit)}, which requests.fields.unit names`,
    'missing-input': 'it has no input to replay',
    'missing-served-by': 'it does not say which version answered',
    'other-version': 'neither version answered it; requests.versions says which version a name is',
    'bad-outcome': 'its answer is not a prediction; requests.fields.prediction says where an answer keeps it',
    'conflicting-copies': 'other lines of the same id say something else',
  };
  return meanings[reason] ?? reason;
}
