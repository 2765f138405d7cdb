import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The bytes of a file, plain or .gz. */
export function uncompressed(absolutePath: string): Readable {
  const file = createReadStream(absolutePath);
  if (!/\.gz$/iu.test(absolutePath)) return file;
  const gunzip = createGunzip();
  // Whatever is wrong with the file comes out of the stream that is read.
  pipeline(file, gunzip, () => {});
  return gunzip;
}
