/** What Hive writes where a record has no value to partition by. */
const noValue = '__HIVE_DEFAULT_PARTITION__';

/**
 * The columns that a file's folders hold, as Hive and Spark write them: `…/locale=de-DE/date=2026-11-01/part-0.parquet`.
 * Characters that no folder may have are written as `%3A`.
 */
export function partitionsOf(absolutePath: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const folder of absolutePath.split(/[/\\]/u).slice(0, -1)) {
    const [, name, value] = /^([^=]+)=(.*)$/su.exec(folder) ?? [];
    if (name !== undefined && value !== undefined && value !== '' && value !== noValue)
      found[plain(name)] = plain(value);
  }
  return found;
}

function plain(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch (error) {
    // A name with a percent sign of its own.
    if (error instanceof URIError) return written;
    throw error;
  }
}
