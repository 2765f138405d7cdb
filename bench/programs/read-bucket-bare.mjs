/**
 * Lists a bucket and fetches its objects into a folder as a careful person would without canary: signed by the same library, so many at once, each written
 * to a file. Prints what it took.
 *
 *   node read-bucket-bare.mjs ENDPOINT CONCURRENCY FOLDER
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { AwsClient } from 'aws4fetch';

const [endpoint = '', concurrency = '', folder = ''] = process.argv.slice(2);
const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 's', service: 's3', region: 'us-east-1' };
const client = new AwsClient(keys);

const start = performance.now();
/** @type {string[]} */
const names = [];
for (let token = '', isLast = false; !isLast;) {
  const response = await signed(`/logs/?list-type=2&prefix=${token === '' ? '' : `&continuation-token=${token}`}`);
  const xml = await response.text();
  for (const [, name = ''] of xml.matchAll(/<Key>([^<]*)<\/Key>/gu)) names.push(name);
  const [, next] = /<NextContinuationToken>([^<]*)</u.exec(xml) ?? [];
  token = next ?? '';
  isLast = next === undefined;
}
let next = 0;
let fetched = 0;
await Promise.all(Array.from({ length: Number(concurrency) }, fetchSome));
console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000, fetched }));

async function fetchSome() {
  while (next < names.length) {
    const name = names[next++] ?? '';
    const response = await signed(`/logs/${name}`);
    await writeFile(path.join(folder, name), new Uint8Array(await response.arrayBuffer()));
    fetched += 1;
  }
}

/** @param {string} where */
async function signed(where) {
  const url = `${endpoint}${where}`;
  const { headers } = await client.sign(url);
  return await fetch(url, { headers });
}
