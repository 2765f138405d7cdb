import type { ErrorKind, ModelSpec } from '../domain/outcome.ts';
import type { OutcomeColumns } from './outcome-columns.ts';

/**
 * What the gate asks a model's process. It answers in order, one reply per request. Inputs stay JSON texts on their
 * way from the request table to the process, so that the gate parses none and one broken text spoils no other.
 */
export type HostRequest =
  | { readonly kind: 'load'; readonly spec: ModelSpec }
  | { readonly kind: 'predict'; readonly inputs: readonly string[]; readonly batch: number }
  | { readonly kind: 'time'; readonly input: string };

export type HostReply =
  | { readonly kind: 'loaded'; readonly backend: string }
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string | undefined }
  | { readonly kind: 'predicted'; readonly columns: OutcomeColumns }
  | { readonly kind: 'timed'; readonly nanoseconds: number; readonly error: ErrorKind | null };

const replyKinds = new Set(['loaded', 'refused', 'predicted', 'timed']);

/** Tells replies from whatever else a model's own code may have sent to the parent. */
export function isHostReply(message: unknown): message is HostReply {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    typeof message.kind === 'string' &&
    replyKinds.has(message.kind)
  );
}
