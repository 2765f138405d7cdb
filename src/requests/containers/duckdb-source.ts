import { quoteLiteral } from '../../database/database.ts';
import type { Compression, ContainedFile } from './record-scan.ts';

/** A path as DuckDB's readers take it: a literal in which no character is a wildcard. */
export function pathLiteral({ absolutePath }: ContainedFile): string {
  return quoteLiteral(absolutePath.replaceAll(/[[*?]/gu, '[$&]'));
}

const readerNames: Readonly<Record<Compression, string>> = { none: 'uncompressed', gzip: 'gzip', zstd: 'zstd' };

/** The reader's name for a file's compression. */
export function compressionLiteral({ compression }: ContainedFile): string {
  return quoteLiteral(readerNames[compression]);
}

/** A name with and without the endings of compressed files. */
export function withCompression(endings: readonly string[]): string[] {
  return endings.flatMap((ending) => [ending, `${ending}.gz`, `${ending}.zst`]);
}
