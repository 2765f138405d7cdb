import { join } from 'node:path';
import type { VersionFacts } from '../domain/evidence.ts';
import type { RolloutPlan, Stage } from '../domain/plan.ts';
import { type Role, roles } from '../domain/role.ts';
import type { OutcomeSource } from '../metrics/judged-table.ts';
import type { PeakMemory } from '../metrics/memory-sampler.ts';
import type { HostSettings } from '../models/hosted-model.ts';
import type { RequestIdentity } from '../replay/outcome-key.ts';
import { loadReplayed } from '../replay/outcome-tables.ts';
import type { Replay } from '../replay/replay.ts';
import { replayVersions } from '../replay/replay-version.ts';
import type { TimedVersion } from '../replay/stopwatch.ts';
import type { Database } from '../requests/database.ts';
import { obtainLatency } from './obtain-latency.ts';
import { answerByThreshold } from './outcomes/threshold-answers.ts';
import { requireBaselineAnswers } from './baseline-answers.ts';
import { noteErrors, noteTimedErrors } from './note-errors.ts';
import type { Rollout } from './rollout.ts';
import { timedVersion } from './timed-version.ts';
import { versionFacts } from './version-facts.ts';
import type { World } from './world.ts';

/** What obtaining outcomes needs besides the rollout. */
export interface OutcomeRequest {
  readonly db: Database;
  readonly stage: Stage;
  readonly sources: Readonly<Record<Role, OutcomeSource>>;
  readonly requests: RequestIdentity;
  /** Folder of the outcome store. */
  readonly storeFolder: string;
  readonly fresh: boolean;
}

export interface ObtainedOutcomes {
  readonly facts: Readonly<Record<Role, VersionFacts>>;
  readonly memory: Readonly<Record<Role, PeakMemory>>;
}

/**
 * Sees to it that the database has the outcomes that the sources name: replays what has to be replayed into
 * `<role>_outcomes` and times what has to be timed into `measured_latency`. What is in the store is not done again.
 */
export async function obtainOutcomes(
  world: World,
  rollout: Rollout,
  request: OutcomeRequest,
): Promise<ObtainedOutcomes> {
  const outcomes = await obtainPredictions(world, rollout, request);
  await obtainTimes(world, rollout, request);
  return outcomes;
}

/** The part of `obtainOutcomes` that is the same for every stage of a log. */
export async function obtainPredictions(
  world: World,
  rollout: Rollout,
  request: Omit<OutcomeRequest, 'stage'>,
): Promise<ObtainedOutcomes> {
  const { db, sources, storeFolder, fresh } = request;
  const host = replayHost(world, rollout.plan);
  const store = { folder: storeFolder, fresh };
  const facts: Record<Role, VersionFacts> = {
    baseline: versionFacts(rollout.baseline),
    candidate: versionFacts(rollout.candidate),
  };

  const memory: Record<Role, PeakMemory> = { baseline: notReplayed, candidate: notReplayed };

  const models = new Map<Role, TimedVersion>();
  for (const role of roles)
    if (sources[role].predictions === 'replayed') models.set(role, await timedVersion(rollout, role));
  const replays = [...models].map(([role, model]): Replay & { readonly role: Role } => ({
    role,
    db,
    table: 'requests',
    truth: true,
    requests: request.requests,
    ...model,
    host,
    store,
    onProgress: ({ version, done, total }) => world.progress.report(`replay ${version}`, done, total),
  }));
  const replayed = await replayVersions(replays, world.signal);
  for (const [index, { role, sha256 }] of replays.entries()) {
    const result = replayed[index];
    if (result === undefined) throw new Error('a replay gave no result');
    await loadReplayed(db, `${role}_outcomes`, result);
    await answerByThreshold(db, `${role}_outcomes`, rollout, role);
    if (role === 'baseline') await requireBaselineAnswers(db, `${role}_outcomes`, facts[role].version);
    await noteErrors(world, db, `${role}_outcomes`, facts[role].version);
    const { oneByOne } = result;
    if (oneByOne !== null) world.note(`${facts[role].version} was asked one by one: ${oneByOne}`);
    facts[role] = { ...facts[role], backend: result.backend, ...(oneByOne === null ? {} : { oneByOne }), sha256 };
    memory[role] = result.peakMemory === null ? unknownPeak : { bytes: result.peakMemory };
  }
  return { facts, memory };
}

/** How a replay starts and asks its versions. */
export function replayHost(world: World, { replay }: Pick<RolloutPlan, 'replay'>): HostSettings {
  const { timeoutMs, batch, rate, concurrency = 1 } = replay;
  // What a server is sent a second is the plan's to say, also where nobody times it.
  const pauseMs = typeof rate === 'number' ? 1000 / rate : 0;
  return { hostScript: world.modelHost, timeoutMs, batch, concurrency, pauseMs };
}

/** The part of `obtainOutcomes` that depends on whom a stage judges. */
export async function obtainTimes(
  world: World,
  rollout: Rollout,
  { db, stage, sources, requests, storeFolder, fresh }: OutcomeRequest,
): Promise<void> {
  if (sources.candidate.latency !== 'measured' || sources.candidate.predictions !== 'replayed') return;
  const versions = {
    baseline: sources.baseline.predictions === 'replayed' ? await timedVersion(rollout, 'baseline') : null,
    candidate: await timedVersion(rollout, 'candidate'),
  };
  await obtainLatency(world, rollout, { db, stage, requests, versions, store: { folder: storeFolder, fresh } });
  for (const role of roles) {
    if (sources[role].latency === 'measured') await noteTimedErrors(world, db, role, rollout[role].version);
  }
}

const notReplayed: PeakMemory = { unknown: 'no process of canary computed this version' };
const unknownPeak: PeakMemory = {
  unknown: 'the memory of the replay in the outcome store is not known; --fresh replays anew',
};

/** Where outcomes are stored beside a plan. */
export function outcomeStoreFolder(workFolder: string): string {
  return join(workFolder, 'outcomes');
}
