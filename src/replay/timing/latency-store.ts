import type { ErrorKind } from '../../domain/outcome.ts';
import { quoteIdentifier, type Database } from '../../database/database.ts';
import { randomArrivalsMs, recordedArrivalsMs } from './arrival-times.ts';
import { measureLatency, type LatencySettings, type SamplePart, type TimedColumn } from './measure-latency.ts';
import { latencyKey, type RequestIdentity, type VersionIdentity } from '../store/outcome-key.ts';
import type { StoreSettings } from '../store/outcome-store.ts';
import { FolderFiles } from '../store/folder-files.ts';
import { Parts } from '../store/parts.ts';
import { loadParquet, ParquetWriter } from '../store/parquet-table.ts';
import type { TimedVersion } from './stopwatch.ts';
import type { ReplayProgress } from '../replay.ts';

const latencyTableColumns = {
  seq: 'BIGINT',
  pair: 'UTINYINT',
  baseline_ns: 'BIGINT',
  candidate_ns: 'BIGINT',
  baseline_error: 'VARCHAR',
  candidate_error: 'VARCHAR',
  baseline_retries: 'UTINYINT',
  candidate_retries: 'UTINYINT',
} as const;

/** A measurement is one part, since half of one is none. */
const partName = 'times';

export interface LatencyMeasurement {
  readonly db: Database;
  /** Table or view of the requests: `seq BIGINT`, `input VARCHAR` holding JSON, and `at TIMESTAMP` for a load at recorded times. */
  readonly table: string;
  /** Table with the columns `seq`, of the requests that are timed, and `pair`, of the pair of processes that each is timed on. */
  readonly sampleTable: string;
  readonly requests: RequestIdentity;
  /** Null where the baseline's outcomes are recorded and only the candidate can be timed. */
  readonly baseline: TimedVersion | null;
  readonly candidate: TimedVersion;
  readonly settings: LatencySettings;
  readonly store: StoreSettings;
  readonly onProgress: (progress: ReplayProgress) => void;
  /** Called before a load test at given times with about how long it will take. */
  readonly onOpenLoop?: (seconds: number) => void;
}

export interface MeasuredLatency {
  /** The Parquet file of the times, pair by pair; it is read by `loadLatency`. */
  readonly file: string;
  /** False when the times come from the store. */
  readonly measured: boolean;
}

/**
 * Times the sampled requests on baseline and candidate, or finds the times of an earlier measurement of the same in the
 * store, so that judging again sees the same numbers.
 *
 * @param signal stops the measurement; nothing of it is kept, since half a measurement is none
 * @throws UserError exit 130 when stopped, exit 5 when a version or the store cannot be used
 */
export async function timeRequests(measurement: LatencyMeasurement, signal: AbortSignal): Promise<MeasuredLatency> {
  const { baseline, candidate, db, requests, settings } = measurement;
  const { seqs, pairs, parts } = await readSample(measurement);
  const key = latencyKey({
    baseline: baseline === null ? null : identityOf(baseline),
    candidate: identityOf(candidate),
    requests,
    sample: seqs,
    pairs,
    warmUp: settings.warmUp,
    seed: settings.seed,
    timeoutMs: settings.timeoutMs,
    load: settings.load,
  });
  const files = new FolderFiles(measurement.store.folder);
  await files.ready(key);
  const store = new Parts(files, key);
  if (measurement.store.fresh) await store.remove(partName);
  const stored = await store.read(partName);
  if (stored !== undefined) return { file: stored.path, measured: false };

  const { version } = candidate.spec;
  const onProgress = (done: number): void => measurement.onProgress({ version, done, total: seqs.length });
  const secondsEach =
    parts.reduce((sum, { arrivalsMs: [first = 0, ...later] }) => sum + (later.at(-1) ?? first) - first, 0) / 1000;
  if (secondsEach > 0) measurement.onOpenLoop?.(secondsEach * (baseline === null ? 1 : 2));
  const times = await measureLatency({ baseline, candidate }, parts, settings, signal, onProgress);
  const columns = [times.baseline, times.candidate];
  const values = [
    seqs,
    pairs,
    ...columns.map((column) => nanosecondsOf(column, seqs.length)),
    ...columns.map((column) => errorsOf(column, seqs.length)),
    ...columns.map((column) => retriesOf(column, seqs.length)),
  ];
  const facts = { rows: seqs.length, peakMemory: null };
  const { path } = await store.add(partName, facts, (file) =>
    new ParquetWriter(db).write(file, latencyTableColumns, values),
  );
  return { file: path, measured: true };
}

