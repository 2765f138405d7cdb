import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../../domain/errors.ts';
import type { ObjectStore } from '../../domain/remote/object-store.ts';
import { readTextFile } from '../../files/read-file.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { PartBucket } from './part-bucket.ts';
import { PartFolder, textOf } from './part-folder.ts';
import { ownedName } from '../../files/owned-name.ts';
import { type Parts, unfinishedPrefix, unwritable } from './parts.ts';

/** Where a folder keeps what tells it from others. */
const identityFile = 'store.id';

/** Where a store lies. */
export interface StoreLocation {
  /** A folder, made if it is not there; for objects the folder of this machine that keeps what was fetched. */
  readonly folder: string;
  /** Set where the store is in a bucket. */
  readonly objects?: ObjectStore | undefined;
}

/** A store as its parts and texts, whether it lies in a folder or in a bucket. Paths are of names joined by `/`. */
export interface StorePlace {
  readonly name: string;
  /** The names of the folders directly below a path. @throws UserError (exit 5) when they cannot be read */
  folders(path: string): Promise<readonly string[]>;
  /** The parts directly below a path. @throws UserError (exit 5) when they cannot be read */
  parts(path: string): Promise<Parts>;
  /** A text; undefined where there is none. @throws UserError (exit 5) when it cannot be read */
  readText(path: string): Promise<string | undefined>;
  /** Tells this store from every other, wherever it is mounted; the first that asks makes it up. @throws UserError (exit 5) */
  identity(): Promise<string>;
  /** Writes a text, whole or not at all. @throws UserError (exit 5) when it cannot be written */
  writeText(path: string, text: string): Promise<void>;
}

export function placeOf({ folder, objects }: StoreLocation): StorePlace {
  return objects === undefined ? folderPlace(folder) : bucketPlace(objects, folder);
}

function folderPlace(folder: string): StorePlace {
  return {
    name: folder,
    async folders(path) {
      const whole = join(folder, path);
      try {
        await mkdir(whole, { recursive: true });
        const entries = await readdir(whole, { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
      } catch (error) {
        throw systemErrorCode(error) === undefined ? error : unwritable(whole, error);
      }
    },
    parts: (path) => PartFolder.open(join(folder, path)),
    readText: (path) => textOf(join(folder, path)),
    async identity() {
      return (await this.readText(identityFile)) ?? (await newIdentity(folder));
    },
    async writeText(path, text) {
      const file = join(folder, path);
      try {
        await mkdir(dirname(file), { recursive: true });
        await replaceFile(file, text);
      } catch (error) {
        throw systemErrorCode(error) === undefined ? error : unwritable(dirname(file), error);
      }
    },
  };
}

/** Makes up what tells a folder from others; of two that do so at once the first decides. */
async function newIdentity(folder: string): Promise<string> {
  const temporary = join(folder, ownedName(unfinishedPrefix));
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, randomUUID());
    await link(temporary, join(folder, identityFile));
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    if (systemErrorCode(error) !== 'EEXIST') throw unwritable(folder, error);
  } finally {
    await rm(temporary, { force: true });
  }
  return await readTextFile(join(folder, identityFile));
}

function bucketPlace(objects: ObjectStore, cache: string): StorePlace {
  return {
    name: objects.name,
    async folders(path) {
      const keys = await objects.list(`${path}/`);
      const below = keys.map((key) => key.slice(path.length + 1).split('/'));
      return [...new Set(below.flatMap(([name = '', ...rest]) => (rest.length === 0 ? [] : [name])))];
    },
    parts: (path) => PartBucket.open(objects, path, join(cache, path)),
    readText: async (path) => (await objects.get(path))?.toString('utf8'),
    identity: () => Promise.resolve(objects.name),
    writeText: (path, text) => objects.put(path, new Uint8Array(Buffer.from(text))),
  };
}
