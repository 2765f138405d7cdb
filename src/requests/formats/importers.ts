import type { LogFormat } from '../../domain/log/log-format.ts';
import { azureCollector } from './azure-collector.ts';
import type { RequestImporter, FileReading } from './importer.ts';
import { evaluationRuns, promptfoo } from './evaluations.ts';
import { inferenceTable } from './inference-table.ts';
import { kserveLogger } from './kserve-logger.ts';
import { sagemakerCapture } from './sagemaker-capture.ts';
import { tfServing } from './tf-serving.ts';
import { vertexLog } from './vertex-log.ts';
import { KeptFile, type KeptRows } from '../kept/read-kept.ts';
import type { LogSource } from '../table/live-split.ts';
import { fileError } from '../files/file-error.ts';
import { scanRecords } from '../files/scan-records.ts';
import { wantedFields } from '../values/read-options.ts';
import type { RequestFile } from '../files/request-files.ts';
import { insertRecords } from '../table/request-table.ts';

/** Canary's own records: each line is one request, and the plan's fields say where it keeps what. */
const canaryRecords: RequestImporter = {
  importFiles: async (log, kept) => {
    const readings: FileReading[] = [];
    for (const [index, file] of log.files.entries()) readings.push(await readFile(log, kept, file, index));
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

async function readFile(
  log: LogSource,
  rows: KeptRows | undefined,
  file: RequestFile,
  index: number,
): Promise<FileReading> {
  const { db, options } = log;
  try {
    const scan = await scanRecords(db, file, wantedFields(options), { decimal: options.decimal });
    const kept = KeptFile.of(log, rows, index, scan.sql);
    const restored = await kept?.restore();
    if (restored !== undefined) return { furtherUnreadable: restored, notes: scan.notes };
    await insertRecords(db, options, { sql: scan.sql, file: index });
    const furtherUnreadable = await scan.furtherUnreadable();
    await kept?.keep(furtherUnreadable);
    return { furtherUnreadable, notes: scan.notes };
  } catch (error) {
    throw fileError(file, error);
  }
}
