import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { unusableFile, type UserError } from '../../domain/errors.ts';
import { type CompressionWatch, watchGzip } from './compression-watch.ts';
import type { Compression } from '../containers/record-scan.ts';
import type { RequestFile } from './request-files.ts';
import { ZstdFrames } from './zstd-frames.ts';

export interface FileDigest {
  readonly bytes: number;
  /** Hex sha256 of the file as it lies on the disk. */
  readonly sha256: string;
}

/** A file's digest, and what tells whether it is still the same. */
export interface DigestedFile {
  readonly digest: FileDigest;
  /** Hex sha256 of the file's first bytes, by how many they are. */
  readonly beginnings: ReadonlyMap<number, string>;
  /** @throws UserError (exit 5) where the file was written to since it was digested */
  requireUnchanged(): Promise<void>;
}

/** Large enough that the main thread is seldom asked, since the database reads at the same time. */
const readBytes = 4 * 1024 * 1024;

/**
 * Reads a file once for its size and sha256, and where it is compressed, for whether it is whole: DuckDB takes the part
 * of a cut .gz or .zst that is there for the whole log, without a word.
 * @param lengths of the beginnings to digest as well; those that the file does not have are left out.
 * @throws UserError (exit 5) when the file is cut or damaged, or changed while it was read.
 */
export async function digestRequestFile(
  { path, absolutePath, compression }: RequestFile,
  lengths: readonly number[] = [],
): Promise<DigestedFile> {
  const before = await stat(absolutePath, { bigint: true });
  const digests = new GrowingDigest(lengths);
  const check = compressionCheck(compression);
  for await (const chunk of createReadStream(absolutePath, { highWaterMark: readBytes })) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a file was read as text');
    digests.push(chunk);
    await check?.push(chunk);
  }
  const damage = await check?.end();
  if (damage !== undefined) {
    throw unusableFile(`${path}: the compressed file is damaged: ${damage}`, {
      hint: 'copy it again from where it was written; part of the log is missing',
    });
  }
  const requireUnchanged = async () => {
    const after = await stat(absolutePath, { bigint: true });
    const isSame = after.size === BigInt(digests.bytes) && after.mtimeNs === before.mtimeNs && after.ino === before.ino;
    if (!isSame || before.size !== after.size) throw changed(path);
  };
  await requireUnchanged();
  const { bytes, beginnings } = digests;
  return { digest: { bytes, sha256: digests.whole() }, beginnings, requireUnchanged };
}

function changed(path: string): UserError {
  return unusableFile(`${path}: the log changed while it was read`, {
    hint: 'name a file that is no longer written to, or a copy',
  });
}

/** The sha256 of bytes that come one after the other, and of some of their beginnings. */
class GrowingDigest {
  readonly beginnings = new Map<number, string>();
  readonly #hash = createHash('sha256');
  readonly #lengths: number[];
  #bytes = 0;

  constructor(lengths: readonly number[]) {
    this.#lengths = [...new Set(lengths)].toSorted((left, right) => left - right);
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    for (;;) {
      const [next = Infinity] = this.#lengths;
      const missing = next - this.#bytes;
      if (missing > rest.length) break;
      this.#add(rest.subarray(0, missing));
      rest = rest.subarray(missing);
      this.beginnings.set(next, this.#hash.copy().digest('hex'));
      this.#lengths.shift();
    }
    this.#add(rest);
  }

  whole(): string {
    return this.#hash.digest('hex');
  }

  #add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }
}

function compressionCheck(compression: Compression): CompressionWatch | undefined {
  if (compression === 'gzip') return watchGzip();
  return compression === 'zstd' ? new ZstdFrames() : undefined;
}
