import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';

export const mebibyte = 2 ** 20;

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
    const stats = await file.stat();
    requireRegular(stats, mostBytes);
    const bytes = new GrowingBytes(stats.size, mostBytes);
    while (bytes.add((await file.read(bytes.rest())).bytesRead)) continue;
    return bytes.all();
  } finally {
    await file.close();
  }
}

/** Looks at a file that somebody else is to read. @throws as `readRegularFile` */
export async function requireRegularFile(path: string, mostBytes: number): Promise<void> {
  requireRegular(await stat(path), mostBytes);
}

/** The text (UTF-8) of a regular file. @throws as `readRegularFile` */
export async function readTextFile(path: string): Promise<string> {
  return (await readRegularFile(path, mostTextBytes)).toString('utf8');
}

/** As `readTextFile`, for readers that cannot wait. */
export function readTextFileSync(path: string): string {
  const file = openSync(path, readFlags);
  try {
    const stats = fstatSync(file);
    requireRegular(stats, mostTextBytes);
    const bytes = new GrowingBytes(stats.size, mostTextBytes);
    while (bytes.add(readSync(file, bytes.rest()))) continue;
    return bytes.all().toString('utf8');
  } finally {
    closeSync(file);
  }
}

/** What was read of a file: it need not be as long as its size says, which some file systems give as 0. */
class GrowingBytes {
  readonly #mostBytes: number;
  #bytes: Buffer;
  #length = 0;

  constructor(size: number, mostBytes: number) {
    this.#mostBytes = mostBytes;
    // One byte more, into which the end of the file is read.
    this.#bytes = Buffer.allocUnsafe(size + 1);
  }

  /** Where the next bytes are to go. */
  rest(): Buffer {
    if (this.#length === this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * this.#length + smallestGrowth);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    return this.#bytes.subarray(this.#length);
  }

  /** @returns whether the file may go on; nothing is read at its end. @throws Error where it is too large */
  add(read: number): boolean {
    this.#length += read;
    if (this.#length > this.#mostBytes) throw tooLarge(this.#mostBytes);
    return read > 0;
  }

  all(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

const smallestGrowth = 4096;

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
