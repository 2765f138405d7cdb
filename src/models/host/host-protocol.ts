import type { ErrorKind, ModelSpec } from '../../domain/outcome.ts';
import type { OutcomeColumns } from '../outcome-columns.ts';

/** More connections than this at once say more about this machine than about the server. */
export const connectionLimit = 1000;

/** How much a model's process may send to somebody else, where it does. */
export interface Traffic {
  /** How long one request may take, retries included. */
  readonly timeoutMs: number;
  /** How many requests may be under way at once; null for as many as there are. */
  readonly concurrency: number | null;
  /** Least time between the starts of two requests; 0 for none. */
  readonly pauseMs: number;
}

/**
 * What the gate asks a model's process: one reply per request, in order unless the model is concurrent. Inputs stay JSON texts on their
 * way from the request table to the process, so that the gate parses none and one broken text spoils no other.
 */
export type HostRequest =
  | { readonly kind: 'load'; readonly spec: ModelSpec; readonly traffic: Traffic }
  | { readonly kind: 'predict'; readonly inputs: readonly string[]; readonly batch: number }
  | { readonly kind: 'time'; readonly input: string; readonly load?: LoadedRequest };

/** A request of a load test: waiting counts, so its time begins when it was to be sent. */
export interface LoadedRequest {
  /** When it was to be sent, in ns of the machine's monotonic clock, which all processes share. */
  readonly sentAt: bigint;
  readonly timeoutMs: number;
}

export type HostReply =
  | {
      readonly kind: 'loaded';
      readonly backend: string;
      /** Why the version should be asked one request at a time; null where nothing is known. */
      readonly oneByOne: string | null;
    }
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string | undefined }
  | {
      readonly kind: 'predicted';
      readonly columns: OutcomeColumns;
      /** Most memory that what computes the version had resident so far, in bytes; null where nobody knows. */
      readonly peakMemory: number | null;
    }
  | TimedReply;

export interface TimedReply {
  readonly kind: 'timed';
  readonly nanoseconds: number;
  readonly error: ErrorKind | null;
  readonly retries: number;
  /** True where what computes the version was started anew over this request, and is not warm. */
  readonly restarted: boolean;
}

/** A message with the number that its answer repeats, since a model may answer in another order. */
export type Numbered<Message> = Message & { readonly id: number };

const replyKinds = new Set(['loaded', 'refused', 'predicted', 'timed']);

/** Tells replies from whatever else a model's own code may have sent to the parent. */
export function isHostReply(message: unknown): message is Numbered<HostReply> {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    typeof message.kind === 'string' &&
    replyKinds.has(message.kind) &&
    'id' in message
  );
}
