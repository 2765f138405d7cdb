import type { LogFormat } from '../../domain/log/log-format.ts';
import { azureCollector } from './azure-collector.ts';
import { canaryRecords } from './canary-records.ts';
import type { RequestImporter } from './importer.ts';
import { inferenceTable } from './inference-table.ts';
import { kserveLogger } from './kserve-logger.ts';
import { sagemakerCapture } from './sagemaker-capture.ts';
import { tfServing } from './tf-serving.ts';
import { vertexLog } from './vertex-log.ts';

/** The importer of each format. */
export const importers: Readonly<Record<LogFormat, RequestImporter>> = {
  canary: canaryRecords,
  'sagemaker-capture': sagemakerCapture,
  'kserve-logger': kserveLogger,
  'inference-table': inferenceTable,
  'tf-serving': tfServing,
  'vertex-log': vertexLog,
  'azure-collector': azureCollector,
};
