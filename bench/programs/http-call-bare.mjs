/**
 * Sends requests to a server as a careful person would without canary: undici, connections that are kept, so many at
 * once; every answer is parsed and its best label kept in memory. Prints what it took.
 *
 *   node http-call-bare.mjs URL REQUESTS CONCURRENCY
 */
import { Pool } from 'undici';

const [address = '', requests = '', concurrency = ''] = process.argv.slice(2);
const url = new URL(address);
const pool = new Pool(url.origin, { connections: Number(concurrency) });
/** @type {{ label: number, score: number }[]} */
const predictions = [];
let next = 0;

const start = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, client));
const seconds = (performance.now() - start) / 1000;
await pool.close();
console.log(JSON.stringify({ seconds, answered: predictions.length }));

async function client() {
  while (next < Number(requests)) {
    const index = next++;
    const response = await pool.request({
      method: 'POST',
      path: url.pathname,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ features: [index % 10, 1, 2, 3] }),
    });
    /** @type {any} */
    const { probabilities } = await response.body.json();
    const score = Math.max(...probabilities);
    predictions[index] = { label: probabilities.indexOf(score), score };
  }
}
