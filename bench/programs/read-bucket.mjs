/**
 * Lists a bucket and fetches its objects into a folder as canary does; prints what it took, without the start.
 *
 *   node read-bucket.mjs ENDPOINT CONCURRENCY FOLDER
 */
import { objectSource } from '../../dist/modules/remote/storage/bucket.js';
import { fetchObjects } from '../../dist/modules/remote/storage/fetch-objects.js';
import { listObjects } from '../../dist/modules/remote/storage/list.js';

const [endpoint = '', concurrency = '', cache = ''] = process.argv.slice(2);
const access = { run: true, environment: { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 's' } };
const { signal } = new AbortController();

const start = performance.now();
const listed = await listObjects(access, objectSource(access, 's3://logs/*.jsonl', { endpoint }), signal);
const fetching = { cache, concurrency: Number(concurrency), signal, progress: () => undefined };
const fetched = await fetchObjects(access, listed, fetching);
console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000, fetched: fetched.length }));
