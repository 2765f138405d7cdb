import type { VersionFacts } from '../../domain/evidence.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import { type Role, roles } from '../../domain/role.ts';
import type { OutcomeSources } from './outcome-sources.ts';
import type { PeakMemory } from '../../metrics/memory-measurer.ts';
import type { HostSettings } from '../../models/host/hosted-model.ts';
import type { RequestIdentity } from '../../replay/store/outcome-key.ts';
import { mergeRepeats } from '../../replay/store/repeated-outcomes.ts';
import { loadReplayed } from '../../replay/store/outcome-tables.ts';
import type { Replay, Shard } from '../../replay/replay.ts';
import type { StoreSettings } from '../../replay/store/outcome-store.ts';
import { SampleStrata } from '../../replay/store/sample-strata.ts';
import type { StoreLocation } from '../../replay/store/store-place.ts';
import { replayVersions } from '../../replay/replay-version.ts';
import type { Database } from '../../database/database.ts';
import { obtainLatency } from './obtain-latency.ts';
import { answerByThreshold } from '../rollout/threshold-answers.ts';
import { noteErrors, noteTimedErrors } from './note-errors.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { timedVersion, versionFacts } from './timed-version.ts';
import type { World } from '../world.ts';
import { unusableFile, UserError } from '../../domain/errors.ts';
import { formatCount } from '../../domain/format-number.ts';

/** What obtaining outcomes needs besides the rollout. */
interface OutcomeRequest {
  readonly db: Database;
  readonly stage: Stage;
  readonly sources: OutcomeSources;
  readonly requests: RequestIdentity;
  readonly store: StoreSettings;
  /** False where what the store lacks is an error. */
  readonly fill?: boolean | undefined;
}

