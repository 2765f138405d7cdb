import { join } from 'node:path';
import { UserError } from '../domain/errors.ts';
import type { VersionFacts } from '../domain/evidence.ts';
import type { Stage } from '../domain/plan.ts';
import { type Role, roles } from '../domain/role.ts';
import type { OutcomeSource } from '../metrics/judged-table.ts';
import type { PeakMemory } from '../metrics/memory-sampler.ts';
import type { RequestIdentity } from '../replay/outcome-key.ts';
import { loadOutcomes } from '../replay/outcome-tables.ts';
import { type Replay, replayVersions } from '../replay/replay-version.ts';
import type { TimedVersion } from '../replay/stopwatch.ts';
import type { Database } from '../requests/database.ts';
import { obtainLatency } from './obtain-latency.ts';
import { requireBaselineAnswers } from './baseline-answers.ts';
import type { Rollout } from './rollout.ts';
import { timedVersion } from './timed-version.ts';
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
  const { db, sources, storeFolder, fresh } = request;
  const { timeoutMs, batch, rate, concurrency = 1 } = rollout.plan.replay;
  // What a server is sent a second is the plan's to say, also where nobody times it.
  const pauseMs = typeof rate === 'number' ? 1000 / rate : 0;
  const host = { hostScript: world.modelHost, timeoutMs, batch, concurrency, pauseMs };
  const store = { folder: storeFolder, fresh };
  const facts: Record<Role, VersionFacts> = {
    baseline: recordedFacts(rollout, 'baseline'),
    candidate: recordedFacts(rollout, 'candidate'),
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
    await loadOutcomes(db, `${role}_outcomes`, result.files);
    if (role === 'baseline') await requireBaselineAnswers(db, `${role}_outcomes`, facts[role].version);
    facts[role] = { ...facts[role], backend: result.backend, sha256 };
    memory[role] = result.peakMemory === null ? unknownPeak : { bytes: result.peakMemory };
  }

  const candidate = models.get('candidate');
  if (sources.candidate.latency === 'measured' && candidate !== undefined) {
    const versions = { baseline: models.get('baseline') ?? null, candidate };
    await obtainLatency(world, rollout, { db, stage: request.stage, requests: request.requests, versions, store });
  }
  return { facts, memory };
}

/**
 * As `obtainOutcomes`, with what earlier replays left in the store alone: no model is run.
 * @returns false where the store lacks some of it.
 */
export async function obtainStoredOutcomes(world: World, rollout: Rollout, request: OutcomeRequest): Promise<boolean> {
  try {
    // What is stored is loaded whatever the signal says; only what would start a model heeds it.
    await obtainOutcomes({ ...world, signal: AbortSignal.abort() }, rollout, request);
    return true;
  } catch (error) {
    // A model whose files are elsewhere has nothing stored that could be found by them.
    if (error instanceof UserError) return false;
    throw error;
  }
}

const notReplayed: PeakMemory = { unknown: 'no process of canary computed this version' };
const unknownPeak: PeakMemory = {
  unknown: 'the memory of the replay in the outcome store is not known; --fresh replays anew',
};

function recordedFacts(rollout: Rollout, role: Role): VersionFacts {
  const { version, entry } = rollout[role];
  const { runtime, sha256 } = entry.artifact;
  return { version, runtime, ...(sha256 === undefined ? {} : { sha256 }) };
}

/** Where outcomes are stored beside a plan. */
export function outcomeStoreFolder(workFolder: string): string {
  return join(workFolder, 'outcomes');
}
