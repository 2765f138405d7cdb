/**
 * A server of so many objects of so many bytes that speaks as much of S3 as reading takes: a list by pages, HEAD, and GET with ranges; prints its address.
 *
 *   node object-server.mjs OBJECTS BYTES
 */
import { createServer } from 'node:http';

const [objects = '', bytes = ''] = process.argv.slice(2);
const body = Buffer.alloc(Number(bytes), '{"request_id":"r1","user_id":"u1","input":"where is my parcel"}\n');
const etag = '"d41d8cd98f00b204e9800998ecf8427e"';
const pageSize = 1000;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://localhost');
  const [, , key = ''] = url.pathname.split('/');
  if (key === '') return void response.end(page(Number(url.searchParams.get('continuation-token') ?? 0)));
  const [, from = '0', to = String(body.length - 1)] = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '') ?? [];
  const part = body.subarray(Number(from), Number(to) + 1);
  response.writeHead(request.headers.range === undefined ? 200 : 206, { etag, 'content-length': part.length });
  response.end(request.method === 'HEAD' ? undefined : part);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
});

/** @param {number} start */
function page(start) {
  const end = Math.min(start + pageSize, Number(objects));
  const keys = Array.from(
    { length: end - start },
    (_, index) => `part-${String(start + index).padStart(6, '0')}.jsonl`,
  );
  const contents = keys.map(
    (key) => `<Contents><Key>${key}</Key><Size>${body.length}</Size><ETag>${etag}</ETag></Contents>`,
  );
  const next = end < Number(objects) ? `<NextContinuationToken>${end}</NextContinuationToken>` : '';
  return `<ListBucketResult>${next}${contents.join('')}</ListBucketResult>`;
}
