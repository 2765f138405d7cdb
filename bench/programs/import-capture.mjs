/**
 * Imports SageMaker captures into the table of requests, as `canary evaluate` does before it judges.
 *
 *   node import-capture.mjs FOLDER VARIANT [input]     with `input`, the decoded inputs are kept as for a replay
 */
import path from 'node:path';

import { logFormatTraits } from '../../dist/modules/domain/log/log-format.js';
import { openDatabase } from '../../dist/modules/database/database.js';
import { readRequests } from '../../dist/modules/requests/read-requests.js';

const [folder = '', variant = '', input] = process.argv.slice(2);
const db = await openDatabase({ tempFolder: path.join(folder, 'spill') });
const { totals } = await readRequests(db, {
  format: 'sagemaker-capture',
  folder,
  files: ['endpoint/**/*.jsonl'],
  fields: { ...logFormatTraits['sagemaker-capture'].fields, unit: 'eventMetadata.customAttributes.user_id' },
  segments: { locale: 'eventMetadata.customAttributes.locale' },
  recorded: { baseline: '1.0.0' },
  servedAs: { [variant]: 'baseline' },
  input: input === 'input',
  ordered: input === 'input',
});
console.log(JSON.stringify(totals));
await db.close();
