import { parsedJson } from '../../files/parsed-json.ts';
import { createHash } from 'node:crypto';
import type { ReplayWindow } from '../replay-windows.ts';

/** Whether answers depend on what shares a batch with a request. */
export interface BatchResult {
  /** Why the version has to be asked one by one; null where its answers are the same either way. */
  readonly oneByOne: string | null;
}

/** Where it is kept. Another log may have requests whose answers do depend on their batch. */
export function batchesFile(key: string, windows: readonly ReplayWindow[]): string {
  const hash = createHash('sha256');
  for (const { digest } of windows) hash.update(digest);
  return `${key}/batches-${hash.digest('hex').slice(0, 16)}.json`;
}

/** What a text says of it; undefined where it says nothing. */
export function parseBatchResult(text: string): BatchResult | undefined {
  const value = parsedJson(text);
  return isBatchResult(value) ? value : undefined;
}

function isBatchResult(value: unknown): value is BatchResult {
  if (typeof value !== 'object' || value === null || !('oneByOne' in value)) return false;
  return value.oneByOne === null || typeof value.oneByOne === 'string';
}
