import { isUtf8 } from 'node:buffer';
import type { ContainedFile } from './record-scan.ts';
import { uncompressed } from './uncompressed.ts';

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const lineEnd = 0x0a;

/**
 * The first line of a text file, plain or .gz, that begins with a byte order mark; without the mark. Null when the line
 * is not UTF-8, undefined when there is no mark. Node 20 cannot look into a .zst: there the mark spoils the first record.
 */
export async function lineAfterByteOrderMark(file: ContainedFile): Promise<string | null | undefined> {
  if (file.compression === 'zstd') return undefined;
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of uncompressed(file)) {
    if (!(chunk instanceof Buffer)) throw new TypeError('a file was read as text');
    head = Buffer.concat([head, chunk]);
    const compared = Math.min(head.length, byteOrderMark.length);
    if (!head.subarray(0, compared).equals(byteOrderMark.subarray(0, compared))) return undefined;
    if (head.includes(lineEnd)) break;
  }
  if (head.length < byteOrderMark.length) return undefined;
  const end = head.indexOf(lineEnd);
  const line = head.subarray(byteOrderMark.length, end === -1 ? head.length : end);
  return isUtf8(line) ? line.toString('utf8').trim() : null;
}
