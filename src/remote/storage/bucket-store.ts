import { setTimeout as sleep } from 'node:timers/promises';
import { invalidInput, unusableFile } from '../../domain/errors.ts';
import type { ObjectStore } from '../../domain/remote/object-store.ts';
import type { StorageSettings } from '../../domain/remote/storage.ts';
import type { RemoteAccess } from '../http/access.ts';
import type { Answer } from '../http/call.ts';
import { askBucket, type BucketCall } from './ask-bucket.ts';
import { type Bucket, objectSource } from './bucket.ts';
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
  if (/^https?:/u.test(url))
    throw invalidInput(`${url} is not a bucket that canary can write to`, { hint: 'Write s3://, gs:// or az://.' });
  const { bucket, key } = objectSource(access, url, settings);
  const root = key === '' || key.endsWith('/') ? key : `${key}/`;
  const ask = (call: Omit<BucketCall, 'permission' | 'signal'>, permission: string): Promise<Answer> =>
    askBucket(access, bucket, { ...call, key: `${root}${call.key}`, signal, permission });
  const get = async (name: string): Promise<Buffer | undefined> => {
    const { status, body } = await ask({ method: 'GET', key: name }, permissionOf(bucket, 'Get'));
    return status === 404 ? undefined : body;
  };
  const write = async (name: string, body: Uint8Array<ArrayBuffer>, condition: Readonly<Record<string, string>>) => {
    const headers = { ...(bucket.vendor === 'az' ? { 'x-ms-blob-type': 'BlockBlob' } : {}), ...condition };
    const answer = await ask({ method: 'PUT', key: name, headers, body }, permissionOf(bucket, 'Put'));
    if (answer.status === 404) throw unusableFile(`${bucket.name} does not exist`, { hint: 'Make the bucket first.' });
    return answer.status;
  };
  return {
    name: `${bucket.name}/${root}`.replace(/\/$/u, ''),
    async list(prefix) {
      const found = await listAll(access, bucket, `${root}${prefix}`, signal);
      return found.map((object) => object.key.slice(root.length));
    },
    get,
    async put(name, bytes) {
      const status = await write(name, bytes, {});
      if (status >= 300) throw unusableFile(`${bucket.name}/${root}${name} cannot be written: status ${status}`);
    },
    async putNew(name, bytes) {
      for (let tries = 1; tries <= mostTries; tries += 1) {
        // A server that knows no conditions would write over what is there.
        if ((await get(name)) !== undefined) return false;
        const status = await write(name, bytes, { 'if-none-match': '*' });
        if (status < 300) return true;
        if (status === 412) return false;
        await sleep(pauseMs * tries);
      }
      throw unusableFile(`${bucket.name}/${root}${name} is being written by others all the time`, {
        hint: 'Run the command again.',
      });
    },
    async remove(name) {
      await ask({ method: 'DELETE', key: name }, permissionOf(bucket, 'Delete'));
    },
  };
}

function permissionOf({ vendor }: Bucket, action: 'Get' | 'Put' | 'Delete'): string {
  if (vendor === 's3') return `s3:${action}Object`;
  return {
    Get: 'permission to read objects',
    Put: 'permission to write objects',
    Delete: 'permission to delete objects',
  }[action];
}
