import type { ModelSpec } from '../domain/outcome.ts';
import type { HostSettings } from '../models/host/hosted-model.ts';
import type { Database } from '../database/database.ts';
import type { CutRequests } from './replay-windows.ts';
import type { StoredRequests } from './store/prepared-requests.ts';
import type { OutcomePart, StoreSettings } from './store/outcome-store.ts';
import type { SampleStrata } from './store/sample-strata.ts';

export interface ReplayProgress {
  readonly version: string;
  readonly done: number;
  readonly total: number;
}

/** Every n-th window, so that each shard has requests of every hour. */
export interface Shard {
  /** Which of them, from 1. */
  readonly number: number;
  readonly of: number;
}

export interface Replay extends CutRequests {
  readonly db: Database;
  /** Kept in the store before the first request is asked. */
  readonly strata?: SampleStrata | undefined;
  /** Why the same requests are asked again, where their answers are not to be those of the first time. */
  readonly again?: string;
  /** The same requests as the store has them, whose windows are then read there and not from the table. */
  readonly prepared?: StoredRequests | undefined;
  /** The part of the requests that is to be replayed; all of them where absent. */
  readonly shard?: Shard | undefined;
  /** False where what the store lacks is an error instead of work. */
  readonly fill?: boolean | undefined;
  readonly spec: ModelSpec;
  /** The artifact's digest in the registry. */
  readonly sha256: string;
  readonly host: HostSettings;
  /** Whether one process of the version has to answer every request, since its memory is judged. */
  readonly oneProcess?: boolean;
  readonly store: StoreSettings;
  readonly onProgress: (progress: ReplayProgress) => void;
}

export interface ReplayedVersion {
  readonly version: string;
  /** The library that computed the outcomes; empty when there are no requests. */
  readonly backend: string;
  /** Most memory that a process of the version had resident, in bytes; null where nobody knows. */
  readonly peakMemory: number | null;
  /** Where its outcomes are, in order of the requests. */
  readonly parts: readonly OutcomePart[];
  readonly rows: number;
  /** The table or view of the requests, and how it is cut. */
  readonly requests: CutRequests;
  /** How many windows the requests are cut into, and which of them nobody has finished, from 1. */
  readonly windows: number;
  readonly missing: readonly number[];
  /** How many of the rows were computed now and not found in the store. */
  readonly replayed: number;
  /** Why its requests were asked one by one instead of in batches; null where they were not. */
  readonly oneByOne: string | null;
}
