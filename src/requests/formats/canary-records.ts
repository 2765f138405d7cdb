import type { Database } from '../../database/database.ts';
import { fileError } from '../files/file-error.ts';
import { scanRecords } from '../files/scan-records.ts';
import { type ReadOptions, wantedFields } from '../values/read-options.ts';
import type { RequestFile } from '../files/request-files.ts';
import { insertRecords } from '../table/request-table.ts';
import type { FileReading, RequestImporter } from './importer.ts';

/** Canary's own records: each line is one request, and the plan's fields say where it keeps what. */
export const canaryRecords: RequestImporter = {
  importFiles: async (db, options, files) => {
    const readings: FileReading[] = [];
    for (const [index, file] of files.entries()) readings.push(await readFile(db, options, file, index));
    return readings;
  },
};

async function readFile(db: Database, options: ReadOptions, file: RequestFile, index: number): Promise<FileReading> {
  try {
    const scan = await scanRecords(db, file, wantedFields(options), { decimal: options.decimal });
    await insertRecords(db, options, { sql: scan.sql, file: index });
    return { furtherUnreadable: await scan.furtherUnreadable(), notes: scan.notes };
  } catch (error) {
    throw fileError(file, error);
  }
}
