import { stat } from 'node:fs/promises';
import type { NewestRequest } from '../../domain/log/newest-request.ts';
import { urlOfObjectPath } from '../../domain/remote/storage.ts';
import type { Database } from '../../database/database.ts';
import type { RequestFile } from '../files/request-files.ts';
import { spanOf } from './request-totals.ts';

const accepted = '(SELECT file, "at" FROM requests WHERE reason = 0)';

/**
 * The newest request of each file that has any, without those that are far from all others. Those outside of the time that is read count too.
 * @param files by the table's column `file`
 */
export async function newestRequests(db: Database, files: readonly RequestFile[]): Promise<readonly NewestRequest[]> {
  const { last } = await spanOf(db, accepted);
  if (last === null) return [];
  const rows = await db.columns(`SELECT file, epoch_ms(max("at"))::DOUBLE AS newest FROM ${accepted}
    WHERE epoch_ms("at") <= ${Date.parse(last)} GROUP BY file ORDER BY file`);
  const newest = rows.numbers('newest');
  const found: NewestRequest[] = [];
  for (const [row, index] of rows.numbers('file').entries()) {
    const file = files[index];
    if (file === undefined) continue;
    found.push({ path: file.path, at: new Date(newest[row] ?? 0).toISOString(), ...(await writingOf(file)) });
  }
  return found;
}

/** Asked once the file was read, so that what was appended meanwhile is no request of the future. Of an object its server knows. */
async function writingOf({ absolutePath }: RequestFile): Promise<Pick<NewestRequest, 'written'>> {
  if (urlOfObjectPath(absolutePath) !== undefined) return {};
  return { written: (await stat(absolutePath)).mtime.toISOString() };
}
