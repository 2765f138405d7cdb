import { unusableFile } from '../../domain/errors.ts';
import type { RemoteAccess } from '../http/access.ts';
import { askBucket, elementsOf } from './ask-bucket.ts';
import type { Bucket, ObjectSource, ObjectState } from './bucket.ts';
import { objectPattern } from './pattern.ts';

/** One state of an object. */
export interface StoredObject extends ObjectState {
  readonly bucket: Bucket;
  readonly key: string;
  /** As the source names it: `s3://logs/2026/a.jsonl`. */
  readonly url: string;
  readonly bytes: number;
  /** When the server says that it was last written, ISO 8601; absent where it does not say. */
  readonly written?: string | undefined;
}

/** More pages than any log; a server that always names another one must end. */
const mostPages = 100_000;

/** The objects that a source names, by key. @throws UserError (exit 5) where there is none, saying what was looked at */
export async function listObjects(
  access: RemoteAccess,
  { bucket, key }: ObjectSource,
  signal: AbortSignal,
): Promise<readonly StoredObject[]> {
  const { prefix, matches, isOne } = objectPattern(key);
  if (isOne || bucket.vendor === 'https') {
    const object = await headOf(access, bucket, key, signal);
    if (object !== undefined) return [object];
    throw unusableFile(`requests.source: there is no object ${bucket.name}/${key}`, {
      hint: 'Check the spelling; names are case-sensitive.',
    });
  }
  const listed = await listAll(access, bucket, prefix, signal);
  const found = listed.filter((object) => matches(object.key) && object.bytes > 0);
  if (found.length > 0) return found.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  throw unusableFile(`requests.source: no object of ${bucket.name} matches ${key}`, {
    hint: `${listed.length} keys begin with ${prefix === '' ? 'anything' : prefix}${listed[0] === undefined ? '' : `, the first is ${listed[0].key}`}.`,
  });
}

/** The state of an object now; undefined where there is none. @throws UserError (exit 5) */
export async function headOf(
  access: RemoteAccess,
  bucket: Bucket,
  key: string,
  signal: AbortSignal,
): Promise<StoredObject | undefined> {
  const permission = bucket.vendor === 's3' ? 's3:GetObject' : 'permission to read objects';
  const { status, headers } = await askBucket(access, bucket, { method: 'HEAD', key, permission, signal });
  if (status === 404) return undefined;
  const bytes = Number(headers.get('content-length') ?? Number.NaN);
  const generation = headers.get('x-goog-generation') ?? undefined;
  const [etag, written] = [headers.get('etag') ?? '', isoTime(headers.get('last-modified'))];
  return { bucket, key, url: `${bucket.name}/${key}`, bytes, etag, generation, written };
}

/** The objects whose keys begin so, as the server lists them. @throws UserError (exit 5) */
export async function listAll(
  access: RemoteAccess,
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly StoredObject[]> {
  const found: StoredObject[] = [];
  let next: string | undefined;
  const seen = new Set<string>();
  for (let page = 0; page < mostPages; page += 1) {
    const query = bucket.vendor === 'az' ? azureQuery(prefix, next) : s3Query(prefix, next);
    const permission = bucket.vendor === 's3' ? 's3:ListBucket' : 'permission to list objects';
    const { status, body } = await askBucket(access, bucket, { method: 'GET', key: '', query, permission, signal });
    if (status === 404) throw unusableFile(`${bucket.name} does not exist`, { hint: 'Check the spelling.' });
    const xml = body.toString('utf8');
    found.push(...(bucket.vendor === 'az' ? azureObjects(bucket, xml) : s3Objects(bucket, xml)));
    next = nextPage(bucket, xml);
    if (next === undefined) break;
    if (seen.has(next)) throw unreadableList(bucket, 'it names the same next page again and again');
    seen.add(next);
  }
  return found;
}

/**
 * What the next page of a list is asked by; undefined after the last one.
 * @throws UserError (exit 5) for a list that is cut, or that goes on without saying where: a part of a log is not the log
 */
function nextPage(bucket: Bucket, xml: string): string | undefined {
  const isAzure = bucket.vendor === 'az';
  if (!xml.trimEnd().endsWith(isAzure ? '</EnumerationResults>' : '</ListBucketResult>'))
    throw unreadableList(bucket, 'it has no end');
  const next = elementsOf(xml, isAzure ? 'NextMarker' : 'NextContinuationToken')[0];
  if (next !== undefined && next !== '') return next;
  if (elementsOf(xml, 'IsTruncated')[0] === 'true')
    throw unreadableList(bucket, 'it says that there is more, but not how to ask for it');
  return undefined;
}

function unreadableList({ name }: Bucket, why: string): Error {
  return unusableFile(`${name} answered with a list of objects that cannot be used: ${why}`, {
    hint: "Does the endpoint support ListObjectsV2, or Azure's list of blobs? If not, copy the log to a folder.",
  });
}

function s3Query(prefix: string, next: string | undefined): Record<string, string> {
  const base = { 'list-type': '2', 'encoding-type': 'url', prefix };
  return next === undefined ? base : { ...base, 'continuation-token': next };
}

function s3Objects(bucket: Bucket, xml: string): StoredObject[] {
  return xml
    .split('<Contents>')
    .slice(1)
    .flatMap((part) => {
      const names = ['Key', 'Size', 'ETag', 'Generation', 'LastModified'];
      const [key, size, etag = '', generation, modified] = names.map((name) => elementsOf(part, name)[0]);
      if (key === undefined || size === undefined) throw unreadableList(bucket, 'an object has no name or no size');
      const plain = xml.includes('<EncodingType>url</EncodingType>') ? decodedKey(bucket, key) : key;
      const state = { etag: quoted(etag), generation, written: isoTime(modified) };
      return [{ bucket, key: plain, url: `${bucket.name}/${plain}`, bytes: Number(size), ...state }];
    });
}

function decodedKey(bucket: Bucket, key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw unreadableList(bucket, `a name is not encoded as it says: ${key.slice(0, 100)}`);
  }
}

function azureQuery(prefix: string, marker: string | undefined): Record<string, string> {
  const base = { comp: 'list', prefix };
  return marker === undefined ? base : { ...base, marker };
}

function azureObjects(bucket: Bucket, xml: string): StoredObject[] {
  return xml
    .split('<Blob>')
    .slice(1)
    .flatMap((part) => {
      const names = ['Name', 'Content-Length', 'Etag', 'Last-Modified'];
      const [key, size, etag = '', modified] = names.map((name) => elementsOf(part, name)[0]);
      if (key === undefined || size === undefined) throw unreadableList(bucket, 'a blob has no plain name or no size');
      const state = { etag: quoted(etag), written: isoTime(modified) };
      return [{ bucket, key, url: `${bucket.name}/${key}`, bytes: Number(size), ...state }];
    });
}

/** A time as a server writes it, of which there are two spellings. */
function isoTime(written: string | null | undefined): string | undefined {
  const ms = Date.parse(written ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** Some listings leave out the quotes that a response has. */
function quoted(etag: string): string {
  return etag === '' || /^(?:W\/)?"/u.test(etag) ? etag : `"${etag}"`;
}
