import { createHash } from 'node:crypto';
import type { NotifyEvent } from '../../domain/remote/notify.ts';

/** What happened to a rollout, as others are told. */
export interface RolloutEvent {
  /** The same for the same happening however often it is told: sha256 (hex). */
  readonly id: string;
  /** Of the registry, when it happened. */
  readonly revision: number;
  readonly event: NotifyEvent | 'test';
  readonly model: string;
  readonly plan: string;
  readonly at: string;
  readonly stage?: string;
  readonly verdict?: string;
  readonly reasons: readonly string[];
  /** The candidate's share of the traffic, in [0, 1]. */
  readonly weight?: { readonly before: number; readonly after: number };
  readonly versions: { readonly baseline: string; readonly candidate: string };
  /** Digest of the evidence. */
  readonly evidence?: string;
  readonly by?: string;
}

/** What tells a happening from every other. */
export function eventId(parts: {
  readonly model: string;
  readonly plan: string;
  readonly revision: number;
  readonly event: RolloutEvent['event'];
  readonly evidence?: string | undefined;
}): string {
  const { model, plan, revision, event, evidence = '' } = parts;
  return createHash('sha256')
    .update(JSON.stringify([model, plan, revision, event, evidence]))
    .digest('hex');
}
