/**
 * Replays inputs through versions of the fixtures' model, all at once, into a fresh outcome store; prints what it took.
 *
 *   node replay-requests.mjs INPUTS STORE VERSION...
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { replayVersions } from '../../dist/modules/replay/replay-version.js';
import { openDatabase } from '../../dist/modules/database/database.js';
import { fixtureModel } from '../data/fixture-models.mjs';

const [inputsFile = '', storeFolder = '', ...versions] = process.argv.slice(2);
const hostScript = fileURLToPath(new URL('../../bin/model-host.js', import.meta.url));

const db = await openDatabase({ tempFolder: path.join(storeFolder, 'spilled') });
const inputs = (await readFile(inputsFile, 'utf8')).trimEnd().split('\n');
await db.run('CREATE TABLE requests (seq BIGINT, input VARCHAR)');
await db.append('requests', [inputs.map((_, seq) => seq), inputs]);

const replays = await Promise.all(
  versions.map(async (version) => {
    const { folder, sha256, signature } = await fixtureModel(version);
    return {
      db,
      table: 'requests',
      requests: { files: [], order: '', fields: {} },
      spec: { version, runtime: 'tfjs', folder, signature },
      sha256,
      host: { hostScript, timeoutMs: 2000, batch: 64 },
      store: { folder: storeFolder, fresh: true },
      onProgress: () => {},
    };
  }),
);
const start = performance.now();
/** @type {import('../../src/replay/replay-version.ts').ReplayedVersion[]} */
const replayed = await replayVersions(replays, new AbortController().signal);
const seconds = (performance.now() - start) / 1000;

// A replay that failed its requests would be fast, and no replay.
const files = replayed.flatMap((one) => one.parts).map(({ path: file }) => `'${file.replaceAll("'", "''")}'`);
const [row] = await db.rows(`SELECT count(label) AS answered FROM read_parquet([${files.join(', ')}])`);
await db.close();
console.log(JSON.stringify({ seconds, answered: row?.['answered'], backend: replayed[0]?.backend }));
