import type { Decision } from '../../domain/registry.ts';

/** One rollout among several, as the registry tells it. */
export interface RolloutRow {
  readonly model: string;
  /** The plan's name. */
  readonly rollout: string;
  /** The plan as the user named it; absent where the registry alone was asked. */
  readonly planFile?: string;
  readonly baseline: string;
  readonly candidate: string;
  readonly state: 'waiting' | 'underway' | 'complete' | 'rolled-back';
  /** The stage entered last. */
  readonly stage?: string;
  /** The candidate's share of the traffic, in [0, 1]. */
  readonly weight: number;
  /** When it last moved, and who moved it. */
  readonly since?: string;
  readonly by?: string;
  readonly last?: { readonly stage: string; readonly verdict: Decision; readonly at: string; readonly alarm?: true };
  /** What it waits for, in a few words. */
  readonly waitsFor: string;
  /** Whether the router has the traffic; absent where no plan has commands. */
  readonly applied?: boolean;
  /** Whether it is under way and nothing was done about it for longer than was asked about. */
  readonly stale: boolean;
  /** 0 is the most urgent. */
  readonly urgency: number;
}

/** A plan or a model that could not be read. */
export interface UnreadableRow {
  /** The plan or the registry's model. */
  readonly name: string;
  readonly error: string;
}

/** Rollouts by urgency, as of a time (ISO 8601). */
export interface RolloutRows {
  readonly at: string;
  readonly rollouts: readonly RolloutRow[];
  readonly unreadable: readonly UnreadableRow[];
}
