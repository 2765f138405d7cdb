import { digestRequestFile, type DigestedFile, type FileDigest } from './files/file-digest.ts';
import type { RequestFile } from './files/request-files.ts';
import type { FileReading } from './formats/importer.ts';
import { importers } from './formats/importers.ts';
import { openKeptRows } from './kept/read-kept.ts';
import type { LogSource } from './table/live-split.ts';

/** A file of a log that was read, and what it is. */
export interface DigestedReading extends FileReading {
  readonly file: RequestFile;
  readonly digest: FileDigest;
}

/** Brings the files of a log into the table `requests`, and digests them on this thread while DuckDB reads them on others. @throws UserError (exit 5) */
export async function readAndDigest(log: LogSource): Promise<DigestedReading[]> {
  const kept = await openKeptRows(log);
  const digested = digestInTurn(log.files, kept?.names.map(({ bytes }) => bytes) ?? []);
  const digestOf = async (index: number) => await (digested[index] ?? Promise.reject(new RangeError('no such file')));
  const [digests, readings] = await Promise.allSettled([
    Promise.all(digested),
    importers[log.options.format].importFiles(log, kept === undefined ? undefined : { ...kept, digestOf }),
  ]);
  // A damaged file fails on both sides; the digest knows better what is wrong with it.
  if (digests.status === 'rejected') throw digests.reason;
  if (readings.status === 'rejected') throw readings.reason;
  return log.files.map((file, index) => {
    const digest = digests.value[index]?.digest;
    const reading = readings.value[index];
    if (digest === undefined || reading === undefined) throw new RangeError('a file was not read');
    return { file, digest, ...reading };
  });
}

/** Digests one file after the other, each with the beginnings of those lengths that it may have. */
function digestInTurn(files: readonly RequestFile[], lengths: readonly number[]): Promise<DigestedFile>[] {
  let turn: Promise<unknown> = Promise.resolve();
  return files.map((file) => {
    const own = turn.then(() =>
      digestRequestFile(
        file,
        lengths.filter((length) => length <= file.bytes),
      ),
    );
    turn = own;
    return own;
  });
}
