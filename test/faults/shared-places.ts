import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isUtf8 } from 'node:buffer';
import { elementsOf } from '../../src/remote/storage/ask-bucket.ts';

/** Where the hosts of one run keep their store. */
export interface SharedPlace {
  /** As `--store` names it. */
  readonly store: string;
  readonly env: Readonly<Record<string, string>>;
  /** The paths of its files, whole ones and others. */
  files(): Promise<readonly string[]>;
  read(file: string): Promise<Buffer>;
  write(file: string, bytes: Buffer): Promise<void>;
  /** Fills its disk, where it has one. @returns what frees it */
  fill?(): () => void;
  remove(): void;
}

/** A folder on a small disk of its own. */
export function folderPlace(folder: string): SharedPlace {
  mkdirSync(folder);
  mountSmallDisk(folder, '24m');
  return {
    store: folder,
    env: {},
    files: () =>
      Promise.resolve(
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)),
      ),
    read: (file) => Promise.resolve(readFileSync(join(folder, file))),
    write: (file, bytes) => Promise.resolve(writeFileSync(join(folder, file), bytes)),
    fill: () => fillDisk(join(folder, 'filler')),
    remove: () => void spawnSync('umount', ['-l', folder]),
  };
}

const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

/** A prefix of a bucket on a server of this machine. @param host the address at which the hosts reach it */
export function bucketPlace(port: number, host: string, prefix: string): SharedPlace {
  const urlOf = (path: string) => `http://127.0.0.1:${port}/out/${path}`;
  return {
    store: `s3://out/${prefix}`,
    env: { ...keys, AWS_ENDPOINT_URL: `http://${host}:${port}` },
    async files() {
      const answer = await fetch(urlOf(`?list-type=2&prefix=${prefix}/`));
      return elementsOf(await answer.text(), 'Key').map((key) => key.slice(prefix.length + 1));
    },
    async read(file) {
      return Buffer.from(await (await fetch(urlOf(`${prefix}/${file}`))).arrayBuffer());
    },
    async write(file, bytes) {
      await fetch(urlOf(`${prefix}/${file}`), { method: 'PUT', body: new Uint8Array(bytes) });
    },
    remove: () => undefined,
  };
}

/** A folder on a disk that is full. @returns what takes it away */
export function onFullDisk(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  mountSmallDisk(folder, '64k');
  fillDisk(join(folder, 'filler'));
  return () => void spawnSync('umount', ['-l', folder]);
}

/** Alters a byte of a file of rows that is whole, if there is one. @returns its path */
export async function flipByte(place: SharedPlace, below: (limit: number) => number): Promise<string | undefined> {
  const whole = (await place.files()).filter((name) => /\/[^./]+\.[\da-f]{16}\.parquet$/u.test(name)).toSorted();
  const file = whole[below(Math.max(1, whole.length))];
  const bytes = file === undefined ? undefined : await place.read(file);
  // It may be gone by now.
  if (file === undefined || bytes === undefined || bytes.length === 0 || isUtf8(bytes)) return undefined;
  const at = below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await place.write(file, bytes);
  return file;
}

function mountSmallDisk(folder: string, size: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  if (status !== 0) throw new Error(String(stderr));
}

function fillDisk(file: string): () => void {
  const filler = openSync(file, 'w');
  try {
    for (const block of [2 ** 16, 2 ** 12]) {
      try {
        for (;;) writeSync(filler, Buffer.alloc(block));
      } catch {
        // There is no room for another block.
      }
    }
  } finally {
    closeSync(filler);
  }
  return () => rmSync(file, { force: true });
}
