import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { seededRandom } from '../../fixtures/generator/random.mjs';

const LINES_PER_WRITE = 1000;
const REQUESTS_PER_USER = 10;
const FIRST = Date.parse('2026-11-01T00:00:00Z');
const labels = ['cancel', 'other', 'refund'];

/**
 * Writes a file of SageMaker data capture: of ten events six are a line of CSV, three an instance of JSON, and one is
 * encoded in Base64; an event takes about 520 bytes. The same seed writes the same bytes.
 *
 * @param {string} folder that the folders of endpoint, variant and hour are made in
 * @param {{ events: number, seed: number, variant: string }} options
 * @returns {Promise<string>} the file
 */
export async function writeSagemakerLog(folder, { events, seed, variant }) {
  const hour = path.join(folder, 'endpoint', variant, '2026/11/01/00');
  await mkdir(hour, { recursive: true });
  const file = path.join(hour, 'capture.jsonl');
  await pipeline(Readable.from(lines(seededRandom(seed), events)), createWriteStream(file));
  return file;
}

/**
 * @param {import('../../fixtures/generator/random.mjs').Random} random
 * @param {number} events
 */
function* lines(random, events) {
  let text = '';
  for (let index = 0; index < events; index += 1) {
    text += `${JSON.stringify(event(random, index, events))}\n`;
    if (index % LINES_PER_WRITE !== LINES_PER_WRITE - 1) continue;
    yield text;
    text = '';
  }
  yield text;
}

/**
 * @param {import('../../fixtures/generator/random.mjs').Random} random
 * @param {number} index
 * @param {number} events
 */
function event(random, index, events) {
  const features = Array.from({ length: 12 }, () => Math.round(1e4 * random.normal()) / 1e4);
  const label = random.pick(labels);
  const id = String(index).padStart(12, '0');
  const inferenceTime = new Date(FIRST + Math.floor((index / events) * 3_600_000)).toISOString().replace(/\.\d+/u, '');
  return {
    captureData: bodies(index % 10, features, label),
    eventMetadata: {
      eventId: `5f0c4e1b-93aa-4a77-8d2e-${id}`,
      customAttributes: [`user_id=u${random.index(Math.ceil(events / REQUESTS_PER_USER))};locale=de-DE`],
      inferenceTime,
      inferenceId: `r-${id}`,
    },
    eventVersion: '0',
  };
}

/**
 * @param {number} kind from 0 to 9
 * @param {readonly number[]} features
 * @param {string} label
 */
function bodies(kind, features, label) {
  if (kind < 6) return pair(features.join(','), `${label}\n`, 'CSV', 'text/csv');
  const input = JSON.stringify({ instances: [{ features }] });
  const output = JSON.stringify({ predictions: [label] });
  if (kind < 9) return pair(input, output, 'JSON', 'application/json');
  return pair(base64(input), base64(output), 'BASE64', null);
}

/**
 * @param {string} input
 * @param {string} output
 * @param {string} encoding
 * @param {string | null} observedContentType
 */
function pair(input, output, encoding, observedContentType) {
  return {
    endpointInput: { observedContentType, mode: 'INPUT', data: input, encoding },
    endpointOutput: { observedContentType, mode: 'OUTPUT', data: output, encoding },
  };
}

/** @param {string} text */
function base64(text) {
  return Buffer.from(text).toString('base64');
}
