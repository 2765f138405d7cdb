import { unusableFile } from '../domain/errors.ts';

/**
 * Refuses a file of a later format, which might mean something else by the keys that this version knows.
 * @param file its path as the user knows it, for the message.
 * @param readableVersion the latest schemaVersion that this version reads.
 * @throws UserError (exit 5) where the value's schemaVersion is above it.
 */
export function refuseNewerSchema(value: unknown, file: string, readableVersion: number): void {
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value)) return;
  const version = value.schemaVersion;
  if (typeof version !== 'number' || version <= readableVersion) return;
  throw unusableFile(
    `${file} was written by a newer canary (schemaVersion ${version}; this one reads ${readableVersion})`,
    { hint: 'Use the version of canary that wrote it, or a later one.' },
  );
}
