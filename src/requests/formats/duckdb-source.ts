import { quoteLiteral } from '../database.ts';

/** A path as DuckDB's readers take it: a literal in which no character is a wildcard. */
export function pathLiteral(absolutePath: string): string {
  return quoteLiteral(absolutePath.replaceAll(/[[*?]/gu, '[$&]'));
}

/** The reader's name for a file's compression, told from the file's name. */
export function compressionOf(absolutePath: string): string {
  const name = absolutePath.toLowerCase();
  if (name.endsWith('.gz')) return quoteLiteral('gzip');
  return quoteLiteral(name.endsWith('.zst') ? 'zstd' : 'uncompressed');
}

/** A name with and without the endings of compressed files. */
export function withCompression(endings: readonly string[]): string[] {
  return endings.flatMap((ending) => [ending, `${ending}.gz`, `${ending}.zst`]);
}
