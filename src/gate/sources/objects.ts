import { join, resolve } from 'node:path';
import { unusableFile, UserError } from '../../domain/errors.ts';
import { formatCount } from '../../domain/format-number.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import type { NewestRequest } from '../../domain/log/newest-request.ts';
import { isObjectSource, type StorageSettings } from '../../domain/remote/storage.ts';
import { objectSource } from '../../remote/storage/bucket.ts';
import { putObject } from '../../remote/storage/bucket-store.ts';
import { type FetchedObject, fetchObjects } from '../../remote/storage/fetch-objects.ts';
import { headOf, listObjects, type StoredObject } from '../../remote/storage/list.ts';
import { datedSources } from '../../remote/storage/pattern.ts';
import { type FileChange, changeOf } from '../rollout/request-prefix.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { requireOwn, workFolder } from '../rollout/work-folder.ts';
import type { World } from '../world.ts';

const defaultConcurrency = 8;

/** A rollout whose sources are all files of this machine, and the objects that they are from. */
export interface WithObjects<R> {
  readonly rollout: R;
  readonly objects: readonly FetchedObject[];
}

/**
 * Fetches the objects that a plan's source names, and puts their files in its place. What was fetched in the same state before is not fetched again.
 * @param isToCome whether there may be none yet; the source then stays what it is
 * @throws UserError (exit 5) where there is none, or one cannot be had
 */
export async function withObjects<R extends Pick<Rollout, 'plan' | 'folder'>>(
  world: World,
  rollout: R,
  isToCome = false,
): Promise<WithObjects<R>> {
  try {
    return await fetched(world, rollout);
  } catch (error) {
    if (!isToCome || !(error instanceof UserError)) throw error;
    return { rollout, objects: [] };
  }
}

async function fetched<R extends Pick<Rollout, 'plan' | 'folder'>>(world: World, rollout: R): Promise<WithObjects<R>> {
  const { plan, folder } = rollout;
  const { source, storage = {}, from, to } = plan.requests;
  const wanted = source.filter(isObjectSource);
  if (wanted.length === 0) return { rollout, objects: [] };
  const listed: StoredObject[] = [];
  for (const written of wanted) listed.push(...(await listSource(world, datedSources(written, from, to), storage)));
  const total = listed.reduce((sum, { bytes }) => sum + (Number.isNaN(bytes) ? 0 : bytes), 0);
  if (storage.maxBytes !== undefined && total > storage.maxBytes) {
    throw unusableFile(
      `requests.source: ${formatCount(listed.length)} objects are ${formatCount(total)} bytes together, more than storage.maxBytes allows`,
      { hint: 'Name fewer objects, for instance by dates, or raise maxBytes.' },
    );
  }
  const cache =
    storage.cache === undefined ? join(workFolder(world, folder), 'objects') : resolve(folder, storage.cache);
  // What is kept there is read without being fetched.
  requireOwn(cache);
  const objects = await fetchObjects(world.permissions, listed, {
    cache,
    concurrency: storage.concurrency ?? defaultConcurrency,
    signal: world.signal,
    progress: (done, all) => world.progress.report('fetching objects', done, all),
  });
  world.progress.finish();
  const files = [...source.filter((each) => !isObjectSource(each)), ...objects.map(({ path }) => path)];
  return { rollout: { ...rollout, plan: { ...plan, requests: { ...plan.requests, source: files } } }, objects };
}

/** Of a template of dates, a day without objects is no mistake, but all of them without any is. */
async function listSource(
  world: World,
  sources: readonly string[],
  storage: StorageSettings,
): Promise<readonly StoredObject[]> {
  const found: StoredObject[] = [];
  let nothing: unknown;
  for (const source of sources) {
    try {
      found.push(
        ...(await listObjects(world.permissions, objectSource(world.permissions, source, storage), world.signal)),
      );
    } catch (error) {
      if (sources.length === 1 || !(error instanceof Error) || !error.message.startsWith('requests.source: no object'))
        throw error;
      nothing = error;
    }
  }
  if (found.length === 0 && nothing !== undefined) throw nothing;
  return found;
}

/** What was read of files, with the states of the objects that they are. */
export function withEtags(
  files: readonly RequestFileFacts[],
  objects: readonly FetchedObject[],
): readonly RequestFileFacts[] {
  const etags = new Map(objects.map(({ url, etag }) => [url, etag]));
  return files.map((file) => {
    const etag = etags.get(file.path) ?? '';
    return etag === '' ? file : { ...file, etag };
  });
}

/** The newest requests of files, with when the objects among them were last written. */
export function withWritings(
  newest: readonly NewestRequest[],
  objects: readonly FetchedObject[],
): readonly NewestRequest[] {
  const writings = new Map(objects.map(({ url, written }) => [url, written]));
  return newest.map((request) => {
    const written = writings.get(request.path);
    return written === undefined ? request : { ...request, written };
  });
}

/** What became of a file or an object since it was read. An object is the same as long as its ETag is. */
export async function changeOfSource(
  world: World,
  { folder, plan }: Pick<Rollout, 'folder' | 'plan'>,
  facts: RequestFileFacts,
): Promise<FileChange> {
  if (!isObjectSource(facts.path)) return await changeOf(folder, facts);
  if (!world.permissions.run || facts.etag === undefined) return 'absent';
  const { bucket, key } = objectSource(world.permissions, facts.path, plan.requests.storage ?? {});
  const now = await headOf(world.permissions, bucket, key, world.signal);
  if (now === undefined) return 'absent';
  return now.etag === facts.etag && now.bytes === facts.bytes ? 'same' : 'changed';
}

/** The place that is in a bucket, if it is. */
export function bucketOf(place: string | undefined): string | undefined {
  return place !== undefined && isObjectSource(place) ? place : undefined;
}

/** Writes a text to an object. @throws UserError (exit 2 or 5) */
export async function writeText(
  world: World,
  url: string,
  text: string,
  settings: StorageSettings = {},
): Promise<void> {
  await putObject(world.permissions, url, { text, settings, signal: world.signal });
}
