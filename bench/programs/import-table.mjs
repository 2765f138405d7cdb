/**
 * Imports an inference table of two versions into the table of requests, as `canary evaluate` does before it judges.
 *
 *   node import-table.mjs FOLDER BASELINE CANDIDATE
 */
import path from 'node:path';

import { openDatabase } from '../../dist/modules/database/database.js';
import { logFormatTraits } from '../../dist/modules/domain/log/log-format.js';
import { readRequests } from '../../dist/modules/requests/read-requests.js';

const [folder = '', baseline = '', candidate = ''] = process.argv.slice(2);
const labels = ['cancel', 'other', 'refund'];
const db = await openDatabase({ tempFolder: path.join(folder, 'spill') });
const { totals } = await readRequests(db, {
  format: 'inference-table',
  folder,
  files: ['payload.jsonl'],
  fields: { ...logFormatTraits['inference-table'].fields, unit: 'input.user', label: 'input.truth' },
  segments: {},
  recorded: { baseline, candidate },
  servedAs: { [baseline]: 'baseline', [candidate]: 'candidate' },
  labels: { baseline: labels, candidate: labels },
  input: false,
  ordered: false,
});
console.log(JSON.stringify(totals));
await db.close();
