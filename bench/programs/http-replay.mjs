/**
 * Replays requests through a version on a server into a fresh outcome store; prints what it took, without the time that
 * starting takes: the server knows no version that is loaded.
 *
 *   node http-replay.mjs URL REQUESTS CONCURRENCY STORE
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { replayVersions } from '../../dist/modules/replay/replay-version.js';
import { openDatabase } from '../../dist/modules/database/database.js';

const [url = '', requests = '', concurrency = '', storeFolder = ''] = process.argv.slice(2);
const hostScript = fileURLToPath(new URL('../../bin/model-host.js', import.meta.url));

const db = await openDatabase({ tempFolder: path.join(storeFolder, 'spilled') });
const seqs = Array.from({ length: Number(requests) }, (_, seq) => seq);
await db.run('CREATE TABLE requests (seq BIGINT, input VARCHAR)');
await db.append('requests', [seqs, seqs.map((seq) => JSON.stringify([seq % 10, 1, 2, 3]))]);

let start = 0;
const [replayed] = await replayVersions(
  [
    {
      db,
      table: 'requests',
      requests: { files: [], order: '', fields: {} },
      spec: {
        version: '1.0.0',
        runtime: 'http',
        endpoint: { url, protocol: 'json', body: { features: '{{input}}' }, answer: { scores: 'probabilities' } },
        signature: { output: { kind: 'classification', labels: ['a', 'b', 'c'] } },
      },
      sha256: '',
      host: { hostScript, timeoutMs: 2000, batch: 64, concurrency: Number(concurrency) },
      store: { folder: storeFolder, fresh: true },
      onProgress: () => {
        // The first report comes when the process has started and the server has answered it.
        start ||= performance.now();
      },
    },
  ],
  new AbortController().signal,
);
const seconds = (performance.now() - start) / 1000;
const files = (replayed?.parts ?? []).map(({ path: file }) => `'${file.replaceAll("'", "''")}'`);
const [row] = await db.rows(`SELECT count(label) AS answered FROM read_parquet([${files.join(', ')}])`);
await db.close();
console.log(JSON.stringify({ seconds, answered: row?.['answered'] }));
