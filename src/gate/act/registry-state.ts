import { unusableFile } from '../../domain/errors.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { RegistryState } from '../../report/commands/promotion-text.ts';

/** What of a registry a change can move, for telling what was and what is. */
export function stateOf({ revision, traffic, aliases, versions }: ModelRegistry): RegistryState {
  const status = Object.fromEntries(Object.entries(versions).map(([version, entry]) => [version, entry.status]));
  return { revision, traffic, aliases, status };
}

/** @throws UserError (exit 5) where the router still has to get the last change: nothing moves on before it did. */
export function requireApplied({ registry, file }: Rollout): void {
  if (registry.applied !== false) return;
  throw unusableFile('The router did not get the last change, so no other may follow', {
    hint: `Run canary apply ${file}; canary rollback ${file} takes the candidate out in any case.`,
  });
}
