import { createHash } from 'node:crypto';
import type { HistoryEntry, ModelRegistry } from '../../domain/registry.ts';

/**
 * What the next history entry carries as `previous`: `sha256:` and the hash of the last entry's canonical JSON (RFC 8785:
 * keys sorted, no white space), or of the empty string where there is none. By hand, for the last entry:
 * `jq -jcS '.history[-1]' FILE | sha256sum`.
 */
export function nextLink(history: readonly HistoryEntry[]): string {
  return linkTo(history.at(-1));
}

/** The index of the first entry whose `previous` is not the hash of the entry before it; undefined when the chain holds. */
export function firstBrokenLink(history: readonly HistoryEntry[]): number | undefined {
  const broken = history.findIndex((entry, index) => entry.previous !== linkTo(history[index - 1]));
  return broken === -1 ? undefined : broken;
}

function linkTo(entry: HistoryEntry | undefined): string {
  const text = entry === undefined ? '' : canonicalText(entry);
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
}

/** Written member by member, since JSON.stringify moves keys that look like array indices to the front. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([left], [right]) => Number(left > right) - Number(left < right))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`);
  return `{${members.join(',')}}`;
}

/** A change as the history tells it, before it has its place in the chain. */
export type Change = Omit<HistoryEntry, 'revision' | 'previous'>;

/** The registry one revision later, with the change chained to its history. */
export function withHistory(registry: ModelRegistry, change: Change): ModelRegistry {
  const revision = registry.revision + 1;
  const entry: HistoryEntry = { revision, ...change, previous: nextLink(registry.history) };
  return { ...registry, revision, history: [...registry.history, entry] };
}
