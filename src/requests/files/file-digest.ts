import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { unusableFile } from '../../domain/errors.ts';
import { type CompressionWatch, watchGzip } from './compression-watch.ts';
import type { Compression } from '../containers/record-scan.ts';
import type { RequestFile } from './request-files.ts';
import { ZstdFrames } from './zstd-frames.ts';

export interface FileDigest {
  readonly bytes: number;
  /** Hex sha256 of the file as it lies on the disk. */
  readonly sha256: string;
}

/** Large enough that the main thread is seldom asked, since the database reads at the same time. */
const readBytes = 4 * 1024 * 1024;

/**
 * Reads a file once for its size and sha256, and where it is compressed, for whether it is whole: DuckDB takes the part
 * of a cut .gz or .zst that is there for the whole log, without a word.
 * @throws UserError (exit 5) when the file is cut or damaged, or changed while it was read.
 */
export async function fileDigest({ path, absolutePath, compression }: RequestFile): Promise<FileDigest> {
  const before = await stat(absolutePath);
  const hash = createHash('sha256');
  const check = compressionCheck(compression);
  let bytes = 0;
  for await (const chunk of createReadStream(absolutePath, { highWaterMark: readBytes })) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a file was read as text');
    hash.update(chunk);
    bytes += chunk.length;
    await check?.push(chunk);
  }
  const damage = await check?.end();
  if (damage !== undefined) {
    throw unusableFile(`${path}: the compressed file is damaged: ${damage}`, {
      hint: 'copy it again from where it was written; part of the log is missing',
    });
  }
  const after = await stat(absolutePath);
  if (before.size !== bytes || after.size !== bytes || after.mtimeMs !== before.mtimeMs) {
    throw unusableFile(`${path}: the log changed while it was read`, {
      hint: 'name a file that is no longer written to, or a copy',
    });
  }
  return { bytes, sha256: hash.digest('hex') };
}

function compressionCheck(compression: Compression): CompressionWatch | undefined {
  if (compression === 'gzip') return watchGzip();
  return compression === 'zstd' ? new ZstdFrames() : undefined;
}
