import { messageOf, unusableFile, UserError } from '../../domain/errors.ts';
import { containerOf } from '../containers/containers.ts';
import type { RequestFile } from './request-files.ts';

const tooLargeHint =
  'shorten what takes a megabyte in a record, such as long answers; otherwise name fewer columns in requests.segments, or split the log';

/** What DuckDB says of a file or of the disk is the user's to mend; what it says of the query is a bug and stays one. */
export function fileError(file: RequestFile, error: unknown): unknown {
  const { path } = file;
  const reason = /^(?:Invalid Input|Invalid|IO|Conversion|Serialization|Out of Memory) Error: ([^\n]+)/u.exec(
    messageOf(error),
  )?.[1];
  if (error instanceof UserError || reason === undefined) return error;
  if (reason.includes('maximum_object_size')) {
    return unusableFile(`${path}: a line is longer than 16 MiB, the most that a record may take`, {
      hint: 'check that each record ends with a line end, or leave out what is so large',
      cause: error,
    });
  }
  if (reason.includes('state machine')) {
    return unusableFile(`${path}: the lines end in different ways, so rows cannot be told apart`, {
      hint: 'write every line end as \\n, for instance with dos2unix, and the log as UTF-8',
      cause: error,
    });
  }
  const hint = reason.includes('allocate') ? { hint: tooLargeHint } : {};
  return unusableFile(`${path}: cannot be read as ${containerOf(file).name}: ${reason}`, { ...hint, cause: error });
}
