import type { LogFormat } from '../../domain/log/log-format.ts';
import { azureCollector } from './azure-collector.ts';
import type { RequestImporter, FileReading } from './importer.ts';
import { evaluationRuns, promptfoo } from './evaluations.ts';
import { inferenceTable } from './inference-table.ts';
import { kserveLogger } from './kserve-logger.ts';
import { sagemakerCapture } from './sagemaker-capture.ts';
import { tfServing } from './tf-serving.ts';
import { vertexLog } from './vertex-log.ts';
import type { Database } from '../../database/database.ts';
import { fileError } from '../files/file-error.ts';
import { scanRecords } from '../files/scan-records.ts';
import { type ReadOptions, wantedFields } from '../values/read-options.ts';
import type { RequestFile } from '../files/request-files.ts';
import { insertRecords } from '../table/request-table.ts';

/** Canary's own records: each line is one request, and the plan's fields say where it keeps what. */
const canaryRecords: RequestImporter = {
  importFiles: async ({ db, options, files }) => {
    const readings: FileReading[] = [];
    for (const [index, file] of files.entries()) readings.push(await readFile(db, options, file, index));
    return readings;
  },
};

/** The importer of each format. */
export const importers: Readonly<Record<LogFormat, RequestImporter>> = {
  canary: canaryRecords,
  'sagemaker-capture': sagemakerCapture,
  'kserve-logger': kserveLogger,
  'inference-table': inferenceTable,
  'tf-serving': tfServing,
  'vertex-log': vertexLog,
  'azure-collector': azureCollector,
  promptfoo,
  'eval-runs': evaluationRuns,
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
