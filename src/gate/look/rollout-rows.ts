import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { invalidInput, UserError } from '../../domain/errors.ts';
import type { Decision, ModelRegistry } from '../../domain/registry.ts';
import { readSpan } from '../../plan/read/quantity.ts';
import { approvalChecks } from '../../registry/file/approval.ts';
import { isMove, recordOf, type RolloutVersions, nextStage, rolloutState } from '../../registry/file/rollout-state.ts';
import { listModels, readRegistry } from '../../registry/store/registry-store.ts';
import type { RolloutRow, RolloutRows, UnreadableRow } from '../../report/document/rollout-rows.ts';
import { openRollout, type Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';

export interface RowOptions {
  /** Folder of a registry, of which every rollout is shown. */
  readonly registry?: string;
  /** As written: how long a rollout under way may go without anybody doing anything, such as `24h`. */
  readonly stale?: string;
}

/**
 * Every rollout of the plans (files, or folders of them) and of a registry, the most urgent first. What cannot be read is told beside
 * the others.
 * @throws UserError (exit 2) where nothing was named, or `stale` is no span of time.
 */
export async function rolloutRows(world: World, plans: readonly string[], options: RowOptions): Promise<RolloutRows> {
  const staleMs = staleSpan(options.stale ?? '24h');
  if (plans.length === 0 && options.registry === undefined) {
    throw invalidInput('Name plans, a folder of plans, or a registry', {
      hint: 'canary status PLAN, canary status rollouts/ or canary status --registry DIR',
    });
  }
  const now = world.now();
  const unreadable: UnreadableRow[] = [];
  const rollouts: RolloutRow[] = [];
  const opened = await readEach(await planFiles(world, plans), unreadable, async (file) =>
    // Of hundreds of plans nothing but the row is kept.
    rowOfPlan(await openRollout(world, file), now, staleMs),
  );
  rollouts.push(...opened);
  if (options.registry !== undefined) {
    const folder = resolve(world.cwd, options.registry);
    const stored = await readEach(await listModels(folder), unreadable, (model) => readRegistry(folder, model));
    rollouts.push(...stored.flatMap(({ registry }) => rowsOf(registry, now, staleMs)));
  }
  const byUrgency = rollouts.toSorted(moreUrgent);
  return { at: now.toISOString(), rollouts: byUrgency, unreadable };
}

/** The older comes first among those that are as urgent. */
function moreUrgent(a: RolloutRow, b: RolloutRow): number {
  return a.urgency - b.urgency || ((a.since ?? '') < (b.since ?? '') ? -1 : 1);
}

function staleSpan(written: string): number {
  const read = readSpan(written);
  if (read.ok) return read.value;
  throw invalidInput(`--stale ${written}: ${read.problem}`, { hint: read.hint });
}

/** How many are read at once: while one is waited for, others are parsed. */
const readAtOnce = 16;

/** What can be read, in the order of the names; what cannot is told in `unreadable`, in the same order. */
async function readEach<T>(
  names: readonly string[],
  unreadable: UnreadableRow[],
  read: (name: string) => Promise<T>,
): Promise<T[]> {
  const all: T[] = [];
  for (let from = 0; from < names.length; from += readAtOnce) {
    const results = await Promise.all(
      names.slice(from, from + readAtOnce).map((name) => readOrTold(name, () => read(name))),
    );
    for (const result of results) {
      if ('error' in result) unreadable.push(result);
      else all.push(result.read);
    }
  }
  return all;
}

async function readOrTold<T>(name: string, read: () => Promise<T>): Promise<UnreadableRow | { readonly read: T }> {
  try {
    return { read: await read() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [first] = error.diagnostics;
    return { name, error: first === undefined ? error.message : `${error.message}: ${first.message}` };
  }
}

/** The plans that were named, and those that lie in a folder that was. */
async function planFiles({ cwd }: World, named: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    named.map(async (path) => {
      const isFolder = await stat(resolve(cwd, path)).then(
        (file) => file.isDirectory(),
        () => false,
      );
      if (!isFolder) return [path];
      const names = (await readdir(resolve(cwd, path))).filter((name) => /\.ya?ml$/u.test(name)).toSorted();
      if (names.length === 0) throw invalidInput(`${path} holds no plan`, { hint: 'A plan ends in .yaml or .yml.' });
      return names.map((name) => join(path, name));
    }),
  );
  return files.flat();
}

function rowOfPlan(rollout: Rollout, now: Date, staleMs: number): RolloutRow {
  const { plan, registry, baseline, candidate, file } = rollout;
  const versions = { name: plan.name, baseline: baseline.version, candidate: candidate.version };
  const next = nextStage(plan.stages, recordOf(registry, versions).entered);
  const row = rowOf(registry, versions, now, staleMs, next?.name);
  const isAwaited =
    next !== undefined && approvalChecks(registry, rollout, next).some(({ status }) => status === 'hold');
  const isOver = row.state === 'complete' || row.state === 'rolled-back' || row.urgency < awaitsSomebody;
  return {
    ...row,
    ...(isAwaited && !isOver ? { waitsFor: `canary approve, of stage ${next.name}` } : {}),
    planFile: file,
  };
}

/** A row for every rollout that a model's registry has heard of. */
export function rowsOf(registry: ModelRegistry, now: Date, staleMs: number): RolloutRow[] {
  return Object.entries(registry.rollouts).map(([name, { baseline, candidate }]) =>
    rowOf(registry, { name, baseline, candidate }, now, staleMs, undefined),
  );
}

function rowOf(
  registry: ModelRegistry,
  versions: RolloutVersions,
  now: Date,
  staleMs: number,
  next: string | undefined,
): RolloutRow {
  const { name, baseline, candidate } = versions;
  const record = recordOf(registry, versions);
  const state = rolloutState(registry, name);
  const move = registry.history.findLast((entry) => entry.rollout === name && isMove(entry));
  const look = record.looks.at(-1);
  const stage = record.entered.at(-1);
  const isLive = state === 'underway';
  const { applied } = registry;
  const waitsForRouter = applied === false && (isLive || move?.revision === lastMoved(registry));
  const latest = [move?.at, look?.at]
    .filter((at) => at !== undefined)
    .toSorted()
    .at(-1);
  const stale = isLive && latest !== undefined && now.getTime() - Date.parse(latest) > staleMs;
  const isAlarm = look?.alarm === true && (state === 'underway' || state === 'waiting');
  const facts = { isLive, isAlarm, stale, waitsForRouter, verdict: look?.verdict, state };
  return {
    model: registry.model,
    rollout: name,
    baseline,
    candidate,
    state,
    ...(stage === undefined ? {} : { stage }),
    weight: state === 'rolled-back' || state === 'waiting' ? 0 : (registry.traffic[candidate] ?? 0),
    ...(move === undefined ? {} : { since: move.at }),
    ...(move?.by === undefined ? {} : { by: move.by }),
    ...(look === undefined
      ? {}
      : { last: { stage: look.stage, verdict: look.verdict, at: look.at, ...(isAlarm ? { alarm: true } : {}) } }),
    waitsFor: waitsFor(facts, next),
    ...(applied === undefined ? {} : { applied }),
    stale,
    urgency: urgencyOf(facts),
  };
}

function lastMoved({ history }: ModelRegistry): number | undefined {
  return history.findLast(isMove)?.revision;
}

interface RowFacts {
  readonly isLive: boolean;
  /** Whether the last look found a breach that a failed check keeps from being proof. */
  readonly isAlarm: boolean;
  readonly stale: boolean;
  readonly waitsForRouter: boolean;
  readonly verdict: Decision | undefined;
  readonly state: RolloutRow['state'];
}

function waitsFor({ waitsForRouter, isAlarm, verdict, state, stale }: RowFacts, next: string | undefined): string {
  if (waitsForRouter) return 'the router: canary apply';
  if (state === 'complete') return 'nothing: complete';
  if (state === 'rolled-back') return 'nothing: rolled back';
  if (isAlarm) return 'an alarm: canary rollback';
  const stage = next === undefined ? 'the next stage' : `stage ${next}`;
  if (stale) return `somebody to evaluate ${stage}`;
  return verdict === 'hold' ? `what held ${stage}` : `canary evaluate, of ${stage}`;
}

/** The first urgency at which nothing is wrong: whoever looks at the rollout next may go on with it. */
const awaitsSomebody = 3;

/** What users may be harmed by comes first, then what nobody looks after, then what goes on, and what has ended last. */
function urgencyOf({ waitsForRouter, isLive, isAlarm, verdict, stale, state }: RowFacts): number {
  if (waitsForRouter) return 0;
  if (isAlarm || (isLive && verdict === 'rollback')) return 1;
  if (stale) return 2;
  if (isLive) return verdict === 'hold' ? 3 : 4;
  return { waiting: 5, underway: 4, 'rolled-back': 6, complete: 7 }[state];
}
