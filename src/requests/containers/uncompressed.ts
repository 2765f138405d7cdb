import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ContainedFile } from './record-scan.ts';

/** The bytes of a file, plain or .gz. */
export function uncompressed({ absolutePath, compression }: ContainedFile): Readable {
  const file = createReadStream(absolutePath);
  if (compression !== 'gzip') return file;
  const gunzip = createGunzip();
  // Whatever is wrong with the file comes out of the stream that is read.
  pipeline(file, gunzip, () => {});
  return gunzip;
}
