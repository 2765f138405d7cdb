import type { World } from '../../gate/world.ts';
import type { ApplyOutcome, RegistryState } from '../../report/commands/promotion-text.ts';

/** Tells whom the plan's notify and mirror name what a command did, after the command has told it here. Changes no exit code. */
export async function tellOthers(
  world: World,
  plan: string,
  done: { readonly before?: RegistryState; readonly apply?: ApplyOutcome },
): Promise<void> {
  const { announce } = await import('../../gate/notify/announce.ts');
  const { mirrorChange } = await import('../../gate/mirror/mirror.ts');
  const failure = done.apply?.applied === false ? done.apply.failure : undefined;
  if (done.before !== undefined) await mirrorChange(world, plan);
  if (done.before !== undefined) await announce(world, plan, done.before.revision);
  if (failure !== undefined) await announce(world, plan, undefined, { event: 'apply-failed', reasons: [failure] });
}
