import { runtimeTraits } from '../domain/registry.ts';
import { unusableFile } from '../domain/errors.ts';
import { countOf, formatCount, formatRanges } from '../domain/format-number.ts';
import { positiveLabel } from '../domain/positive-label.ts';
import type { HostedModel } from '../models/host/hosted-model.ts';
import { aloneAnswers, probedRows, countDifferent, readBatchProbe } from './batch-probe.ts';
import { outcomeKey } from './store/outcome-key.ts';
import { OutcomeStore } from './store/outcome-store.ts';
import type { StoredRequests } from './store/prepared-requests.ts';
import type { ParquetWriter } from './store/parquet-table.ts';
import { replayChunks } from './replay-chunks.ts';
import type { Replay, ReplayedVersion } from './replay.ts';
import { planWindows, type ReplayWindow, type ReplayWindows } from './replay-windows.ts';
import { tableRows } from './window-rows.ts';
import { requestChunks } from './request-chunks.ts';
import { countRows, type RowRange } from './store/row-range.ts';
import type { StartLine } from './timing/start-line.ts';
import { mayHaveTwo, SecondProcess, type Use, withModel } from './version-process.ts';

/** A replay that knows what it has to do. */
export interface VersionWork {
  readonly replay: Replay;
  readonly plan: ReplayWindows;
  readonly store: OutcomeStore;
  readonly missing: readonly RowRange[];
  /** Why the version is asked one by one; null where it is asked as the plan says. */
  readonly oneByOne: string | null;
  /** The place of the answers in batches, of which nobody knows yet whether they depend on the batch; null where that is known. */
  readonly unchecked: OutcomeStore | null;
}

/** The name of a replay's outcomes, where the version is asked as the plan says. */
export function workKey({ host, spec, sha256, truth = false, again }: Replay): string {
  const version = { sha256, signature: spec.signature };
  const { batch, timeoutMs, concurrency = 1, pauseMs = 0 } = host;
  const traffic = runtimeTraits[spec.runtime].takes === 'many' ? { concurrency, pauseMs } : undefined;
  return outcomeKey({ version, batch, timeoutMs, truth, traffic, again });
}

/** Looks up what of a replay is stored. @throws UserError (exit 5) when the store cannot be used */
export async function prepareWork(replay: Replay): Promise<VersionWork> {
  const work = await openWork(replay);
  const { batches } = work.store;
  if (typeof batches?.oneByOne === 'string') return await workOneByOne(replay, batches.oneByOne);
  // A shard does not have all answers in batches; whoever has them finds out.
  const isAsked = computesBatches(replay) && replay.shard === undefined;
  const unchecked = isAsked && batches === undefined && work.plan.rows > 1 ? work.store : null;
  return { ...work, unchecked };
}

/** The same without asking whether answers depend on their batch. */
async function openWork(replay: Replay): Promise<VersionWork> {
  const { db, host, store: settings, prepared } = replay;
  const plan = prepared?.windows(host.batch) ?? (await planWindows(db, replay, host.batch));
  const store = new OutcomeStore(settings, workKey(replay), plan.windows);
  await store.open(settings.fresh ? ownWindows(replay, plan) : []);
  return { replay, plan, store, missing: missingOf(replay, plan, store), oneByOne: null, unchecked: null };
}

/** Work on windows of which somebody else found that the store lacks them. What it has of them by now is asked once the version's process runs. */
export function handedOutWork(replay: Replay, prepared: StoredRequests): VersionWork {
  const plan = prepared.windows(replay.host.batch);
  const store = new OutcomeStore(replay.store, workKey(replay), plan.windows);
  return { replay: { ...replay, prepared }, plan, store, missing: plan.windows, oneByOne: null, unchecked: null };
}

/** The windows of the replay's shard; all where it has none. */
function ownWindows({ shard }: Replay, { windows }: ReplayWindows): readonly ReplayWindow[] {
  return shard === undefined ? windows : windows.filter((_, index) => index % shard.of === shard.number - 1);
}

/** What is to be computed: what the store lacks of the replay's windows. */
function missingOf(replay: Replay, plan: ReplayWindows, store: OutcomeStore): readonly RowRange[] {
  return ownWindows(replay, plan).flatMap((window) => store.missingOf(window));
}

/** Tells what of a replay is stored, and computes nothing. @throws UserError (exit 5) when the store cannot be used */
export async function storedOf(replay: Replay): Promise<ReplayedVersion> {
  return resultOf(await prepareWork(replay));
}

/** @throws UserError (exit 5) that names the windows which the store lacks */
export function requireFull(work: VersionWork): void {
  const { version, windows, missing } = resultOf(work);
  if (missing.length === 0) return;
  throw unusableFile(
    `The store ${work.store.name} lacks ${missing.length} of ${countOf(windows, 'window')} of ${version}: ${formatRanges(missing)}`,
    { hint: 'canary replay PLAN --store DIR makes them; --fill makes them here.' },
  );
}

/** Whether a version's process has anything to do. */
export function needsModel({ missing, unchecked }: VersionWork): boolean {
  return missing.length > 0 || unchecked !== null;
}

/**
 * Does what is left of a replay. Answers in batches are compared with answers to single requests; where they differ, all
 * requests are asked one by one, and those answers are the version's.
 *
 * @throws UserError exit 130 when stopped, exit 5 when the version or the store cannot be used
 */
