import { createServer, type RequestListener, type Server } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { HttpEndpoint } from '../../../src/domain/endpoint.ts';
import type { Signature } from '../../../src/domain/registry.ts';
import { artifactSha256 } from '../../../src/models/artifact.ts';
import { loadHttpModel } from '../../../src/models/http/http-model.ts';
import { temporaryFolder, writeFiles } from '../fixtures/tiny-model.ts';
import { openEndpoint, said } from './http-spec.ts';
import { serve } from './loopback.ts';

const binary: Signature = { output: { kind: 'classification', labels: ['no', 'yes'] } };
const answer = JSON.stringify({ label: 'yes' });

function plain(url: string): HttpEndpoint {
  return { url, protocol: 'json', body: { x: '{{input}}' }, answer: { label: 'label' } };
}

async function listen(listener: RequestListener): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
}

test.each([
  ['gzip', gzipSync(answer)],
  ['deflate', deflateSync(answer)],
  ['br', brotliCompressSync(answer)],
])('an answer that a server compressed unasked with %s is read', async (encoding, body) => {
  const asked = new Set<string | string[] | undefined>();
  const { url } = await listen((request, response) => {
    asked.add(request.headers['accept-encoding']);
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(body);
  });
  const model = await openEndpoint(plain(url), { signature: binary });
  expect(said(await model.predict([1, 2]))).toEqual(['yes', 'yes']);
  expect([...asked]).toEqual(['identity']);
});

test.each([
  ['zstd', 'the answer has the content-encoding zstd, which canary does not know'],
  ['gzip', 'the answer has the content-encoding gzip, incorrect header check'],
])('what cannot be decompressed (%s) is a bad response that says so', async (encoding, detail) => {
  const { url } = await listen((request, response) => {
    request.resume();
    if (request.method === 'GET') response.end('hello');
    else response.writeHead(200, { 'content-encoding': encoding }).end('plain text');
  });
  const model = await openEndpoint(plain(url), { signature: binary });
  expect(await model.predict([1])).toEqual([{ ok: false, error: 'bad-response', detail }]);
});

test('an error whose text cannot be decompressed is the error that its status says', async () => {
  const { url } = await listen((request, response) => {
    request.resume();
    if (request.method === 'GET') response.end('hello');
    else response.writeHead(500, { 'content-encoding': 'zstd' }).end('no');
  });
  const model = await openEndpoint(plain(url), { signature: binary });
  const detail = 'status 500: the answer has the content-encoding zstd, which canary does not know';
  expect(await model.predict([1])).toEqual([{ ok: false, error: 'http-5xx', detail }]);
});

test('a byte order mark before an answer is passed over', async () => {
  const { url } = await serve(() => ({ text: `\uFEFF${answer}`, type: 'application/json' }));
  const model = await openEndpoint(plain(url), { signature: binary });
  expect(said(await model.predict([1]))).toEqual(['yes']);
});

test('a server that ends kept connections without a word fails no request', async () => {
  const { url } = await listen((request, response) => {
    request.resume();
    response.end(answer, () => setTimeout(() => request.socket.destroy(), 1));
  });
  const model = await openEndpoint(plain(url), { signature: binary });
  const outcomes = await model.predict(Array.from({ length: 300 }, (_, index) => index));
  expect(new Set(said(outcomes))).toEqual(new Set(['yes']));
});

test('a server that refuses a third of the requests at first fails none', async () => {
  const refused = new Set<string>();
  const { url } = await serve(({ method, body }) => {
    if (method === 'GET') return { text: 'hello' };
    if (JSON.parse(body).x % 3 !== 0 || refused.has(body)) return { text: answer };
    refused.add(body);
    return { text: 'busy', status: 503, headers: { 'retry-after': '0' } };
  });
  const model = await openEndpoint(plain(url), { signature: binary });
  const outcomes = await model.predict(Array.from({ length: 300 }, (_, index) => index));
  expect(new Set(said(outcomes))).toEqual(new Set(['yes']));
  expect(outcomes.reduce((sum, { retries = 0 }) => sum + retries, 0)).toBe(100);
});

test('what encoding costs the requests beside one is not the server’s time', async () => {
  const folder = writeFiles(temporaryFolder(), {
    'preprocess.mjs': `export const encode = (input) => {
      for (const end = performance.now() + 60; performance.now() < end; );
      return input;
    };`,
  });
  const { url } = await serve(() => ({ text: answer }));
  const model = await loadHttpModel(
    {
      version: '1.0.0',
      runtime: 'http',
      endpoint: plain(url),
      preprocess: { folder, sha256: await artifactSha256(folder) },
      signature: binary,
    },
    {},
    { timeoutMs: 700, concurrency: 16, pauseMs: 0 },
  );
  onTestFinished(() => model.close());
  const outcomes = await model.predict(Array.from({ length: 32 }, (_, index) => index));
  expect(new Set(said(outcomes))).toEqual(new Set(['yes']));
});
