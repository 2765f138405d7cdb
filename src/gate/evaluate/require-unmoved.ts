import { unusableFile } from '../../domain/errors.ts';
import { lastMoveOf, rolledBackText, rolloutState } from '../../registry/file/rollout-state.ts';
import { readRegistry } from '../../registry/store/registry-store.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** A rollback that came while requests were replayed must not be followed by a verdict that knows nothing of it. */
export async function requireUnmoved({ registryFolder, plan, registry }: Rollout): Promise<void> {
  const { registry: now } = await readRegistry(registryFolder, plan.model);
  if (lastMoveOf(now, plan.name) === lastMoveOf(registry, plan.name)) return;
  const state = rolloutState(now, plan.name);
  const what = state === 'rolled-back' ? rolledBackText(now, plan.name) : `its registry is at revision ${now.revision}`;
  throw unusableFile(`The rollout ${plan.name} moved while it was evaluated: ${what}`, {
    hint: 'Run canary evaluate again; what was replayed is kept.',
  });
}
