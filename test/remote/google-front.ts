import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { existsSync } from 'node:fs';
import { listening } from '../fixtures/listening.ts';
import { freePort, startServer } from '../routing/real-server.ts';

/** github.com/fsouza/fake-gcs-server, which `.ci/run` builds. */
const emulator = new URL('gcs/.built/fake-gcs-server', import.meta.url).pathname;

export const isGoogleThere = existsSync(emulator);

/** Most objects of one page of a list, as of GCS. */
const pageSize = 1000;

/** Starts the emulator. @param seed a folder with a folder of objects for each bucket @returns its address, and what ends it */
export async function startGoogle(seed?: string): Promise<{ readonly endpoint: string; readonly stop: () => void }> {
  const port = await freePort();
  const place = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-public-host', `127.0.0.1:${port}`];
  const data = seed === undefined ? [] : ['-data', seed];
  const server = await startServer(emulator, [...place, '-backend', 'memory', '-log-level', 'error', ...data], port);
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => void server.kill('SIGKILL') };
}

/**
 * What the emulator lacks of GCS's XML API, said in its JSON API, which has it: writes and their conditions, pages of a list, conditions of reads. It takes requests of one HMAC
 * key alone, whose signature nobody verifies. Generations, and which of two writers is first, are the emulator's.
 */
export async function googleFront(
  to: string,
  keyId: string,
): Promise<{ readonly endpoint: string; readonly pages: () => number; readonly stop: () => void }> {
  let pages = 0;
  const server = createServer((request, response) => {
    if (request.url?.includes('list-type=2') === true) pages += 1;
    answer(to, keyId, request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  const endpoint = await listening(server);
  return {
    endpoint,
    pages: () => pages,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(to: string, keyId: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', headers } = request;
  if (headers.authorization?.startsWith(`GOOG4-HMAC-SHA256 Credential=${keyId}/`) !== true) {
    response.writeHead(403).end('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>');
    return;
  }
  const url = new URL(request.url ?? '/', to);
  const [, bucket = '', ...names] = url.pathname.split('/');
  const key = names.join('/');
  const generation = headers['x-goog-if-generation-match'];
  if (method === 'PUT') {
    const body = Buffer.concat(await request.toArray());
    const { status } = await (key === '' ? makeBucket(to, bucket) : upload(to, bucket, key, body, generation));
    response.writeHead(status).end();
    return;
  }
  if (method === 'GET' && key === '') {
    response.end(await listed(to, bucket, url.searchParams));
    return;
  }
  const range = headers.range === undefined ? {} : { range: headers.range };
  const found = await fetch(url, { method, headers: range });
  if (generation !== undefined && found.headers.get('x-goog-generation') !== generation) {
    response.writeHead(found.status === 404 ? 404 : 412).end();
    return;
  }
  response.writeHead(found.status, Object.fromEntries(found.headers));
  response.end(Buffer.from(await found.arrayBuffer()));
}

async function makeBucket(to: string, name: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return await fetch(`${to}/storage/v1/b`, { method: 'POST', headers, body: JSON.stringify({ name }) });
}

/** @param key as a path of a URL has it */
async function upload(
  to: string,
  bucket: string,
  key: string,
  body: Buffer,
  generation: string | string[] | undefined,
): Promise<Response> {
  const condition = generation === undefined ? '' : `&ifGenerationMatch=${String(generation)}`;
  const name = encodeURIComponent(decodeURIComponent(key));
  const url = `${to}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}${condition}`;
  return await fetch(url, { method: 'POST', body: new Uint8Array(body) });
}

interface Listed {
  readonly items?: readonly {
    readonly name: string;
    readonly size: string;
    readonly etag: string;
    readonly generation: string;
    readonly updated: string;
  }[];
  readonly nextPageToken?: string;
}

async function listed(to: string, bucket: string, asked: URLSearchParams): Promise<string> {
  const query = new URLSearchParams({ prefix: asked.get('prefix') ?? '', maxResults: String(pageSize) });
  const token = asked.get('continuation-token');
  if (token !== null) query.set('pageToken', Buffer.from(token, 'base64').toString('utf8'));
  const { items = [], nextPageToken }: Listed = await (await fetch(`${to}/storage/v1/b/${bucket}/o?${query}`)).json();
  const contents = items.map(
    ({ name, size, etag, generation, updated }) =>
      `<Contents><Key>${encodeURIComponent(name)}</Key><Generation>${generation}</Generation><LastModified>${updated}</LastModified><ETag>"${etag}"</ETag><Size>${size}</Size></Contents>`,
  );
  const next =
    nextPageToken === undefined || nextPageToken === ''
      ? '<IsTruncated>false</IsTruncated>'
      : `<IsTruncated>true</IsTruncated><NextContinuationToken>${Buffer.from(nextPageToken).toString('base64')}</NextContinuationToken>`;
  return `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType>${next}${contents.join('')}</ListBucketResult>`;
}
