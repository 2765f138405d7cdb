import type { HistoryEntry, ModelRegistry } from '../domain/registry.ts';
import { nextLink } from './hash-chain.ts';

/** A change as the history tells it, before it has its place in the chain. */
export type Change = Omit<HistoryEntry, 'revision' | 'previous'>;

/** The registry one revision later, with the change chained to its history. */
export function withHistory(registry: ModelRegistry, change: Change): ModelRegistry {
  const revision = registry.revision + 1;
  const entry: HistoryEntry = { revision, ...change, previous: nextLink(registry.history) };
  return { ...registry, revision, history: [...registry.history, entry] };
}
