import type { ModelRegistry } from '../../domain/registry.ts';
import type { RegistryState } from '../../report/commands/promotion-text.ts';

/** What of a registry a change can move, for telling what was and what is. */
export function stateOf({ revision, traffic, aliases, versions }: ModelRegistry): RegistryState {
  const status = Object.fromEntries(Object.entries(versions).map(([version, entry]) => [version, entry.status]));
  return { revision, traffic, aliases, status };
}
