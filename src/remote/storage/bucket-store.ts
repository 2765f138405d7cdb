import { setTimeout as sleep } from 'node:timers/promises';
import { invalidInput, unusableFile } from '../../domain/errors.ts';
import type { ObjectStore } from '../../domain/remote/object-store.ts';
import type { StorageSettings } from '../../domain/remote/storage.ts';
import type { RemoteAccess } from '../http/access.ts';
import type { Answer } from '../http/call.ts';
import { askBucket } from './ask-bucket.ts';
import { type Bucket, type ObjectSource, objectSource } from './bucket.ts';
import { listAll } from './list.ts';

/** Another write to the same key is under way, which is over soon. */
const mostTries = 5;
const pauseMs = 200;

/**
 * The objects below a URL such as `s3://outcomes/intent`, as a store that many may write.
 * @throws UserError (exit 2) for a URL that is not a bucket, (exit 5) where it may not be asked
 */
export function bucketStore(
  access: RemoteAccess,
  url: string,
  settings: StorageSettings,
  signal: AbortSignal,
): ObjectStore {
  const { bucket, key } = writableSource(access, url, settings);
  const root = key === '' || key.endsWith('/') ? key : `${key}/`;
  const ask = (method: 'GET' | 'DELETE', name: string, permission: string): Promise<Answer> =>
    askBucket(access, bucket, { method, key: `${root}${name}`, signal, permission });
  const get = async (name: string): Promise<Buffer | undefined> => {
    const { status, body } = await ask('GET', name, permissionOf(bucket, 'Get'));
    return status === 404 ? undefined : body;
  };
  const write = (name: string, body: Uint8Array<ArrayBuffer>, isFirst = false) =>
    writeObject(access, { bucket, key: `${root}${name}` }, { body, isFirst, signal });
  return {
    name: `${bucket.name}/${root}`.replace(/\/$/u, ''),
    async list(prefix) {
      const found = await listAll(access, bucket, `${root}${prefix}`, signal);
      return found.map((object) => object.key.slice(root.length));
    },
    get,
    async put(name, bytes) {
      await write(name, bytes);
    },
    async putNew(name, bytes) {
      for (let tries = 1; tries <= mostTries; tries += 1) {
        // A server that knows no conditions would write over what is there.
        if ((await get(name)) !== undefined) return false;
        const status = await write(name, bytes, true);
        if (status < 300) return true;
        if (status === 412) return false;
        await sleep(pauseMs * tries);
      }
      throw unusableFile(`${bucket.name}/${root}${name} is being written by others all the time`, {
        hint: 'Run the command again.',
      });
    },
    async remove(name) {
      await ask('DELETE', name, permissionOf(bucket, 'Delete'));
    },
  };
}

/** Writes a text to the object of a URL, whether there is one or not. @throws UserError (exit 2 or 5) */
export async function putObject(
  access: RemoteAccess,
  url: string,
  { text, settings, signal }: { text: string; settings: StorageSettings; signal: AbortSignal },
): Promise<void> {
  const body = new Uint8Array(Buffer.from(text, 'utf8'));
  await writeObject(access, writableSource(access, url, settings), { body, isFirst: false, signal });
}

/** @throws UserError (exit 2) for what is not a bucket, (exit 5) where it may not be asked */
function writableSource(access: RemoteAccess, url: string, settings: StorageSettings): ObjectSource {
  if (/^https?:/u.test(url))
    throw invalidInput(`${url} is not a bucket that canary can write to`, { hint: 'Write s3://, gs:// or az://.' });
  return objectSource(access, url, settings);
}

/** @returns the status: below 300, or where it wants to be first 409 or 412 @throws UserError (exit 5) for any other */
async function writeObject(
  access: RemoteAccess,
  { bucket, key }: ObjectSource,
  { body, isFirst, signal }: { body: Uint8Array<ArrayBuffer>; isFirst: boolean; signal: AbortSignal },
): Promise<number> {
  const headers = { ...bucket.written, ...(isFirst ? bucket.ifNew : {}) };
  const permission = permissionOf(bucket, 'Put');
  const { status } = await askBucket(access, bucket, {
    method: 'PUT',
    key,
    headers,
    isFirst,
    body,
    permission,
    signal,
  });
  if (status === 404) throw unusableFile(`${bucket.name} does not exist`, { hint: 'Make the bucket first.' });
  if (status < 300 || isFirst) return status;
  throw unusableFile(`${bucket.name}/${key} cannot be written: status ${status}`);
}

function permissionOf({ vendor }: Bucket, action: 'Get' | 'Put' | 'Delete'): string {
  if (vendor === 's3') return `s3:${action}Object`;
  return {
    Get: 'permission to read objects',
    Put: 'permission to write objects',
    Delete: 'permission to delete objects',
  }[action];
}