export async function doWork(
  work: VersionWork,
  writer: ParquetWriter,
  startLine: StartLine,
  signal: AbortSignal,
): Promise<ReplayedVersion> {
  let replayed = 0;
  const replay = async (rest: VersionWork, model: HostedModel, openedInMs: number): Promise<void> => {
    const open = (use: Use<void>) => withModel(rest.replay, signal, use);
    const secondOf = (rows: number) => new SecondProcess({ first: model, openedInMs, rows, open });
    const twice = mayHaveTwo(rest.replay, startLine.runners) ? secondOf : undefined;
    replayed += await replayMissing(rest, model, writer, twice);
  };
  if (!needsModel(work)) return resultOf(work, replayed);
  await work.replay.strata?.keep();
  const oneByOne = await withModel(work.replay, signal, async (model, openedInMs) => {
    await startLine.arrive(signal);
    if (work.unchecked !== null && model.oneByOne !== null) return model.oneByOne;
    await replay(work, model, openedInMs);
    return work.unchecked === null ? null : await dependsOnBatch(work, model);
  });
  await work.unchecked?.noteBatches({ oneByOne });
  if (oneByOne === null) return resultOf(work, replayed);
  // In a new process, whose memory is that of single requests.
  const alone = await workOneByOne(work.replay, oneByOne);
  if (alone.missing.length > 0) {
    await withModel(alone.replay, signal, (model, openedInMs) => replay(alone, model, openedInMs));
  }
  return resultOf(alone, replayed);
}

/** The name of the outcomes that a replay is about, as its requests are asked. */
export function keyOfWork({ replay, oneByOne }: VersionWork): string {
  return workKey(oneByOne === null ? replay : singly(replay));
}

/** A replay as the plan says, and one that asks one by one where its answers may turn out to depend on their batch. */
export function alsoOneByOne(replay: Replay): readonly Replay[] {
  return computesBatches(replay) ? [replay, singly(replay)] : [replay];
}

function singly(replay: Replay): Replay {
  return { ...replay, host: { ...replay.host, batch: 1 } };
}

/** The same replay with its requests asked one by one, whose outcomes have a place of their own. */
async function workOneByOne(replay: Replay, oneByOne: string): Promise<VersionWork> {
  return { ...(await openWork(singly(replay))), oneByOne };
}

/** Whether canary itself puts several requests into one call; programs and servers get one record at a time. */
function computesBatches({ spec, host }: Replay): boolean {
  return runtimeTraits[spec.runtime].takes === 'batch' && host.batch > 1;
}

/** Computes what the store lacks, as somebody has left it by now. @returns how many requests that were */
export async function replayMissing(
  work: VersionWork,
  model: HostedModel,
  writer: ParquetWriter,
  secondOf?: (rows: number) => SecondProcess,
): Promise<number> {
  const { replay, plan, store } = work;
  const { db, spec, host, onProgress, prepared } = replay;
  if (work.missing.length === 0) return 0;
  await store.use(model.backend);
  const missing = missingOf(replay, plan, store);
  let done = plan.rows - countRows(missing);
  let saved = 0;
  const onDone = (requests: number): void => {
    done += requests;
    onProgress({ version: model.version, done, total: plan.rows });
  };
  const onSaved = (requests: number): void => {
    saved += requests;
    onDone(requests);
  };
  const isFinished = (window: ReplayWindow) => store.isFinished(window);
  const read = (window: ReplayWindow) => prepared?.read(db, window) ?? tableRows(db, replay, window);
  const source = { read, windows: plan.windows, isFinished, onSaved };
  const chunks = requestChunks(source, missing, host.batch);
  onDone(0);
  const second = secondOf?.(countRows(missing));
  await replayChunks({ chunks, output: spec.signature.output, model, second, store, writer, onDone });
  return countRows(missing) - saved;
}

/** Why the version has to be asked one by one: how many of some requests were answered otherwise alone; null where none was. */
async function dependsOnBatch({ replay, plan, store }: VersionWork, model: HostedModel): Promise<string | null> {
  const { db, host, spec } = replay;
  const sample = await readBatchProbe(db, { requests: replay, parts: store.parts }, probedRows(plan.rows, host.batch));
  const inputs = sample.requests.map(({ input }) => input);
  const outcomes = await model.predict(inputs, 1);
  const answers = aloneAnswers(outcomes, model.labels, positiveLabel(spec.signature.output));
  const different = countDifferent(sample, answers);
  if (different === 0) return null;
  return `${formatCount(different)} of ${countOf(sample.requests.length, 'request')} had a different answer alone than in a batch`;
}

/** What the store holds of a replay. @param replayed how many of the requests were sent now */
export function resultOf({ replay, store, plan, oneByOne }: VersionWork, replayed = 0): ReplayedVersion {
  return {
    version: replay.spec.version,
    backend: store.backend,
    peakMemory: store.peakMemory,
    parts: store.parts,
    rows: plan.rows,
    requests: { table: replay.table, strata: replay.strata },
    windows: plan.windows.length,
    missing: plan.windows.flatMap((window, index) => (store.missingOf(window).length > 0 ? [index + 1] : [])),
    replayed,
    oneByOne,
  };
}

/**
 * Finds out whether answers depend on their batch, and keeps it, once all answers in batches are stored; before that, whether the version's files say so.
 * @returns whether the requests have to be asked one by one
 */
export async function checkBatches(work: VersionWork, signal: AbortSignal): Promise<boolean> {
  const { unchecked } = work;
  if (unchecked === null) return false;
  const isWhole = work.plan.windows.every((window) => work.store.missingOf(window).length === 0);
  const oneByOne = await withModel(work.replay, signal, async (model) =>
    model.oneByOne !== null || !isWhole ? model.oneByOne : await dependsOnBatch(work, model),
  );
  if (oneByOne !== null || isWhole) await unchecked.noteBatches({ oneByOne });
  return oneByOne !== null;
}
