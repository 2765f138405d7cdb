import { createHash } from 'node:crypto';
import type { Load } from '../../domain/load.ts';
import type { RequestFilter } from '../../domain/log/request-filter.ts';
import type { LogFormat, RequestFields } from '../../domain/log/log-format.ts';
import type { Signature } from '../../domain/registry.ts';
import { outcomeColumns } from './outcome-tables.ts';

/** Raised whenever what an older canary stored under the same columns is not what this one writes. */
const storedMeaning = 8;

/** Digest of the columns that outcomes had when `storedMeaning` was last raised, to be written anew with it. */
const meantColumns = '534ae1f7b7ac73ee';

/**
 * Tells outcomes of other columns apart, so that none without a number is read as one that has it.
 * @param columns their names and types, in any order
 */
export function storedLayout(columns: Readonly<Record<string, string>>): number | string {
  const digest = createHash('sha256')
    .update(JSON.stringify(sortedPairs(columns)))
    .digest('hex')
    .slice(0, meantColumns.length);
  return digest === meantColumns ? storedMeaning : `${storedMeaning} ${digest}`;
}

/** What decides which requests there are, in which order and with which inputs. */
export interface RequestIdentity {
  /** sha256 of every request file, in the order in which they are read. */
  readonly files: readonly string[];
  /**
   * Tells which request each sequence number is. The files alone do not: what else a plan reads of a record, such as its segments, decides
   * which records are left out.
   */
  readonly order: string;
  readonly fields: RequestFields;
  /** The window of time, as the plan writes it. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Which records count, and from what age on their labels do. */
  readonly where?: RequestFilter | undefined;
  readonly labelsMatureAfterMs?: number | undefined;
  /** Canary's own where absent. */
  readonly format?: LogFormat | undefined;
  /** Decides which lines of a serving system's log are about one request. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
  /** What written labels mean, which the scores of the true labels depend on. */
  readonly values?: unknown;
  /** Decides which lines tell of a request, where several components log it. */
  readonly component?: string | undefined;
}

/** A version as far as its outcomes depend on it. */
export interface VersionIdentity {
  readonly sha256: string;
  readonly signature: Signature;
}

/** Everything that the answers to given requests depend on, apart from the machine. */
export interface OutcomeIdentity {
  readonly version: VersionIdentity;
  /** How many requests are computed at once; 1 where they are asked one by one, so that such answers have a name of their own. */
  readonly batch: number;
  readonly timeoutMs: number;
  /** Whether the scores of the true labels are kept. */
  readonly truth: boolean;
  /** How much a server was sent at once, and how soon; absent for a version that runs here. */
  readonly traffic?: { readonly concurrency: number | null; readonly pauseMs: number } | undefined;
  /** Tells answers to the same requests, asked another time, from the first ones. */
  readonly again?: string | undefined;
}

/** Everything that a latency measurement depends on, apart from the machine and the moment. */
export interface LatencyIdentity {
  /** Null where the baseline is not measured. */
  readonly baseline: VersionIdentity | null;
  readonly candidate: VersionIdentity;
  readonly requests: RequestIdentity;
  /** The requests that are timed, in order. */
  readonly sample: readonly number[];
  /** The pair of processes on which each is timed. */
  readonly pairs: readonly number[];
  readonly warmUp: number;
  readonly seed: number;
  readonly timeoutMs: number;
  /** How the requests come; one by one where it is absent. */
  readonly load?: Load | undefined;
}

/** The name under which a version's outcomes are stored, whatever it was asked: 64 hex digits. */
export function outcomeKey(identity: OutcomeIdentity): string {
  const { version, batch, timeoutMs, truth, traffic, again = null } = identity;
  const sent = traffic === undefined ? null : [traffic.concurrency, traffic.pauseMs];
  return keyOf(storedLayout(outcomeColumns), ['outcomes', versionParts(version), batch, timeoutMs, truth, sent, again]);
}

/** The name under which a latency measurement is stored: 64 hex digits. */
export function latencyKey(identity: LatencyIdentity): string {
  const { baseline, candidate, requests, sample, pairs, warmUp, seed, timeoutMs, load } = identity;
  const versions = [baseline === null ? null : versionParts(baseline), versionParts(candidate)];
  return keyOf(storedMeaning, [
    'latency',
    versions,
    requestParts(requests),
    sample,
    pairs,
    warmUp,
    seed,
    timeoutMs,
    loadParts(load),
  ]);
}

function versionParts({ sha256, signature }: VersionIdentity): unknown {
  return [sha256, signature];
}

function loadParts(load: Load | undefined): unknown {
  if (load === undefined || load.kind === 'one-by-one') return null;
  return load.kind === 'closed' ? [load.concurrency] : [load.rate, load.speedup, load.concurrency];
}

function requestParts(requests: RequestIdentity): unknown {
  const {
    files,
    order,
    fields,
    from,
    to,
    format = 'canary',
    versions = {},
    component,
    where,
    labelsMatureAfterMs,
  } = requests;
  const { id, timestamp, unit, input, label, outcomes, served } = fields;
  const importParts =
    format === 'canary'
      ? []
      : [format, served?.by ?? null, sortedPairs(versions), ...(component === undefined ? [] : [component])];
  const pickedParts =
    where === undefined && labelsMatureAfterMs === undefined
      ? []
      : ['picked', where ?? null, labelsMatureAfterMs ?? null];
  return [
    files,
    order,
    [id, timestamp, unit, input, label, outcomes],
    from ?? null,
    to ?? null,
    ...importParts,
    ...pickedParts,
  ];
}

function sortedPairs(versions: Readonly<Record<string, string>>): unknown {
  return Object.entries(versions).toSorted(([left], [right]) => (left < right ? -1 : 1));
}

/** Arrays are written out in the order they are built here, so equal identities give equal texts. */
function keyOf(layout: number | string, parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([layout, ...parts]))
    .digest('hex');
}
