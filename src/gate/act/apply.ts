import { invalidInput } from '../../domain/errors.ts';
import { movesTraffic } from '../../domain/exposure/routing.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { changeToApply, recordApplied, type AppliedChange } from '../../registry/change/applied.ts';
import { readRegistry, updateRegistry } from '../../registry/store/registry-store.ts';
import type { ApplyOutcome, AppliedPlan } from '../../report/commands/promotion-text.ts';
import { callRoutes } from '../exposure/call-sagemaker.ts';
import { writeRoutes } from '../exposure/write-routes.ts';
import { loadPlan, type LoadedPlan } from '../rollout/load-plan.ts';
import type { World } from '../world.ts';
import { type ChildProcess, spawn } from 'node:child_process';

/** The plan's own part of what applying needs. */
export type Applicable = Pick<LoadedPlan, 'folder' | 'registryFolder' | 'plan'>;

/**
 * Runs a plan's commands again with the registry as it is now.
 * @throws UserError (exit 2) when the plan has none, (exit 5) when the registry cannot be used.
 */
export async function applyPlan(world: World, file: string): Promise<AppliedPlan> {
  const loaded = await loadPlan(world, file);
  const { plan } = loaded;
  const outcome = await applyChange(world, loaded);
  if (outcome === undefined) {
    throw invalidInput(`${file} has neither apply commands nor routing`, {
      hint: 'Add apply: ["./set-weight.sh"] to the plan.',
    });
  }
  const { registry } = await readRegistry(loaded.registryFolder, plan.model);
  return { model: plan.model, planFile: file, traffic: registry.traffic, outcome };
}

/**
 * Brings the registry's traffic to the router, by the files and calls of the plan's routes and then by its commands, and records that. Where another change came while they
 * ran, they run again with that one: whoever ends last leaves the router with the latest.
 * @returns undefined for a plan without either.
 */
export async function applyChange(world: World, loaded: Applicable): Promise<ApplyOutcome | undefined> {
  const { folder, registryFolder, plan } = loaded;
  const { apply: commands = [], model } = plan;
  if (!movesTraffic(plan)) return undefined;
  if (!world.permissions.run) return { applied: false, failure: 'apply was not run, because of --no-run' };
  for (;;) {
    const { registry } = await readRegistry(registryFolder, model);
    const failure =
      (await writeRoutes(folder, plan, registry)) ??
      (await callRoutes(world, plan, registry)) ??
      (await runCommands(world, folder, commands, changeToApply(registry)));
    if (failure !== undefined) return { applied: false, failure };
    if (await recorded(world, registryFolder, registry)) return { applied: true };
  }
}

/** Records that a state was applied. @returns false when it is not the latest any more. */
async function recorded(world: World, registryFolder: string, applied: ModelRegistry): Promise<boolean> {
  if (applied.applied !== false) return true;
  try {
    const at = world.now().toISOString();
    const { changelogFailure } = await updateRegistry(registryFolder, applied.model, null, (registry) => {
      if (registry.revision !== applied.revision) throw new Outdated();
      return recordApplied(registry, at, world.actor());
    });
    if (changelogFailure !== undefined) world.note(changelogFailure);
    return true;
  } catch (error) {
    if (error instanceof Outdated) return false;
    throw error;
  }
}

/** Leaves the lock without a change. */
class Outdated extends Error {}

/** How long one command may take, in ms: a router that does not answer must not keep whoever is on call waiting. */
const patienceMs = 60_000;

/**
 * Runs a plan's commands one after the other, in the plan's folder and through the shell, each with the change as JSON on
 * its standard input. What they print is told as notes, since canary's own output is a result.
 * @param timeoutMs how long each may take before it and whatever it started are ended.
 * @returns why a command failed, after which no other was run; undefined when all succeeded.
 */
export async function runCommands(
  world: World,
  folder: string,
  commands: readonly string[],
  change: AppliedChange,
  timeoutMs = patienceMs,
): Promise<string | undefined> {
  if (commands.length > 0) world.progress.begin();
  try {
    for (const command of commands) {
      const failure = await runCommand(world, folder, command, `${JSON.stringify(change)}\n`, timeoutMs);
      if (failure !== undefined) return `${command} ${failure}`;
    }
    return undefined;
  } finally {
    world.progress.finish();
  }
}

function runCommand(
  world: World,
  folder: string,
  command: string,
  input: string,
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((settle) => {
    // A group of its own, so that what the shell started ends with it.
    const child = spawn(command, { shell: true, cwd: folder, detached: true });
    let ended: string | undefined;
    const end = (why: string) => {
      ended ??= why;
      killGroup(child);
      // Whatever left the group may hold these open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => end(`did not end within ${timeoutMs / 1000} s`), timeoutMs);
    const stop = () => end('was interrupted');
    world.signal.addEventListener('abort', stop, { once: true });
    if (world.signal.aborted) stop();
    const done = (failure: string | undefined) => {
      clearTimeout(timer);
      world.signal.removeEventListener('abort', stop);
      settle(failure);
    };
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => void (printed += text));
    }
    // A command that does not read what it is told closes its input early.
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', (error) => done(`could not be run: ${error.message}`));
    child.once('close', (code, signal) => {
      if (printed.trim() !== '') world.note(printed.trimEnd());
      if (code === 0) done(undefined);
      else done(ended ?? (code === null ? `was ended by ${signal}` : `exited with ${code}`));
    });
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // No such group: it has ended, or this system has no groups and the command is killed alone.
    child.kill('SIGKILL');
  }
}
