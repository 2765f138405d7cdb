import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const REQUESTS = 10_000;
const CONCURRENCY = 16;
const serve = fileURLToPath(new URL('programs/http-server.mjs', import.meta.url));
const replay = fileURLToPath(new URL('programs/http-replay.mjs', import.meta.url));
const callBare = fileURLToPath(new URL('programs/http-call-bare.mjs', import.meta.url));

/**
 * Requests per second to a server of this machine, through replay and into the outcome store, against a bare loop of
 * undici with as many requests at once. Neither side counts its own start.
 *
 * @param {{ pairs: number }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function httpThroughput({ pairs }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-http-'));
  const server = spawn(process.execPath, [serve], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [url] = await once(createInterface({ input: server.stdout }), 'line');
    const load = [String(url), String(REQUESTS), String(CONCURRENCY)];
    const side = async (/** @type {string[]} */ script) => {
      const { outputs, ...usage } = await runMeasured([script]);
      const { seconds, answered } = JSON.parse(outputs[0] ?? '');
      if (answered !== REQUESTS) throw new Error(`${answered} of ${REQUESTS} requests were answered`);
      return { ...usage, value: REQUESTS / seconds };
    };
    const sides = {
      canary: async () => {
        const store = await mkdtemp(path.join(folder, 'store-'));
        return await side([replay, ...load, store]);
      },
      reference: () => side([callBare, ...load]),
    };
    const name = `${REQUESTS} requests over HTTP, ${CONCURRENCY} at once`;
    const targets = [{ ratioAtLeast: 0.7 }];
    return [await compare({ name, unit: 'requests/s', reference: 'a bare loop of undici', targets }, pairs, sides)];
  } finally {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}
