import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const CONCURRENCY = 8;
const MIB = 2 ** 20;
/** A log that is shipped every minute, and one of a day in few parts. */
const logs = [
  { objects: 2000, bytes: 64 * 2 ** 10 },
  { objects: 12, bytes: 48 * MIB },
];
const serve = fileURLToPath(new URL('programs/object-server.mjs', import.meta.url));
const read = fileURLToPath(new URL('programs/read-bucket.mjs', import.meta.url));
const readBare = fileURLToPath(new URL('programs/read-bucket-bare.mjs', import.meta.url));

/**
 * Bytes per second from an S3 server of this machine into files, list included, against a bare client with as many requests at once. Neither side counts
 * its own start.
 *
 * @param {{ pairs: number }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function buckets({ pairs }) {
  const comparisons = [];
  for (const log of logs) comparisons.push(await readLog(log, pairs));
  return comparisons;
}

/**
 * @param {{ objects: number, bytes: number }} log
 * @param {number} pairs
 */
async function readLog({ objects, bytes }, pairs) {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-bucket-'));
  const server = spawn(process.execPath, [serve, String(objects), String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [endpoint] = await once(createInterface({ input: server.stdout }), 'line');
    const side = async (/** @type {string} */ script) => {
      const place = await mkdtemp(path.join(folder, 'side-'));
      const { outputs, ...usage } = await runMeasured([[script, String(endpoint), String(CONCURRENCY), place]]);
      await rm(place, { recursive: true });
      const { seconds, fetched } = JSON.parse(outputs[0] ?? '');
      if (fetched !== objects) throw new Error(`${fetched} of ${objects} objects were fetched`);
      return { ...usage, value: (objects * bytes) / MIB / seconds };
    };
    const sides = { canary: () => side(read), reference: () => side(readBare) };
    const size = bytes < MIB ? `${bytes / 2 ** 10} KiB` : `${bytes / MIB} MiB`;
    const name = `${objects} objects of ${size} from an S3 server, ${CONCURRENCY} at once`;
    const targets = [{ ratioAtLeast: 0.8 }];
    return await compare({ name, unit: 'MiB/s', reference: 'a bare client', targets }, pairs, sides);
  } finally {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}
