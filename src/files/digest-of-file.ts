import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/**
 * The sha256 of a file's bytes, as lowercase hex: of the file that the path leads to now, whatever becomes of the path meanwhile.
 * @param bytes how many of them, from the first on; all where absent
 */
export async function digestOfFile(path: string, bytes?: number): Promise<string> {
  const hash = createHash('sha256');
  if (bytes === 0) return hash.digest('hex');
  await pipeline(createReadStream(path, bytes === undefined ? {} : { end: bytes - 1 }), hash);
  return hash.digest('hex');
}