interface ObtainedOutcomes {
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
async function obtainPredictions(
  world: World,
  rollout: Rollout,
  request: Omit<OutcomeRequest, 'stage'>,
): Promise<ObtainedOutcomes> {
  const { db } = request;
  const facts: Record<Role, VersionFacts> = {
    baseline: versionFacts(rollout.baseline),
    candidate: versionFacts(rollout.candidate),
  };
  const memory: Record<Role, PeakMemory> = { baseline: notReplayed, candidate: notReplayed };
  const replays = await replaysOf(world, rollout, request);
  const replayed = await replayVersions(replays, world.signal);
  for (const [index, { role, asking }] of replays.entries()) {
    const result = replayed[index];
    if (result === undefined) throw new Error('a replay gave no result');
    const table = askingTable(rollout.plan, role, asking);
    await loadReplayed(db, table, result);
    await answerByThreshold(db, table, rollout, role);
    if (role === 'baseline') await requireBaselineAnswers(db, table, facts[role].version);
    await noteErrors(world, db, table, facts[role].version);
    const { oneByOne } = result;
    if (oneByOne !== null) world.note(`${facts[role].version} was asked one by one: ${oneByOne}`);
    facts[role] = { ...facts[role], backend: result.backend, ...(oneByOne === null ? {} : { oneByOne }) };
    memory[role] = higherPeak(memory[role], result.peakMemory);
  }
  const { repeats } = rollout.plan.replay;
  if (repeats !== undefined) {
    for (const role of new Set(replays.map((replay) => replay.role))) {
      const tables = Array.from({ length: repeats }, (_, asking) => askingTable(rollout.plan, role, asking));
      await mergeRepeats(db, `${role}_outcomes`, tables);
    }
  }
  return { facts, memory };
}

/** The table of a replayed version's outcomes, or of one of several times that it was asked, counted from 0. */
export function askingTable({ replay: { repeats } }: Pick<RolloutPlan, 'replay'>, role: Role, asking: number): string {
  return repeats === undefined ? `${role}_outcomes` : `${role}_outcomes_${asking + 1}`;
}

function higherPeak(peak: PeakMemory, bytes: number | null): PeakMemory {
  if (bytes === null || peak === unknownPeak) return unknownPeak;
  return { bytes: 'bytes' in peak ? Math.max(peak.bytes, bytes) : bytes };
}

/**
 * The replays of a rollout's requests, through each version whose outcomes are replayed, for each time that it is asked.
 * @param shard the part that is to be replayed, else all
 */
export async function replaysOf(
  world: World,
  rollout: Rollout,
  { db, sources, store, fill }: Omit<OutcomeRequest, 'stage' | 'requests'>,
  shard?: Shard,
): Promise<readonly (Replay & { readonly role: Role; readonly asking: number })[]> {
  const replayed = roles.filter((role) => sources[role].predictions === 'replayed');
  const strata = await strataOf(rollout, store);
  const place = { db, table: 'requests', strata, store };
  const { repeats = 1 } = rollout.plan.replay;
  const askings = Array.from({ length: repeats }, (_, asking) => replayed.map((role) => ({ role, asking })));
  return await Promise.all(
    askings.flat().map(async ({ role, asking }) => ({
      role,
      asking,
      ...(await replayOf(
        world,
        rollout,
        role,
        place,
        asking === 0 ? 'replaying' : `asking again (${asking + 1} of ${repeats})`,
      )),
      truth: true,
      // Those of the first time are the outcomes of a plan without repeats.
      ...(asking === 0 ? {} : { again: `asking ${asking + 1}` }),
      shard,
      fill,
    })),
  );
}

/** How the requests of a rollout are cut, whose sample may have grown. @throws UserError (exit 5) when the store cannot be read */
export async function strataOf({ plan }: Rollout, store: StoreLocation): Promise<SampleStrata> {
  return await SampleStrata.find(store, [plan.model, plan.name], plan.requests.sample);
}

/** A version's replay of a table. @param what the progress says is done */
export async function replayOf(
  world: World,
  rollout: Rollout,
  role: Role,
  requests: Pick<Replay, 'db' | 'table' | 'strata' | 'store'>,
  what = 'replaying',
): Promise<Replay> {
  return {
    ...requests,
    ...(await timedVersion(rollout, role)),
    host: hostOf(world, rollout.plan),
    oneProcess: guardedMetrics(rollout.plan).some(({ family }) => family === 'memory'),
    onProgress: ({ version, done, total }) => world.progress.report(`${what} ${version}`, done, total),
  };
}

/** How a replay starts and asks its versions. */
function hostOf(world: World, { replay }: Pick<RolloutPlan, 'replay'>): HostSettings {
  const { timeoutMs, batch, rate, concurrency = 1 } = replay;
  // What a server is sent a second is the plan's to say, also where nobody times it.
  const pauseMs = typeof rate === 'number' ? 1000 / rate : 0;
  return { hostScript: world.modelHost, permissions: world.permissions, timeoutMs, batch, concurrency, pauseMs };
}

/** The part of `obtainOutcomes` that depends on whom a stage judges. */
async function obtainTimes(
  world: World,
  rollout: Rollout,
  { db, stage, sources, requests, store }: OutcomeRequest,
): Promise<void> {
  if (sources.candidate.latency !== 'measured' || sources.candidate.predictions !== 'replayed') return;
  const versions = {
    baseline: sources.baseline.predictions === 'replayed' ? await timedVersion(rollout, 'baseline') : null,
    candidate: await timedVersion(rollout, 'candidate'),
  };
  await obtainLatency(world, rollout, { db, stage, requests, versions, store });
  for (const role of roles) {
    if (sources[role].latency === 'measured') await noteTimedErrors(world, db, role, rollout[role].version);
  }
}

const notReplayed: PeakMemory = { unknown: 'canary did not run this version in a process of its own' };
const unknownPeak: PeakMemory = {
  unknown:
    'the memory of the replay in the outcome store is not known, as where two processes shared it; --fresh replays again',
};

/**
 * Refuses to judge against a replayed baseline that answered nothing. It serves in production, so it is not set up here as it
 * is there; a candidate set up in the same way fails alike, and would be taken back for what is not its fault.
 * @param table the baseline's outcomes, as `loadOutcomes` makes them
 * @throws UserError (exit 5)
 */
async function requireBaselineAnswers(db: Database, table: string, version: string): Promise<void> {
  const [counted] = await db.rows(
    `SELECT count(*) AS requests, count(error) AS failed, mode(error ORDER BY error) AS kind,
       min_by(coalesce(detail, ''), seq) AS detail FROM ${table}`,
  );
  const { requests, failed, kind, detail } = counted ?? {};
  if (requests === 0 || requests !== failed) return;
  const why = detail === '' || typeof detail !== 'string' ? '' : `, the first because: ${detail}`;
  throw unusableFile(
    `Version ${version}, which serves now, answered none of ${formatCount(Number(requests))} requests here (mostly ${String(kind)})${why}`,
    {
      hint: 'Set it up as in production, then add --fresh: nothing can be compared with a baseline that does not work.',
    },
  );
}

/** As `obtainPredictions`, with what earlier replays left in the store alone. @returns false where it lacks some. */
export async function loadStoredPredictions(
  world: World,
  rollout: Rollout,
  request: Omit<OutcomeRequest, 'stage'>,
): Promise<boolean> {
  return await isStored(obtainPredictions(storeOnly(world), rollout, request));
}

/** As `obtainTimes`, with what earlier measurements left in the store alone. @returns false where there are none. */
export async function loadStoredTimes(world: World, rollout: Rollout, request: OutcomeRequest): Promise<boolean> {
  return await isStored(obtainTimes(storeOnly(world), rollout, request));
}

/** What is stored is loaded whatever the signal says; only what would start a model heeds it. Of its errors an evaluation told. */
export function storeOnly(world: World): World {
  return { ...world, signal: AbortSignal.abort(), note: () => undefined };
}

/** A model whose files are elsewhere has nothing stored that could be found by them either. */
export async function isStored(obtained: Promise<unknown>): Promise<boolean> {
  try {
    await obtained;
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
