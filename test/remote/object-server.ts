import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

/** What the server does with a request instead of answering it; undefined to answer. */
type Instead = (request: IncomingMessage, response: ServerResponse, key: string) => boolean | undefined;

/**
 * A server of objects on loopback that speaks as much of S3 as canary asks for, with the conditions and ranges that emulators leave out: list with
 * continuation, HEAD, GET with Range and If-Match, PUT with If-None-Match, DELETE. It takes any signature, and keeps those it got.
 */
export async function objectServer(instead: Instead = () => undefined) {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const signatures: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, , ...names] = url.pathname.split('/');
    const key = decodeURIComponent(names.join('/'));
    requests.push(`${request.method} ${key} ${request.headers.range ?? ''}`.trim());
    signatures.push(request.headers.authorization ?? '');
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => void parts.push(part));
    request.on('end', () => {
      if (instead(request, response, key) === true) return;
      const isKept = request.headers['if-none-match'] === '*' && objects.has(key);
      if (request.method === 'DELETE') {
        objects.delete(key);
        response.writeHead(204).end();
      } else if (request.method === 'PUT' && isKept) response.writeHead(412).end();
      else if (request.method === 'PUT') {
        objects.set(key, Buffer.concat(parts));
        response.writeHead(200).end();
      } else if (key === '') response.writeHead(200).end(listing(objects, url.searchParams));
      else answer(objects.get(key), request, response);
    });
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { endpoint: `http://127.0.0.1:${address.port}`, objects, requests, signatures };
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function listing(objects: ReadonlyMap<string, Buffer>, query: URLSearchParams): string {
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).toSorted();
  const start = Number(query.get('continuation-token') ?? 0);
  const page = keys.slice(start, start + 1000);
  const next =
    start + page.length < keys.length ? `<NextContinuationToken>${start + page.length}</NextContinuationToken>` : '';
  const contents = page.map((key) => {
    const bytes = objects.get(key) ?? Buffer.alloc(0);
    return `<Contents><Key>${encodeURIComponent(key)}</Key><Size>${bytes.length}</Size><ETag>${etagOf(bytes).replaceAll('"', '&quot;')}</ETag></Contents>`;
  });
  return `<ListBucketResult><EncodingType>url</EncodingType>${next}${contents.join('')}</ListBucketResult>`;
}

function answer(bytes: Buffer | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (bytes === undefined) return void response.writeHead(404).end();
  const etag = etagOf(bytes);
  const wanted = request.headers['if-match'];
  if (wanted !== undefined && wanted !== etag) return void response.writeHead(412).end();
  const [, from, to] = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '') ?? [];
  const part = from === undefined ? bytes : bytes.subarray(Number(from), Number(to) + 1);
  response.writeHead(from === undefined ? 200 : 206, { etag, 'content-length': part.length });
  response.end(request.method === 'HEAD' ? undefined : part);
}
