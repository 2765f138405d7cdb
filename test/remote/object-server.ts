import { listening } from '../fixtures/listening.ts';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

type Vendor = 's3' | 'gs';

/** What the server does with a request instead of answering it; undefined to answer. */
type Instead = (request: IncomingMessage, response: ServerResponse, key: string) => boolean | undefined;

/**
 * A server of objects on loopback that speaks as much of S3 as canary asks for, with the conditions and ranges that emulators leave out: list with
 * continuation, HEAD, GET with Range and If-Match, PUT with If-None-Match, DELETE. It takes any signature, and keeps those it got.
 * @param vendor whose conditions it enforces
 */
export async function objectServer(instead: Instead = () => undefined, { vendor = 's3' }: { vendor?: Vendor } = {}) {
  const objects = vendor === 's3' ? new Map<string, Buffer>() : new GenerationMap();
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
      if (objects instanceof GenerationMap) return objects.answer(key, url.searchParams, request, response, parts);
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
  const endpoint = await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint, objects, requests, signatures };
}

/**
 * What GCS does otherwise than S3 behind its XML API, as far as fake-gcs-server does not: each write is a new generation, writes know no condition on ETags, and
 * headers of both vendors in one request are refused, as is a signature that is not Google's.
 */
class GenerationMap extends Map<string, Buffer> {
  readonly #generations = new Map<string, number>();
  #last = 1_700_000_000_000_000;

  override set(key: string, bytes: Buffer): this {
    this.#generations.set(key, ++this.#last);
    return super.set(key, bytes);
  }

  override delete(key: string): boolean {
    this.#generations.delete(key);
    return super.delete(key);
  }

  answer(
    key: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
    parts: Buffer[],
  ): void {
    const names = Object.keys(request.headers);
    const signature =
      /^GOOG4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/auto\/storage\/goog4_request, SignedHeaders=(\S+), Signature=[\da-f]{64}$/u;
    const [, signed] = signature.exec(request.headers.authorization ?? '') ?? [];
    const unsigned = names.filter((name) => name.startsWith('x-goog-') && !signed?.split(';').includes(name));
    if (names.some((name) => name.startsWith('x-amz-'))) return refuse(response, 400, 'ExcessHeaderValues');
    if (signed === undefined || unsigned.length > 0) return refuse(response, 403, 'SignatureDoesNotMatch');
    const wanted = request.headers['x-goog-if-generation-match'];
    const generation = this.#generations.get(key) ?? 0;
    if (wanted !== undefined && Number(wanted) !== generation) return refuse(response, 412, 'PreconditionFailed');
    if (request.method === 'PUT') {
      if (request.headers['if-none-match'] !== undefined) return refuse(response, 501, 'NotImplemented');
      this.set(key, Buffer.concat(parts));
      return void response.writeHead(200, { 'x-goog-generation': String(this.#last) }).end();
    }
    if (request.method === 'DELETE') {
      this.delete(key);
      return void response.writeHead(204).end();
    }
    if (key === '') return void response.writeHead(200).end(listing(this, query, this.#generations));
    if (this.has(key)) response.setHeader('x-goog-generation', String(generation));
    answer(this.get(key), request, response);
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function listing(
  objects: ReadonlyMap<string, Buffer>,
  query: URLSearchParams,
  generations: ReadonlyMap<string, number> = new Map(),
): string {
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).toSorted();
  const start = Number(query.get('continuation-token') ?? 0);
  const page = keys.slice(start, start + 1000);
  const next =
    start + page.length < keys.length ? `<NextContinuationToken>${start + page.length}</NextContinuationToken>` : '';
  const contents = page.map((key) => {
    const bytes = objects.get(key) ?? Buffer.alloc(0);
    const generation = generations.has(key) ? `<Generation>${generations.get(key)}</Generation>` : '';
    return `<Contents>${generation}<Key>${encodeURIComponent(key)}</Key><Size>${bytes.length}</Size><ETag>${etagOf(bytes).replaceAll('"', '&quot;')}</ETag></Contents>`;
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