/**
 * Makes a table of measured times: `seq BIGINT`; `pair UTINYINT`, the pair of processes, from 0; `baseline_ns`, `candidate_ns BIGINT`
 * (null when not measured or when the process crashed; the timeout when it was reached); `baseline_error`, `candidate_error VARCHAR`
 * (null for an answer); `baseline_retries`, `candidate_retries UTINYINT` (null for none).
 *
 * @param table its name; replaced if it is there
 */
export async function loadLatency(db: Database, table: string, file: string): Promise<void> {
  await loadParquet(db, table, latencyTableColumns, file);
}

interface Sample {
  readonly seqs: readonly number[];
  /** The pair of each request, rising. */
  readonly pairs: readonly number[];
  readonly parts: readonly SamplePart[];
}

async function readSample({ db, table, sampleTable, settings: { load, seed } }: LatencyMeasurement): Promise<Sample> {
  const recorded = load?.kind === 'open' && load.rate === 'recorded';
  const seqs: number[] = [];
  const pairs: number[] = [];
  const inputs: string[] = [];
  const recordedMs: number[] = [];
  const [columns, order] = recorded
    ? ['seq, pair, input, epoch_us("at")::DOUBLE / 1000 AS at_ms', 'pair, "at", seq']
    : ['seq, pair, input', 'pair, seq'];
  const sql = `SELECT ${columns} FROM ${quoteIdentifier(table)} JOIN ${quoteIdentifier(sampleTable)} USING (seq) ORDER BY ${order}`;
  for await (const rows of db.stream(sql)) {
    for (const seq of rows.numbers('seq')) seqs.push(seq);
    for (const pair of rows.numbers('pair')) pairs.push(pair);
    for (const input of rows.strings('input')) inputs.push(input ?? 'null');
    if (recorded) for (const at of rows.numbers('at_ms')) recordedMs.push(at);
  }
  const parts = [...new Set(pairs)].map((pair): SamplePart => {
    const [from, to] = [pairs.indexOf(pair), pairs.lastIndexOf(pair) + 1];
    const part = inputs.slice(from, to);
    if (load?.kind !== 'open') return { inputs: part, arrivalsMs: [] };
    const arrivalsMs =
      load.rate === 'recorded'
        ? recordedArrivalsMs(recordedMs.slice(from, to), load.speedup)
        : randomArrivalsMs(part.length, load.rate, seed + pair);
    return { inputs: part, arrivalsMs };
  });
  return { seqs, pairs, parts };
}

function identityOf({ spec, sha256 }: TimedVersion): VersionIdentity {
  return { sha256, signature: spec.signature };
}

function nanosecondsOf(column: TimedColumn | null, rows: number): (number | null)[] {
  return column === null ? empty(rows) : column.map((time) => time.nanoseconds);
}

function errorsOf(column: TimedColumn | null, rows: number): (ErrorKind | null)[] {
  return column === null ? empty(rows) : column.map((time) => time.error);
}

function retriesOf(column: TimedColumn | null, rows: number): (number | null)[] {
  return column === null ? empty(rows) : column.map(({ retries }) => (retries === 0 ? null : retries));
}

function empty(rows: number): null[] {
  return Array.from({ length: rows }, () => null);
}
