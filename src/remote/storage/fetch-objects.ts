import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { objectPath } from '../../domain/remote/storage.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import type { RemoteAccess } from '../http/access.ts';
import { askBucket } from './ask-bucket.ts';
import { headOf, type StoredObject } from './list.ts';

const partPrefix = '.part-';
const rangeBytes = 16 * 2 ** 20;

/** An object that is a file now. */
export interface FetchedObject {
  readonly url: string;
  readonly etag: string;
  readonly path: string;
  /** When its server says that it was last written, ISO 8601; absent where it does not say. */
  readonly written?: string | undefined;
}

/** How many objects are under way at once, and who is told how far it is. */
export interface Fetching {
  readonly cache: string;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** Fetches each object that is not kept in its present state yet. @throws UserError (exit 5) */
export async function fetchObjects(
  access: RemoteAccess,
  objects: readonly StoredObject[],
  fetching: Fetching,
): Promise<readonly FetchedObject[]> {
  const fetched: FetchedObject[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < objects.length; index = next++) {
      const object = objects[index];
      if (object === undefined) return;
      fetched[index] = await fetchObject(access, object, fetching);
      fetching.progress(index + 1, objects.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(fetching.concurrency, objects.length) }, work));
  return fetched;
}

/** What tells a state of an object from every other. */
export function objectIdentity({ url, etag, bytes }: Pick<StoredObject, 'url' | 'etag' | 'bytes'>): string {
  return createHash('sha256')
    .update(JSON.stringify([url, etag, bytes]))
    .digest('hex');
}

async function fetchObject(
  access: RemoteAccess,
  object: StoredObject,
  fetching: Fetching,
  isAgain = false,
): Promise<FetchedObject> {
  const path = objectPath(fetching.cache, objectIdentity(object), object.url);
  // Without an ETag nobody can say that it is the same as it was.
  if (object.etag !== '' && (await sizeOf(path)) === object.bytes)
    return { url: object.url, etag: object.etag, path, written: object.written };
  const folder = dirname(path);
  const part = `${folder}/${ownedName(partPrefix)}`;
  await kept(object.url, folder, async () => {
    const made = await mkdir(folder, { recursive: true });
    if (made === undefined) await sweepAbandoned(folder, partPrefix);
  });
  let isKept = false;
  try {
    const isWhole = await writeRanges(access, object, part, fetching.signal);
    if (isWhole) await kept(object.url, folder, () => rename(part, path));
    isKept = isWhole;
  } finally {
    if (!isKept) await rm(part, { force: true });
  }
  if (isKept) return { url: object.url, etag: object.etag, path, written: object.written };
  const now = isAgain ? undefined : await headOf(access, object.bucket, object.key, fetching.signal);
  if (now !== undefined) return await fetchObject(access, now, fetching, true);
  throw unusableFile(`${object.url} changed while it was read`, {
    hint: 'Name objects that are no longer written to.',
  });
}

/** Does work on the folder of an object. @throws UserError (exit 5) that names the object where the file system refuses it */
async function kept(url: string, folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    throw unusableFile(`${url} cannot be kept in ${folder}: ${messageOf(error)}`, {
      hint: 'Name another folder with storage.cache; copy an object to another key if its name is too long for a file.',
      cause: error,
    });
  }
}

/** @returns whether the object stayed as it was */
async function writeRanges(
  access: RemoteAccess,
  object: StoredObject,
  part: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { bucket, key, bytes, etag } = object;
  const file = await open(part, 'w');
  try {
    for (let start = 0; start < bytes || (start === 0 && Number.isNaN(bytes));) {
      const isOne = Number.isNaN(bytes) || bytes <= rangeBytes;
      const end = Math.min(start + rangeBytes, bytes) - 1;
      const headers = {
        ...(isOne ? {} : { range: `bytes=${start}-${end}` }),
        ...bucket.ifState(object),
      };
      const permission = bucket.vendor === 's3' ? 's3:GetObject' : 'permission to read objects';
      const answer = await askBucket(access, bucket, { method: 'GET', key, headers, permission, signal });
      if (answer.status === 404 || answer.status === 412) return false;
      const now = answer.headers.get('etag') ?? etag;
      const wanted = isOne ? bytes : end - start + 1;
      const isCut = !Number.isNaN(wanted) && answer.body.byteLength !== wanted;
      // A server that knows no conditions shows the change in what it sends.
      if ((etag !== '' && now !== etag) || isCut) return false;
      await file.write(answer.body);
      start += answer.body.byteLength;
      if (isOne) return true;
    }
    return true;
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}
