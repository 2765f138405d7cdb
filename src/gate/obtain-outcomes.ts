import { join } from 'node:path';
import type { VersionFacts } from '../domain/evidence.ts';
import { unusableFile } from '../domain/errors.ts';
import type { HttpModelSpec } from '../domain/outcome.ts';
import type { Stage } from '../domain/plan.ts';
import type { HttpArtifact, Signature } from '../domain/registry.ts';
import { judgedCohortOf } from '../metrics/stage-scope.ts';
import { type Role, roles } from '../domain/role.ts';
import type { OutcomeSource } from '../metrics/judged-table.ts';
import { resolveArtifact } from '../models/artifact.ts';
import { artifactIdentity } from '../models/artifact-identity.ts';
import type { RequestIdentity } from '../replay/outcome-key.ts';
import { loadLatency, timeSample } from '../replay/latency-store.ts';
import type { TimedVersion } from '../replay/measure-latency.ts';
import { loadOutcomes } from '../replay/outcome-tables.ts';
import { type Replay, replayVersions } from '../replay/replay-version.ts';
import { type Database, quoteLiteral } from '../requests/database.ts';
import type { Rollout } from './rollout.ts';
import type { World } from './world.ts';

/** Enough for the just-in-time compilers to be done with a model before it is timed. */
const warmUpRequests = 200;

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

/**
 * Sees to it that the database has the outcomes that the sources name: replays what has to be replayed into
 * `<role>_outcomes` and times what has to be timed into `measured_latency`. What is in the store is not done again.
 */
export async function obtainOutcomes(
  world: World,
  rollout: Rollout,
  request: OutcomeRequest,
): Promise<Readonly<Record<Role, VersionFacts>>> {
  const { db, sources, storeFolder, fresh } = request;
  const { timeoutMs, batch } = rollout.plan.replay;
  const host = { hostScript: world.modelHost, timeoutMs, batch };
  const store = { folder: storeFolder, fresh };
  const facts: Record<Role, VersionFacts> = {
    baseline: recordedFacts(rollout, 'baseline'),
    candidate: recordedFacts(rollout, 'candidate'),
  };

  const models = new Map<Role, TimedVersion>();
  for (const role of roles)
    if (sources[role].predictions === 'replayed') models.set(role, await modelOf(rollout, role));
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
    facts[role] = { ...facts[role], backend: result.backend, sha256 };
  }

  const candidate = models.get('candidate');
  if (sources.candidate.latency === 'measured' && candidate !== undefined) {
    await createLatencySample(db, rollout, request.stage);
    const { file } = await timeSample(
      {
        db,
        table: 'requests',
        sampleTable: 'latency_sample',
        requests: request.requests,
        baseline: models.get('baseline') ?? null,
        candidate,
        settings: { hostScript: world.modelHost, timeoutMs, warmUp: warmUpRequests, seed: rollout.plan.replay.seed },
        store,
        onProgress: ({ done, total }) => world.progress.report('time one by one', done, total),
      },
      world.signal,
    );
    await loadLatency(db, 'measured_latency', file);
  }
  return facts;
}

function recordedFacts(rollout: Rollout, role: Role): VersionFacts {
  const { version, entry } = rollout[role];
  const { runtime, sha256 } = entry.artifact;
  return { version, runtime, ...(sha256 === undefined ? {} : { sha256 }) };
}

async function modelOf(rollout: Rollout, role: Role): Promise<TimedVersion> {
  const { version, entry } = rollout[role];
  const { signature, artifact } = entry;
  const identity = artifactIdentity(artifact);
  if (artifact.runtime === 'http' && identity !== undefined) {
    return { spec: await remoteSpec(rollout.registryFolder, version, signature, artifact), sha256: identity };
  }
  const { runtime, path, sha256 } = artifact;
  if (runtime === 'http' || runtime === 'recorded' || path === undefined || sha256 === undefined) {
    throw unusableFile(`Version ${version} has no artifact that could be replayed`, {
      hint: 'Give it artifact.path and artifact.sha256 in the registry, or the runtime "recorded".',
    });
  }
  const folder = await resolveArtifact(rollout.registryFolder, path);
  return { spec: { version, runtime, folder, signature }, sha256 };
}

async function remoteSpec(
  registryFolder: string,
  version: string,
  signature: Signature,
  { runtime, path, sha256, ...endpoint }: HttpArtifact,
): Promise<HttpModelSpec> {
  const spec = { version, runtime, endpoint, signature };
  if (path === undefined || sha256 === undefined) return spec;
  return { ...spec, preprocess: { folder: await resolveArtifact(registryFolder, path), sha256 } };
}

/**
 * Picks the requests that are timed one by one: those of the judged cohort first, in an order that depends on the seed
 * and the request's id alone, so that a longer log keeps most of the sample.
 */
async function createLatencySample(db: Database, { plan }: Rollout, stage: Stage): Promise<void> {
  const judgedFirst = judgedCohortOf(plan, stage) === 'canary' ? `bucket < ${stage.weight}::DOUBLE DESC,` : '';
  const { seed, latencyRequests } = plan.replay;
  await db.run(
    `CREATE OR REPLACE TABLE latency_sample AS SELECT seq FROM requests JOIN units USING (unit)
     ORDER BY ${judgedFirst} md5(${quoteLiteral(`${seed}:`)} || id), seq LIMIT ${latencyRequests}`,
  );
}

/** Where outcomes are stored beside a plan. */
export function outcomeStoreFolder(workFolder: string): string {
  return join(workFolder, 'outcomes');
}
