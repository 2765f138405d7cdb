import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

const mebibyte = 2 ** 20;

/** Most bytes of a text that a person writes or reads: a plan, its bases, a registry, evidence. No honest one comes near this. */
export const mostTextBytes = 64 * mebibyte;

/** Opening a pipe that nobody writes to, or a device, must not wait. */
const readFlags = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The bytes of a regular file, following links.
 * @param mostBytes more than this is refused; the file may grow while it is read.
 * @throws Error for a folder, pipe, socket or device, whose reading may never end, and for a file that is too large; what the file system throws.
 */
export async function readRegularFile(path: string, mostBytes: number): Promise<Buffer> {
  const file = await open(path, readFlags);
  try {
    requireRegular(await file.stat(), mostBytes);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of file.createReadStream({ autoClose: false, start: 0, end: mostBytes })) {
      const bytes: Buffer = chunk;
      size += bytes.length;
      if (size > mostBytes) throw tooLarge(mostBytes);
      chunks.push(bytes);
    }
    return Buffer.concat(chunks, size);
  } finally {
    await file.close();
  }
}

/** The text (UTF-8) of a regular file. @throws as `readRegularFile` */
export async function readTextFile(path: string): Promise<string> {
  return (await readRegularFile(path, mostTextBytes)).toString('utf8');
}

/** As `readTextFile`, for readers that cannot wait. */
export function readTextFileSync(path: string): string {
  const file = openSync(path, readFlags);
  try {
    requireRegular(fstatSync(file), mostTextBytes);
    const chunks: Buffer[] = [];
    for (let size = 0; ;) {
      const chunk = Buffer.alloc(mebibyte);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks).toString('utf8');
      size += read;
      if (size > mostTextBytes) throw tooLarge(mostTextBytes);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

/** @throws Error that says what it is instead of a regular file of at most so many bytes */
function requireRegular(stats: Stats, mostBytes: number): void {
  if (!stats.isFile()) throw unreadable(`it is ${kindOf(stats)}, not a regular file`);
  if (stats.size > mostBytes) throw tooLarge(mostBytes);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

function tooLarge(mostBytes: number): Error {
  return unreadable(`it has more than ${Math.floor(mostBytes / mebibyte)} MiB`);
}

/** Bears a code, as what the file system throws does, since whoever reads a file is told of it in the same way. */
function unreadable(message: string): Error {
  return Object.assign(new Error(message), { code: 'EINVAL' });
}
