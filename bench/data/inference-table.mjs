import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { seededRandom } from '../../fixtures/generator/random.mjs';

const REQUESTS_PER_USER = 10;
const LINES_PER_WRITE = 1000;
const FIRST = Date.parse('2026-11-01T00:00:00Z');
const labels = ['cancel', 'other', 'refund'];

/**
 * Writes an inference table in which two versions answered the same requests, a line each. The same seed writes the same bytes.
 *
 * @param {string} folder
 * @param {{ lines: number, seed: number, versions: readonly [string, string] }} options
 * @returns {Promise<string>} the file
 */
export async function writeInferenceTable(folder, { lines, seed, versions }) {
  const file = path.join(folder, 'payload.jsonl');
  await pipeline(Readable.from(texts(seededRandom(seed), lines, versions)), createWriteStream(file));
  return file;
}

/**
 * @param {import('../../fixtures/generator/random.mjs').Random} random
 * @param {number} lines
 * @param {readonly [string, string]} versions
 */
function* texts(random, lines, versions) {
  const requests = Math.floor(lines / versions.length);
  let text = '';
  for (let index = 0; index < requests; index += 1) {
    const request = {
      user: `u${random.index(Math.ceil(requests / REQUESTS_PER_USER))}`,
      truth: random.pick(labels),
      amount: Math.round(1e4 * random.normal()) / 100,
    };
    const came = new Date(FIRST + index * 1000).toISOString();
    for (const version of versions) text += `${JSON.stringify(row(random, { index, came, request, version }))}\n`;
    if (index % LINES_PER_WRITE !== LINES_PER_WRITE - 1) continue;
    yield text;
    text = '';
  }
  yield text;
}

/**
 * @param {import('../../fixtures/generator/random.mjs').Random} random
 * @param {{ index: number, came: string, request: Readonly<Record<string, unknown>>, version: string }} call
 */
function row(random, { index, came, request, version }) {
  const failed = random.index(100) === 0;
  const answer = { predictions: [{ label: random.pick(labels), score: 0.5 + random.index(50) / 100 }] };
  return {
    databricks_request_id: `${version}-${index}`,
    client_request_id: `c-${index}`,
    request_time: came,
    status_code: failed ? 503 : 200,
    execution_duration_ms: 20 + random.index(40),
    request: JSON.stringify({ dataframe_records: [request] }),
    response: JSON.stringify(failed ? { error_code: 'UNAVAILABLE' } : answer),
    served_entity_id: version,
  };
}
